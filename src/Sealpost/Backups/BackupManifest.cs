using System.Text.Json;

namespace Sealpost.Backups;

/// <summary>What a backup says of itself; lies beside the copy. Names nobody.</summary>
/// <param name="Format">Layout of the folder, 1.</param>
/// <param name="MadeAt">When (UTC).</param>
/// <param name="Sha256">Hash of the data file, in lower-case hex.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="LedgerSize">Entries of the ledger in it.</param>
internal sealed record BackupManifest(int Format, DateTimeOffset MadeAt, string Sha256, long Bytes, long LedgerSize)
{
    public const int Newest = 1;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="RefusedException">There is none, or it is of a newer program.</exception>
    public static BackupManifest Read(string folder)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(File.ReadAllText(PathIn(folder)), Options);
            return manifest is { Format: Newest, Sha256.Length: 64 }
                ? manifest
                : throw new RefusedException("This backup is damaged, or was made by a newer Sealpost: restore it with the version that made it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RefusedException("This folder is no backup of Sealpost: it holds no readable manifest.json. `sealpost backup list` shows backups.", exception);
        }
    }

    public void Write(string folder) => File.WriteAllText(PathIn(folder), JsonSerializer.Serialize(this, Options));

    private static string PathIn(string folder) => Path.Combine(folder, "manifest.json");
}

/// <summary>Where things lie for a backup.</summary>
/// <param name="Folder">The data folder.</param>
/// <param name="Journal">The outcome journals, which no backup holds.</param>
/// <param name="RootKey">The root key file, which no backup holds.</param>
internal sealed record BackupPlaces(string Folder, string Journal, string RootKey)
{
    /// <summary>Where backups lie unless asked otherwise.</summary>
    public string Backups => Path.Combine(Folder, "backups");

    /// <summary>The newest copy of the wrapped keys. There is one only: older ones would bring erased patients back.</summary>
    public string Keys => Path.Combine(Backups, "keys-latest.db");

    /// <summary>Present from a restore until the journal was replayed.</summary>
    public string Mark => Path.Combine(Folder, "restored.txt");

    /// <summary>Name of the data file in the data folder and in a backup.</summary>
    public const string Data = "sealpost.db";
}
