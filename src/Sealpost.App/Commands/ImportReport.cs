using System.Globalization;
using System.Text;
using Sealpost.Patients;

namespace Sealpost.App.Commands;

/// <summary>What an import did, as text and as JSON.</summary>
internal static class ImportReport
{
    public static async Task WriteAsync(CommandContext context, ImportResult result)
    {
        if (context.Json)
        {
            await context.WriteJsonAsync(Document(result)).ConfigureAwait(false);
            return;
        }

        await context.Out.WriteAsync(Text(result)).ConfigureAwait(false);
    }

    private static object Document(ImportResult result)
    {
        var total = result.Resources.Values.Aggregate(new ImportCount(0, 0, 0), ImportCount.Add);
        return new
        {
            import = result.Import,
            dryRun = result.DryRun,
            files = result.Files,
            read = result.Read,
            patientsChanged = result.PatientsChanged,
            created = total.Created,
            updated = total.Updated,
            unchanged = total.Unchanged,
            skipped = result.Skipped.Values.SelectMany(reasons => reasons.Values).Sum(),
            byType = result.Resources,
            skippedByType = result.Skipped.ToDictionary(type => type.Key, type => type.Value.ToDictionary(reason => reason.Key.ToString(), reason => reason.Value)),
            remarks = result.Remarks.ToDictionary(type => type.Key, type => type.Value.ToDictionary(reason => reason.Key.ToString(), reason => reason.Value)),
            problems = result.Problems.Select(problem => new { file = problem.File, line = problem.Line, type = problem.Type, reason = problem.Reason.ToString(), where = problem.Where }),
            problemCount = result.ProblemCount,
        };
    }

    private static string Text(ImportResult result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"",-22}{"created",10}{"updated",10}{"unchanged",11}{"skipped",10}");
        foreach (var type in result.Resources.Keys.Union(result.Skipped.Keys).Order(StringComparer.Ordinal))
        {
            var count = result.Resources.GetValueOrDefault(type, new ImportCount(0, 0, 0));
            var skipped = result.Skipped.TryGetValue(type, out var reasons) ? reasons.Values.Sum() : 0;
            text.AppendLine(CultureInfo.InvariantCulture, $"{type,-22}{count.Created,10:N0}{count.Updated,10:N0}{count.Unchanged,11:N0}{skipped,10:N0}");
        }

        var total = result.Resources.Values.Aggregate(new ImportCount(0, 0, 0), ImportCount.Add);
        text.AppendLine(CultureInfo.InvariantCulture, $"Created {total.Created}, updated {total.Updated}, unchanged {total.Unchanged}.");
        Append(text, "Skipped", result.Skipped);
        Append(text, "Imported with a remark", result.Remarks);
        var shown = result.Problems.Where(problem => problem.Reason is not (ImportReason.Superseded or ImportReason.TypeNotUsed)).Take(20).ToList();
        foreach (var problem in shown)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {problem.File}:{problem.Line}: {problem.Type}: {ImportWords.Of(problem.Reason)}{(problem.Where is null ? "" : $" at {problem.Where}")}");
        if (result.ProblemCount > shown.Count)
            text.AppendLine(CultureInfo.InvariantCulture, $"  … --json lists the first {Math.Min(result.ProblemCount, ImportResult.MaxProblems):N0} of {result.ProblemCount:N0}, with file and line.");
        if (result.RestrictionsOnFile.Count > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{result.RestrictionsOnFile.Count} patients have a restriction on file at the source (45 CFR 164.522(a)): record it with `sealpost restriction add`.");
        text.AppendLine(result.DryRun
            ? "Dry run: nothing was stored."
            : string.Create(CultureInfo.InvariantCulture, $"Import {result.Import}: {result.PatientsChanged:N0} patients changed. `sealpost import undo {result.Import}` puts them back."));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, IReadOnlyDictionary<string, IReadOnlyDictionary<ImportReason, long>> byType)
    {
        foreach (var (type, reasons) in byType.OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            foreach (var (reason, count) in reasons.OrderByDescending(reason => reason.Value))
                text.AppendLine(CultureInfo.InvariantCulture, $"{title}: {count:N0} {type}: {ImportWords.Of(reason)}");
        }
    }
}
