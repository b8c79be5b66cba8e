using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Merges the records of one patient with the chart in the store, if there is one.</summary>
/// <param name="run">The import.</param>
internal sealed class PatientMerge(ImportRunState run)
{
    /// <summary>Merges; null where there is neither a chart nor a Patient among the records.</summary>
    public MergedPatient? Merge(string patient, Chart? before, PatientNumber number, IReadOnlyList<ImportedRecord> records)
    {
        var latest = Latest(records);
        var head = latest.Find(record => record.Head is not null);
        if (before is null && head is null)
        {
            foreach (var record in latest)
                run.Tally.Skip(run.PlaceOf(record), record.Type, ImportReason.PatientUnknown);
            return null;
        }

        List<(string Type, MergeOutcome Outcome)> outcomes = new(latest.Count);
        var merged = MergeHead(patient, before, head, latest, outcomes);
        var facts = new FactMerge(before?.Pages ?? []);
        var restricted = false;
        foreach (var record in latest)
        {
            if (record.Facts.Count == 0)
                continue;
            var resolved = Resolve(record, facts);
            restricted |= FhirAdministration.IsRestriction(resolved[0]);
            outcomes.Add((record.Type, facts.Put(record.Id, resolved)));
        }

        var headChanged = before is null || !PackedEquality.Same(before.Head, merged);
        if (head is not null)
            outcomes.Add((head.Type, before is null ? MergeOutcome.Created : headChanged ? MergeOutcome.Updated : MergeOutcome.Unchanged));
        var changedPages = facts.Changed;
        var change = headChanged || changedPages.Count > 0
            ? new ChartChange(new Chart(number, merged, facts.Pages()), before is null, headChanged, changedPages)
            : null;
        return new MergedPatient(patient, number, change, outcomes, restricted);
    }

    // Of several versions of a resource in one import the newest counts, else the last one read, whatever order the threads finished in.
    private List<ImportedRecord> Latest(IReadOnlyList<ImportedRecord> records)
    {
        Dictionary<string, ImportedRecord> latest = new(records.Count, StringComparer.Ordinal);
        foreach (var record in records)
        {
            if (!latest.TryGetValue(record.Id, out var other))
            {
                latest.Add(record.Id, record);
                continue;
            }

            var older = record.Order.CompareTo(other.Order) > 0 ? other : record;
            latest[record.Id] = ReferenceEquals(older, other) ? record : other;
            run.Tally.Skip(run.PlaceOf(older), older.Type, ImportReason.Superseded);
        }

        List<ImportedRecord> ordered = [.. latest.Values];
        ordered.Sort((left, right) => left.Order.CompareTo(right.Order));
        return ordered;
    }

    private ChartHead MergeHead(string patient, Chart? before, ImportedRecord? record, List<ImportedRecord> latest, List<(string Type, MergeOutcome Outcome)> outcomes)
    {
        var head = before?.Head ?? record!.Head!;
        if (record?.Head is { } sent)
        {
            sent = run.Tables.Survivors.TryGetValue(patient, out var survivor) ? sent with { ReplacedBy = survivor } : sent;

            // A death recorded in a record merged into this one is this patient's death.
            var saysAlive = record.SaysAlive && !run.Tables.IsSurvivor(patient);
            head = before is null ? sent : HeadMerge.Replace(before.Head, sent, run.Source, saysAlive);
        }

        foreach (var related in latest.Where(candidate => candidate.Type == nameof(RelatedPerson)))
            head = head with { RelatedPersons = PutRelated(head.RelatedPersons, related, outcomes) };
        return head;
    }

    private static IReadOnlyList<RelatedPerson> PutRelated(IReadOnlyList<RelatedPerson> before, ImportedRecord record, List<(string Type, MergeOutcome Outcome)> outcomes)
    {
        var known = before.FirstOrDefault(person => person.SourceId == record.Id);
        if (record.Related is not { } related)
        {
            if (known is not null)
                outcomes.Add((record.Type, MergeOutcome.Updated));
            return known is null ? before : [.. before.Where(person => person.SourceId != record.Id)];
        }

        if (known is null)
        {
            outcomes.Add((record.Type, MergeOutcome.Created));
            return [.. before, related];
        }

        var same = PackedEquality.Same(known, related);
        outcomes.Add((record.Type, same ? MergeOutcome.Unchanged : MergeOutcome.Updated));
        return same ? before : [.. before.Select(person => person.SourceId == record.Id ? related : person)];
    }

    private IReadOnlyList<Fact> Resolve(ImportedRecord record, FactMerge facts)
    {
        if (record.Pending is not { } pending)
            return record.Facts;
        var first = record.Facts[0];
        if (run.Tables.Medication(pending) is { } medication)
            first = FhirMedications.With(first, medication);
        else if (run.Tables.Organization(pending) is { } name)
            first = first with { Text = name };
        else if (facts.Find(first.SourceId) is { } known)
            first = first.Codes.Count == 0 ? first with { Codes = known.Codes, Text = first.Text ?? known.Text } : first with { Text = known.Text };
        else
            run.Tally.Remark(run.PlaceOf(record), record.Type, ImportReason.ReferenceUnresolved, record.Type == "Coverage" ? "Coverage.payor" : record.Type + ".medication");
        return [first, .. record.Facts.Skip(1)];
    }
}

/// <summary>One patient after the merge.</summary>
/// <param name="Patient">Reference.</param>
/// <param name="Number">Number.</param>
/// <param name="Change">What to save; null where nothing changed.</param>
/// <param name="Outcomes">What became of each resource.</param>
/// <param name="Restricted">A restriction is on file at the source.</param>
internal sealed record MergedPatient(string Patient, PatientNumber Number, ChartChange? Change, IReadOnlyList<(string Type, MergeOutcome Outcome)> Outcomes, bool Restricted)
{
    public override string ToString() => "[phi]";
}
