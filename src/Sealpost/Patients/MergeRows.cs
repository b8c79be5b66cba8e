using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Brings CSV rows into the store: finds each row's patient, adds what the rows say, saves what changed.</summary>
internal sealed class MergeRows(ImportContext context, CsvMap map, ImportRunState run, bool dryRun)
{
    private const int BatchGroups = 512;

    /// <summary>Saves the rows of a partition, grouped by key.</summary>
    public async Task SaveAsync(Dictionary<string, List<ImportedRecord>> groups, CancellationToken cancellationToken)
    {
        foreach (var batch in groups.OrderBy(group => group.Key, StringComparer.Ordinal).Chunk(BatchGroups))
            await SaveBatchAsync(batch, cancellationToken);
    }

    private async Task SaveBatchAsync(KeyValuePair<string, List<ImportedRecord>>[] batch, CancellationToken cancellationToken)
    {
        var keys = batch.SelectMany(group => group.Value).SelectMany(row => row.Keys.Select(KeyOf).Concat(Mailboxes(row))).Distinct().ToList();
        var found = await context.Patients.FindAsync(keys, cancellationToken);
        Dictionary<PatientNumber, List<ImportedRecord>> known = [];
        List<List<ImportedRecord>> fresh = [];
        foreach (var (_, rows) in batch)
        {
            rows.Sort((left, right) => left.Order.CompareTo(right.Order));
            if (Find(rows, found) is { } number)
                (known.TryGetValue(number, out var others) ? others : known[number] = []).AddRange(rows);
            else if (IsNew(rows, found))
                fresh.Add(rows);
        }

        var charts = await context.Patients.OpenManyAsync([.. known.Keys], cancellationToken);
        List<MergedPatient> merged = [.. charts.Select(chart => Merge(chart.Number, chart, known[chart.Number]))];
        if (fresh.Count > 0)
        {
            var next = dryRun ? default : await context.Patients.ReserveNumbersAsync(fresh.Count, cancellationToken);
            merged.AddRange(fresh.Select((rows, index) => Merge(new PatientNumber(next.Value + index), null, rows)));
        }

        Remark(known, found);
        await SaveAsync(merged, cancellationToken);
    }

    private async Task SaveAsync(List<MergedPatient> merged, CancellationToken cancellationToken)
    {
        var changes = merged.Select(result => result.Change).OfType<ChartChange>().ToList();
        if (changes.Count > 0 && !dryRun)
        {
            await context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await context.Patients.SaveAsync(changes, run.Import, transaction, token);
                    return 0;
                },
                cancellationToken);
            await context.Changed([.. changes.Select(change => change.Chart.Number)], cancellationToken);
        }

        foreach (var type in merged.SelectMany(result => result.Outcomes).GroupBy(outcome => outcome.Type, StringComparer.Ordinal))
            run.Tally.Count(type.Key, MergeCharts.CountOf(type.Select(outcome => outcome.Outcome)));
        run.CountSaved(merged.Count, merged.Count(result => result.Change?.IsNew == true), changes.Count);
    }

    private static LookupKey KeyOf(string key)
    {
        var cut = key.IndexOf('|', StringComparison.Ordinal);
        return new LookupKey(key[..cut], key[(cut + 1)..]);
    }

    private static IEnumerable<LookupKey> Mailboxes(ImportedRecord row) =>
        row.Head!.ContactPoints.Where(point => point.Kind == "email").Select(point => EmailAddress.Normalise(point.Value)).OfType<string>().Select(mailbox => new LookupKey("email", mailbox));

    private static PatientNumber? Find(List<ImportedRecord> rows, IReadOnlyDictionary<LookupKey, IReadOnlyList<PatientNumber>> found)
    {
        foreach (var key in rows.SelectMany(row => row.Keys))
        {
            if (found.TryGetValue(KeyOf(key), out var numbers))
                return numbers.Count == 1 ? numbers[0] : null;
        }

        return null;
    }

    // Whether rows that found nobody make a new patient; else they are reported.
    private bool IsNew(List<ImportedRecord> rows, IReadOnlyDictionary<LookupKey, IReadOnlyList<PatientNumber>> found)
    {
        var ambiguous = rows.SelectMany(row => row.Keys).Any(key => found.ContainsKey(KeyOf(key)));
        if (map.Create && !ambiguous)
            return true;
        foreach (var row in rows)
            run.Tally.Skip(run.PlaceOf(row), CsvImportTypes.Row, ambiguous ? ImportReason.AmbiguousPatient : ImportReason.PatientUnknown);
        return false;
    }

    private MergedPatient Merge(PatientNumber number, Chart? before, List<ImportedRecord> rows)
    {
        var sent = Fold(rows);
        var head = before is null ? sent : HeadMerge.Add(before.Head, sent, map.Source);
        var facts = new FactMerge(before?.Pages ?? []);
        List<(string Type, MergeOutcome Outcome)> outcomes = [];
        Dictionary<string, Fact> latest = new(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            foreach (var fact in row.Facts)
            {
                if (latest.TryGetValue(fact.SourceId, out var other) && !PackedEquality.Same(other, fact))
                    run.Tally.Remark(run.PlaceOf(row), CsvImportTypes.Row, ImportReason.Superseded, fact.Kind.ToString());
                latest[fact.SourceId] = fact;
            }
        }

        foreach (var fact in latest.Values)
            outcomes.Add((fact.Kind.ToString(), facts.Put(fact.SourceId, [fact])));
        var headChanged = before is null || !PackedEquality.Same(before.Head, head);
        var change = headChanged || facts.Changed.Count > 0
            ? new ChartChange(new Chart(number, head, facts.Pages()), before is null, headChanged, facts.Changed)
            : null;
        outcomes.Add(("Patient", before is null ? MergeOutcome.Created : change is null ? MergeOutcome.Unchanged : MergeOutcome.Updated));
        return new MergedPatient(rows[0].Patient, number, change, outcomes, Restricted: false);
    }

    // Several rows of one patient add up; where they differ in a single value the last one counts.
    private static ChartHead Fold(List<ImportedRecord> rows)
    {
        var folded = rows[0].Head!;
        foreach (var head in rows.Skip(1).Select(row => row.Head!))
        {
            folded = folded with
            {
                Identifiers = [.. folded.Identifiers.Union(head.Identifiers)],
                Names = head.Names.Count > 0 ? head.Names : folded.Names,
                BirthDate = head.BirthDate ?? folded.BirthDate,
                Sex = head.Sex ?? folded.Sex,
                Deceased = folded.Deceased || head.Deceased,
                Addresses = head.Addresses.Count > 0 ? head.Addresses : folded.Addresses,
                ContactPoints = [.. folded.ContactPoints.Union(head.ContactPoints)],
                Language = head.Language ?? folded.Language,
            };
        }

        return folded;
    }

    private void Remark(Dictionary<PatientNumber, List<ImportedRecord>> known, IReadOnlyDictionary<LookupKey, IReadOnlyList<PatientNumber>> found)
    {
        foreach (var (number, rows) in known)
        {
            foreach (var row in rows)
            {
                if (Mailboxes(row).Any(mailbox => found.TryGetValue(mailbox, out var owners) && owners.Any(owner => owner != number)))
                    run.Shared.Report(run.PlaceOf(row));
            }
        }
    }
}
