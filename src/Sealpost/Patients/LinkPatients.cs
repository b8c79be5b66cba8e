using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Applies <c>Patient.link</c> once all charts are saved: the record merged away leaves every audience, its opt-outs and restrictions join those of the survivor.</summary>
/// <remarks>Facts stay with the record they came with, so that <c>import undo</c> takes a merge apart again.</remarks>
internal sealed class LinkPatients(ImportContext context, ImportRunState run)
{
    private const string SourceKind = "source";
    private const int BatchPairs = 256;

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in InOrder().Chunk(BatchPairs))
            await ApplyAsync(batch, cancellationToken);
    }

    // A before B before C where A was merged into B and B into C, so that opt-outs travel the whole way.
    private List<(string MergedAway, string Survivor)> InOrder()
    {
        List<(string MergedAway, string Survivor, int Steps)> pairs = [];
        foreach (var (mergedAway, survivor) in run.Tables.Survivors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var steps = 1;
            var at = survivor;
            while (run.Tables.Survivors.TryGetValue(at, out var next) && steps <= run.Tables.Survivors.Count && at != mergedAway)
            {
                at = next;
                steps++;
            }

            if (at == mergedAway || steps > run.Tables.Survivors.Count)
                run.Tally.Skip(new ImportPlace(run.Files.Count, "", 0), "Patient", ImportReason.LinkCycle);
            else
                pairs.Add((mergedAway, survivor, steps));
        }

        return [.. pairs.OrderByDescending(pair => pair.Steps).Select(pair => (pair.MergedAway, pair.Survivor))];
    }

    private async Task ApplyAsync((string MergedAway, string Survivor)[] pairs, CancellationToken cancellationToken)
    {
        var charts = await OpenAsync(pairs, cancellationToken);
        Dictionary<PatientNumber, ChartHead> heads = [];
        List<(PatientNumber MergedAway, PatientNumber Survivor)> unite = [];
        foreach (var (mergedAway, survivor) in pairs)
        {
            if (!charts.TryGetValue(mergedAway, out var from))
                continue;
            if (!charts.TryGetValue(survivor, out var to))
                run.Tally.Remark(new ImportPlace(run.Files.Count, "", 0), "Patient", ImportReason.SurvivorUnknown, "Patient.link");
            else if (Link(from, to, survivor, heads) || run.LinkedAndChanged.ContainsKey(mergedAway) || run.LinkedAndChanged.ContainsKey(survivor))
                unite.Add((from.Number, to.Number));
        }

        if (unite.Count == 0)
            return;
        var numbers = charts.Values.DistinctBy(chart => chart.Number).ToDictionary(chart => chart.Number);
        var changes = heads.Select(pair => new ChartChange(numbers[pair.Key] with { Head = pair.Value }, IsNew: false, HeadChanged: true, [])).ToList();
        await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (changes.Count > 0)
                    await context.Patients.SaveAsync(changes, run.Import, transaction, token);
                foreach (var (from, to) in unite)
                    await context.Unite(from, to, transaction, token);
                return 0;
            },
            cancellationToken);
        await context.Changed([.. unite.SelectMany(pair => new[] { pair.MergedAway, pair.Survivor }).Distinct()], cancellationToken);

        // Those the merge of charts found unchanged and the link changed after all.
        var late = charts.Where(pair => heads.ContainsKey(pair.Value.Number) && !run.LinkedAndChanged.ContainsKey(pair.Key)).Count();
        run.CountSaved(late, 0, late);
    }

    // Whether a head had to change. A death recorded in either record is the patient's death.
    private static bool Link(Chart from, Chart to, string survivor, Dictionary<PatientNumber, ChartHead> heads)
    {
        var fromHead = heads.GetValueOrDefault(from.Number, from.Head);
        var toHead = heads.GetValueOrDefault(to.Number, to.Head);
        var changed = false;
        if (fromHead.ReplacedBy != survivor)
        {
            heads[from.Number] = fromHead with { ReplacedBy = survivor };
            changed = true;
        }

        if (fromHead.Deceased && !toHead.Deceased)
        {
            heads[to.Number] = toHead with { Deceased = true };
            changed = true;
        }

        return changed;
    }

    private async Task<Dictionary<string, Chart>> OpenAsync((string MergedAway, string Survivor)[] pairs, CancellationToken cancellationToken)
    {
        var patients = pairs.SelectMany(pair => new[] { pair.MergedAway, pair.Survivor }).Distinct(StringComparer.Ordinal).ToDictionary(patient => patient, patient => new LookupKey(SourceKind, run.Source + "|" + patient), StringComparer.Ordinal);
        var numbers = await context.Patients.FindAsync([.. patients.Values], cancellationToken);
        var charts = (await context.Patients.OpenManyAsync([.. numbers.Values.SelectMany(matches => matches).Distinct()], cancellationToken)).ToDictionary(chart => chart.Number);
        return patients
            .Where(pair => numbers.TryGetValue(pair.Value, out var matches) && matches.Count == 1 && charts.ContainsKey(matches[0]))
            .ToDictionary(pair => pair.Key, pair => charts[numbers[pair.Value][0]], StringComparer.Ordinal);
    }
}
