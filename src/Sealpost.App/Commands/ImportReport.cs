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
            text.AppendLine(CultureInfo.InvariantCulture, $"  {problem.File}:{problem.Line}: {problem.Type}: {Words(problem.Reason)}{(problem.Where is null ? "" : $" at {problem.Where}")}");
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
                text.AppendLine(CultureInfo.InvariantCulture, $"{title}: {count:N0} {type}: {Words(reason)}");
        }
    }

    private static string Words(ImportReason reason) => reason switch
    {
        ImportReason.TypeNotUsed => "holds nothing an audience or a message uses",
        ImportReason.Malformed => "not well-formed, or no FHIR resource",
        ImportReason.TooDeep => "nested too deeply",
        ImportReason.NumberOutOfRange => "a number out of range",
        ImportReason.TooManyMembers => "too many members in one object or list",
        ImportReason.TooLong => "too long",
        ImportReason.BadCompression => "damaged, or unpacks to far more than its size allows",
        ImportReason.SymbolicLinkLoop => "a link back to a folder already read",
        ImportReason.Unreadable => "cannot be opened",
        ImportReason.DuplicateProperty => "the same property twice",
        ImportReason.InvalidElement => "an element of the wrong type",
        ImportReason.MissingId => "no id to recognise it by",
        ImportReason.NoPatient => "no reference to a patient",
        ImportReason.PatientUnknown => "its patient is neither in this import nor in the store",
        ImportReason.PsychotherapyNotes => "psychotherapy notes, never stored (45 CFR 164.508(a)(2))",
        ImportReason.TestData => "labelled as test data",
        ImportReason.Animal => "an animal",
        ImportReason.Superseded => "given more than once; the newest, else the last one, was taken",
        ImportReason.DeletionNotApplied => "asks for a deletion; `sealpost patient erase` deletes",
        ImportReason.LinkCycle => "links between patients in a circle",
        ImportReason.SurvivorUnknown => "the record that replaces it is not here yet; the patient is in no audience until it comes",
        ImportReason.ElementIgnored => "an unusable element counts as absent",
        ImportReason.ReferenceUnresolved => "refers to a medication or payer that is not in this import",
        ImportReason.BadColumn => "the value is not what the map says",
        ImportReason.AmbiguousPatient => "names several patients at once",
        ImportReason.SharedMailbox => "the mailbox also belongs to another patient",
        ImportReason.BadMailbox => "no mailbox that can be mailed",
        _ => string.Concat(reason.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString())),
    };
}
