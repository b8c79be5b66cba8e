using System.Globalization;
using System.Security.Cryptography;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Backups;

/// <summary>A backup there is.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Manifest">What it says of itself.</param>
internal sealed record BackupEntry(string Name, BackupManifest Manifest);

/// <summary>Makes and lists backups: a consistent copy of the sealed data, and one newest copy of the wrapped keys apart from it. 45 CFR 164.308(a)(7)(ii)(A).</summary>
/// <remarks>
/// The root key and the outcome journal are in no backup: a stolen one opens nothing, and what happened after it is known all the same.
/// Wrapped keys are copied to their latest state only, over the copy before, so that a patient who was erased is erased in old backups too.
/// </remarks>
internal sealed class MakeBackup(BackupPlaces places, IDatabase database, Ledger ledger, TimeProvider time)
{
    private const string Stamp = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Copies while everything goes on.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, or the store is a server of its own.</exception>
    public async Task<BackupEntry> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "make backups");
        if (database is not SqliteDatabase sqlite)
            throw new RefusedException("The data are in PostgreSQL: back it up with its own tools (pg_dump or a base backup), the schema keys apart and to its latest state only. docs/backup.md says how.");
        var now = time.GetUtcNow();
        var name = now.ToString(Stamp, CultureInfo.InvariantCulture);
        var folder = Path.Combine(places.Backups, name);
        if (Directory.Exists(folder))
            throw new RefusedException("A backup was made this very second. Wait a moment.") { Kind = RefusalKind.Changed };
        PrivateFiles.MakeFolder(places.Backups);
        var beside = folder + ".part";
        if (Directory.Exists(beside))
            Directory.Delete(beside, recursive: true);
        PrivateFiles.MakeFolder(beside);
        try
        {
            var size = await LedgerSizeAsync(cancellationToken).ConfigureAwait(false);

            // Data first: the keys copied afterwards know every patient of it.
            await sqlite.CopyAsync(Path.Combine(beside, BackupPlaces.Data), places.Keys + ".part", cancellationToken).ConfigureAwait(false);
            var manifest = new BackupManifest(BackupManifest.Newest, now, await HashAsync(Path.Combine(beside, BackupPlaces.Data), cancellationToken).ConfigureAwait(false), new FileInfo(Path.Combine(beside, BackupPlaces.Data)).Length, size);
            manifest.Write(beside);
            PrivateFiles.Restrict(Path.Combine(beside, BackupPlaces.Data));
            PrivateFiles.Restrict(places.Keys + ".part");
            File.Move(places.Keys + ".part", places.Keys, overwrite: true);
            Directory.Move(beside, folder);
            await database.WriteAsync(
                (transaction, token) => ledger.AppendAsync(new AuditEvent(PeopleContext.Installation, "backup.made", actor.Id, null, name, "done", manifest.Sha256), transaction, token),
                cancellationToken).ConfigureAwait(false);
            return new BackupEntry(name, manifest);
        }
        finally
        {
            if (Directory.Exists(beside))
                Directory.Delete(beside, recursive: true);
            File.Delete(places.Keys + ".part");
        }
    }

    /// <summary>Backups in the data folder, the newest first.</summary>
    /// <exception cref="RefusedException">The actor may not see them.</exception>
    public IReadOnlyList<BackupEntry> List(Actor actor)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Auditor, "see backups");
        return !Directory.Exists(places.Backups) ? [] :
            [.. Directory.EnumerateDirectories(places.Backups).Where(folder => File.Exists(Path.Combine(folder, "manifest.json"))).Select(folder => new BackupEntry(Path.GetFileName(folder), BackupManifest.Read(folder))).OrderByDescending(entry => entry.Manifest.MadeAt)];
    }

    /// <summary>Hash of a file.</summary>
    internal static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    }

    private async Task<long> LedgerSizeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT size FROM ledger_head");
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }
}

/// <summary>Files and folders that their owner alone may open. 45 CFR 164.312(a)(1).</summary>
internal static class PrivateFiles
{
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static void Restrict(string file)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
