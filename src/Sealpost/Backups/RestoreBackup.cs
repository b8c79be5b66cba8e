using System.Globalization;

namespace Sealpost.Backups;

/// <summary>Puts a backup's data into a data folder that no process has open. Sending stays off until <see cref="ReplayAfterRestore"/> has run. 45 CFR 164.308(a)(7)(ii)(B).</summary>
internal static class RestoreBackup
{
    /// <summary>Restores.</summary>
    /// <param name="backup">The backup's folder.</param>
    /// <param name="keys">Copy of the wrapped keys, for a folder that has none; null takes the one beside the backups.</param>
    /// <param name="places">Where to.</param>
    /// <param name="now">When (UTC); names what is set aside.</param>
    /// <param name="cancellationToken">Stops it before the first file is changed.</param>
    /// <returns>Path of the data file that was set aside; null where there was none.</returns>
    /// <exception cref="RefusedException">The backup is damaged, or a key is missing; nothing was changed.</exception>
    public static async Task<string?> RunAsync(string backup, string? keys, BackupPlaces places, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = BackupManifest.Read(backup);
        var from = Path.Combine(backup, BackupPlaces.Data);
        if (!File.Exists(from) || await MakeBackup.HashAsync(from, cancellationToken).ConfigureAwait(false) != manifest.Sha256)
            throw new RefusedException("The backup's data file is not what its manifest says: it is damaged or was changed. Use another backup.");
        if (!File.Exists(places.RootKey))
            throw new RefusedException($"There is no root key at {places.RootKey}, and without it nothing in the backup opens. Put the file back, or give the recovery kit: --kit FILE.");
        var ownKeys = Path.Combine(places.Folder, "keys.db");
        var copiedKeys = keys ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(backup))!, Path.GetFileName(places.Keys));
        if (!File.Exists(ownKeys) && !File.Exists(copiedKeys))
            throw new RefusedException("The wrapped keys are neither in the data folder nor beside the backups: name their newest copy with --keys FILE.");
        PrivateFiles.MakeFolder(places.Folder);
        var target = Path.Combine(places.Folder, BackupPlaces.Data);
        File.Copy(from, target + ".part", overwrite: true);
        PrivateFiles.Restrict(target + ".part");

        // The folder's own keys are the latest there are: an older copy would bring back who was erased since.
        if (!File.Exists(ownKeys))
        {
            File.Copy(copiedKeys, ownKeys);
            PrivateFiles.Restrict(ownKeys);
        }

        // The mark comes first: a restore that is cut off must not be sent from either.
        await File.WriteAllTextAsync(places.Mark, manifest.MadeAt.ToString("u", CultureInfo.InvariantCulture), CancellationToken.None).ConfigureAwait(false);
        var aside = SetAside(target, now);
        File.Move(target + ".part", target);
        return aside;
    }

    private static string? SetAside(string target, DateTimeOffset now)
    {
        if (!File.Exists(target))
            return null;
        var aside = Path.Combine(Path.GetDirectoryName(target)!, $"before-restore-{now.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}.db");
        foreach (var part in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(target + part))
                File.Move(target + part, aside + part);
        }

        return aside;
    }
}
