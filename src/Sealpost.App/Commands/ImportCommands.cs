using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Patients;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Patients in: <c>import fhir</c>, <c>import csv</c>, <c>import undo</c>, <c>import list</c>.</summary>
internal static class ImportCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
        [new Command("import", "Patients in, from FHIR or CSV.") { Fhir(context), Csv(context), Undo(context), List(context), DemoData(context) }];

    private static Command Fhir(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH") { Description = "NDJSON or JSON Bundles: files or folders, .gz too.", Arity = ArgumentArity.OneOrMore };
        var source = new Option<string>("--source") { Description = "Name of the source; addresses are attested per source.", HelpName = "NAME", DefaultValueFactory = _ => "fhir" };
        var command = new Command("fhir", "Import FHIR R4. Idempotent: a second run changes nothing.") { paths, source };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            await organisation.Demo.RefuseWhileLoadedAsync(cancellationToken).ConfigureAwait(false);
            var request = new ImportFhirRequest { Paths = [.. parsed.GetRequiredValue(paths).Select(context.PathOf)], Actor = actor.Id, Source = parsed.GetRequiredValue(source) };
            await using var progress = new ProgressLine(context);
            var result = await new ImportFhir(organisation.Import).RunAsync(request, progress.Of<ImportProgress>(Line), cancellationToken).ConfigureAwait(false);
            await progress.DisposeAsync().ConfigureAwait(false);
            await ImportReport.WriteAsync(context, result).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Csv(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "CSV file." };
        var map = new Option<string>("--map") { Description = "YAML that maps columns to chart fields. See docs/import-csv.md.", HelpName = "MAP", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would happen; store nothing." };
        var command = new Command("csv", "Import rows, matched to patients by identifier or email.") { file, map, dryRun };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            await organisation.Demo.RefuseWhileLoadedAsync(cancellationToken).ConfigureAwait(false);
            var mapText = await context.ReadTextAsync(parsed.GetRequiredValue(map), cancellationToken).ConfigureAwait(false);
            var request = new ImportCsvRequest
            {
                Path = context.PathOf(parsed.GetRequiredValue(file)),
                Map = CsvMap.Parse(mapText),
                Actor = actor.Id,
                DryRun = parsed.GetValue(dryRun),
            };
            await using var progress = new ProgressLine(context);
            var result = await new ImportCsv(organisation.Import).RunAsync(request, progress.Of<ImportProgress>(Line), cancellationToken).ConfigureAwait(false);
            await progress.DisposeAsync().ConfigureAwait(false);
            await ImportReport.WriteAsync(context, result).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Undo(CommandContext context)
    {
        var id = new Argument<long>("ID") { Description = "Number of the import, as it was printed." };
        var command = new Command("undo", "Put back what an import changed; patients changed since are left alone.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            var undone = await new RevertImport(organisation.Import).RunAsync(parsed.GetRequiredValue(id), actor.Id, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { removed = undone.Removed, restored = undone.Restored, leftAlone = undone.LeftAlone }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync($"{undone.Removed} patients removed, {undone.Restored} put back, {undone.LeftAlone} left alone because they changed since.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show earlier imports.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, _) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            var imports = await new ImportLog(organisation.Import.Database, organisation.Import.Keys, organisation.Import.Ledger, organisation.Import.Time).ListAsync(cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(imports).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : imports)
            {
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{one.Id}  {one.StartedAt:u}  {one.Kind}  {one.Counts.Created} created, {one.Counts.Updated} updated, {one.Counts.Unchanged} unchanged, {one.Counts.Skipped} skipped{(one.UndoneAt is null ? "" : "  undone")}")).ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    private static Command DemoData(CommandContext context)
    {
        var patients = new Option<int>("--patients") { Description = "How many; 1 to 10,000.", HelpName = "N", DefaultValueFactory = _ => Demo.DemoFeeds.Patients };
        var remove = new Option<bool>("--remove") { Description = "Remove them again." };
        var command = new Command("demo", "Load made-up patients into an empty organisation, to try things out. Nothing is ever sent to them.") { patients, remove };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
            var count = parsed.GetValue(remove)
                ? await organisation.RemoveDemoAsync(actor, cancellationToken).ConfigureAwait(false)
                : await organisation.LoadDemoAsync(parsed.GetValue(patients), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { patients = count }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count:N0} made-up patients {(parsed.GetValue(remove) ? "removed" : "loaded; `sealpost import demo --remove` removes them")}.")).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string Line(ImportProgress progress) =>
        string.Create(CultureInfo.InvariantCulture, $"{progress.Files} of {progress.FilesInAll} files, {progress.Resources:N0} resources, {progress.PatientsSaved:N0} patients");

    private static async Task<(OpenOrganisation Organisation, Actor Actor)> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        actor.Require(Roles.Administrator, "import patients");
        return (organisation, actor);
    }
}
