using System.Security.Cryptography;
using System.Text;

namespace Sealpost.App.Hosting;

/// <summary>A data folder on disk: where things lie in it, and who holds it.</summary>
internal sealed class DataFolder
{
    public DataFolder(string path) => Root = Path.GetFullPath(path);

    public string Root { get; }

    /// <summary>Root key and recovery information; apart from the data, so that it is backed up apart.</summary>
    public string Keys => Path.Combine(Root, "keys");

    public string RootKeyFile => Path.Combine(Keys, "root.key");

    /// <summary>Sealed outcome journal, outside the backup.</summary>
    public string Journal => Path.Combine(Root, "journal");

    /// <summary>Sealed spill files of imports; emptied at start.</summary>
    public string Spill => Path.Combine(Root, "spill");

    /// <summary>Exported, signed checkpoints of the ledger.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>Where things lie for backups.</summary>
    public Sealpost.Backups.BackupPlaces Places => new(Root, Journal, RootKeyFile);

    /// <summary>Present only in a folder that <c>demo</c> made.</summary>
    public string DemoMark => Path.Combine(Root, "demo-folder");

    public bool IsInitialised => File.Exists(RootKeyFile);

    public bool IsDemo => File.Exists(DemoMark);

    /// <summary>The owner's Unix socket: a short path, since socket addresses hold about 100 bytes.</summary>
    public string Socket => Path.Combine(RuntimeFolder(), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..16] + ".sock");

    public void Create()
    {
        CreatePrivate(Root);
        CreatePrivate(Keys);
        CreatePrivate(Journal);
        CreatePrivate(Checkpoints);
    }

    /// <summary>Deletes everything in the folder but its lock. For demo folders only.</summary>
    public void RemoveContents()
    {
        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else if (entry.Name != "lock")
                entry.Delete();
        }
    }

    /// <summary>Takes the folder for this process; null where another process holds it. The system releases it when the process ends, however it ends.</summary>
    public FileStream? TryLock()
    {
        CreatePrivate(Root);
        try
        {
            // On Unix, .NET takes an advisory flock for FileShare.None.
            return new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static string Default(string? asked) =>
        asked ?? Environment.GetEnvironmentVariable("SEALPOST_DATA") ?? Path.Combine(Environment.CurrentDirectory, "sealpost-data");

    private static string RuntimeFolder()
    {
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        var folder = !string.IsNullOrEmpty(runtime) && Directory.Exists(runtime) && runtime.Length < 60
            ? Path.Combine(runtime, "sealpost")
            : Path.Combine(Path.GetTempPath(), "sealpost-" + Environment.UserName);
        CreatePrivate(folder);
        return folder;
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
