using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Brings patients into the store batch by batch: finds their charts, merges, and writes what changed in one transaction.</summary>
internal sealed class MergeCharts(ImportContext context, ImportRunState run)
{
    private const string SourceKind = "source";
    private const string IdentifierKind = "identifier";

    // One commit; small enough that a revocation next door does not wait long for the write queue.
    private const int BatchPatients = 256;

    private readonly PatientMerge _merge = new(run);

    /// <summary>Saves the patients of a partition.</summary>
    public async Task SaveAsync(Dictionary<string, List<ImportedRecord>> patients, CancellationToken cancellationToken)
    {
        foreach (var batch in patients.OrderBy(pair => pair.Key, StringComparer.Ordinal).Chunk(BatchPatients))
            await SaveBatchAsync(batch, cancellationToken);
    }

    private async Task SaveBatchAsync(KeyValuePair<string, List<ImportedRecord>>[] batch, CancellationToken cancellationToken)
    {
        var found = await FindAsync(batch, cancellationToken);
        var charts = (await context.Patients.OpenManyAsync([.. found.Values.Distinct()], cancellationToken)).ToDictionary(chart => chart.Number);
        var fresh = batch.Count(pair => !found.ContainsKey(pair.Key) && pair.Value.Exists(record => record.Head is not null));
        var next = fresh == 0 ? default : await context.Patients.ReserveNumbersAsync(fresh, cancellationToken);
        List<MergedPatient> merged = new(batch.Length);
        foreach (var (patient, records) in batch)
        {
            var known = found.TryGetValue(patient, out var number);
            var before = known ? charts.GetValueOrDefault(number) : null;
            if (_merge.Merge(patient, before, known ? number : next, records) is not { } result)
                continue;
            merged.Add(result);
            if (!known)
                next = new PatientNumber(next.Value + 1);
        }

        var changes = merged.Select(result => result.Change).OfType<ChartChange>().ToList();
        if (changes.Count > 0)
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

        Count(merged);
    }

    private void Count(List<MergedPatient> merged)
    {
        foreach (var result in merged)
        {
            if (result.Change is not null && run.Tables.IsLinked(result.Patient))
                run.LinkedAndChanged[result.Patient] = true;
            if (result.Restricted)
                run.AddRestriction(result.Number);
        }

        foreach (var type in merged.SelectMany(result => result.Outcomes).GroupBy(outcome => outcome.Type, StringComparer.Ordinal))
            run.Tally.Count(type.Key, CountOf(type.Select(outcome => outcome.Outcome)));
        run.CountSaved(merged.Count, merged.Count(result => result.Change?.IsNew == true), merged.Count(result => result.Change is not null));
    }

    public static ImportCount CountOf(IEnumerable<MergeOutcome> outcomes)
    {
        long created = 0, updated = 0, unchanged = 0;
        foreach (var outcome in outcomes)
        {
            created += outcome == MergeOutcome.Created ? 1 : 0;
            updated += outcome == MergeOutcome.Updated ? 1 : 0;
            unchanged += outcome == MergeOutcome.Unchanged ? 1 : 0;
        }

        return new ImportCount(created, updated, unchanged);
    }

    private async Task<Dictionary<string, PatientNumber>> FindAsync(KeyValuePair<string, List<ImportedRecord>>[] batch, CancellationToken cancellationToken)
    {
        Dictionary<string, PatientNumber> found = new(StringComparer.Ordinal);
        var keys = batch.ToDictionary(pair => pair.Key, pair => KeyOf(pair.Key), StringComparer.Ordinal);
        var numbers = await context.Patients.FindAsync([.. keys.Values.Distinct()], cancellationToken);
        foreach (var (patient, key) in keys)
        {
            // An identifier that several patients share names none of them.
            if (numbers.TryGetValue(key, out var matches) && matches.Count == 1)
                found[patient] = matches[0];
        }

        await JoinAsync([.. batch.Where(pair => !found.ContainsKey(pair.Key))], found, cancellationToken);
        return found;
    }

    private LookupKey KeyOf(string patient) =>
        patient.StartsWith(FhirReferences.ByIdentifier, StringComparison.Ordinal)
            ? new LookupKey(IdentifierKind, patient[FhirReferences.ByIdentifier.Length..])
            : new LookupKey(SourceKind, run.Source + "|" + patient);

    // A patient another source brought earlier is recognised by medical record number and system, never by email, and only where birth dates do not disagree.
    private async Task JoinAsync(List<KeyValuePair<string, List<ImportedRecord>>> unknown, Dictionary<string, PatientNumber> found, CancellationToken cancellationToken)
    {
        var heads = unknown
            .Select(pair => (Patient: pair.Key, pair.Value.OrderByDescending(record => record.Order).FirstOrDefault(record => record.Head is not null)?.Head))
            .Where(pair => pair.Head is not null)
            .Select(pair => (pair.Patient, Head: pair.Head!, Keys: RecordNumbers(pair.Head!)))
            .Where(pair => pair.Keys.Count > 0)
            .ToList();
        if (heads.Count == 0)
            return;
        var numbers = await context.Patients.FindAsync([.. heads.SelectMany(pair => pair.Keys).Distinct()], cancellationToken);
        if (numbers.Count == 0)
            return;
        var charts = (await context.Patients.OpenManyAsync([.. numbers.Values.SelectMany(matches => matches).Distinct()], cancellationToken)).ToDictionary(chart => chart.Number);
        foreach (var (patient, head, keys) in heads)
        {
            var matches = keys.SelectMany(key => numbers.GetValueOrDefault(key) ?? []).Distinct().ToList();
            if (matches.Count == 1 && charts.TryGetValue(matches[0], out var chart) && MayBe(chart.Head, head) && run.Joined.TryAdd(chart.Number, patient))
                found[patient] = chart.Number;
        }
    }

    private bool MayBe(ChartHead known, ChartHead sent) =>
        known.SourceIds.All(id => id.System != run.Source) && (known.BirthDate is null || sent.BirthDate is null || known.BirthDate == sent.BirthDate);

    private static List<LookupKey> RecordNumbers(ChartHead head) =>
        [.. head.Identifiers.Where(identifier => identifier.System.Length > 0 && identifier.Type is null or "MR").Select(identifier => new LookupKey(IdentifierKind, identifier.System + "|" + identifier.Value))];
}
