using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Imports;

/// <summary>Made-up patients for trying things out, in an organisation that has no real ones: loaded by two imports, removed by taking them back.</summary>
internal sealed class ImportDemo(ImportContext context, Func<string, bool, Actor, CancellationToken, Task> attest)
{
    /// <summary>Source of patients whose addresses the made-up front desk verifies.</summary>
    public const string Clinic = "demo";

    /// <summary>Source of patients who registered on a made-up website; nobody attests it.</summary>
    public const string Website = "demo-website";

    private ImportLog Log => new(context.Database, context.Keys, context.Ledger, context.Time);

    /// <summary>The source is one of the demo's.</summary>
    public static bool IsDemo(string source) => source is Clinic or Website;

    /// <summary>Whether made-up patients are here.</summary>
    public async Task<bool> IsLoadedAsync(CancellationToken cancellationToken) => (await LoadedAsync(cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <summary>Loads them.</summary>
    /// <param name="feeds">Source and FHIR NDJSON of each feed.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it; what was loaded is removed by <see cref="RemoveAsync"/>.</param>
    /// <returns>Patients made.</returns>
    /// <exception cref="RefusedException">The actor may not import, or patients are here already.</exception>
    public async Task<long> LoadAsync(IReadOnlyList<(string Source, Stream Content)> feeds, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "load demo data");
        if (await PatientsAsync(cancellationToken).ConfigureAwait(false) > 0)
            throw new RefusedException("Patients are here already: made-up ones are loaded into an empty organisation only, so that nobody takes one for the other.");
        var made = 0L;
        foreach (var (source, content) in feeds)
        {
            using var upload = await SealedUpload.TakeAsync(context.SpillFolder, source + ".ndjson", content, ImportDesk.LargestFileBytes, cancellationToken).ConfigureAwait(false);
            var result = await new ImportFhir(context).RunAsync(new ImportFhirRequest { Paths = [], Uploads = [upload], Source = source, Actor = actor.Id }, null, cancellationToken).ConfigureAwait(false);
            made += result.PatientsChanged;
        }

        await attest(Clinic, true, actor, cancellationToken).ConfigureAwait(false);
        return made;
    }

    /// <summary>Removes them with everything that was recorded under their numbers.</summary>
    /// <returns>Patients removed.</returns>
    /// <exception cref="RefusedException">The actor may not import, or none are here.</exception>
    public async Task<long> RemoveAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "remove demo data");
        var loaded = await LoadedAsync(cancellationToken).ConfigureAwait(false);
        if (loaded.Count == 0)
            throw new RefusedException("There are no demo data here.");
        var removed = 0L;
        foreach (var import in loaded)
            removed += (await new RevertImport(context).RunAsync(import.Id, actor.Id, cancellationToken).ConfigureAwait(false)).Removed;
        await attest(Clinic, false, actor, cancellationToken).ConfigureAwait(false);
        return removed;
    }

    /// <summary>Refuses an import of real patients while made-up ones are here.</summary>
    public async Task RefuseWhileLoadedAsync(CancellationToken cancellationToken)
    {
        if (await IsLoadedAsync(cancellationToken).ConfigureAwait(false))
            throw new RefusedException("Made-up patients are loaded here. Remove the demo data first, so that nobody takes one for the other.");
    }

    private async Task<IReadOnlyList<ImportEntry>> LoadedAsync(CancellationToken cancellationToken) =>
        [.. (await Log.ListAsync(cancellationToken).ConfigureAwait(false)).Where(entry => entry.UndoneAt is null && IsDemo(entry.Source))];

    private async Task<long> PatientsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT COALESCE(SUM(patients), 0) FROM patient_shard WHERE org = @org", ("@org", context.Keys.Organisation.Value));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
    }
}
