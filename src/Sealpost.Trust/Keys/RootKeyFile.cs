using System.Globalization;
using System.Text;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>The root key file: a few lines of text. Written beside and renamed, so that a crash leaves the old file or the new one.</summary>
/// <param name="Protection">Argon2id parameters; null where the keys are in the clear.</param>
/// <param name="Roots">Root keys, newest first; sealed where there is a protection.</param>
internal sealed record RootKeyFile(Argon2idSetting? Protection, IReadOnlyList<byte[]> Roots)
{
    private const string Title = "sealpost-root-key 1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static async Task<RootKeyFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        // 45 CFR 164.312(a)(1): only the account that runs Sealpost may read the key.
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            throw new SealException($"Others than its owner may read or write the root key file {path}: run \"chmod 600 {path}\", and rotate the root key if somebody may have read it.");
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        if (lines.Length == 0 || lines[0] != Title)
            throw Damaged(path);
        try
        {
            var protection = lines.FirstOrDefault(line => line.StartsWith("argon2id ", StringComparison.Ordinal));
            return new RootKeyFile(
                protection is null ? null : Argon2idSetting.Parse(protection),
                [.. lines.Where(line => line.StartsWith("root ", StringComparison.Ordinal)).Select(line => Convert.FromBase64String(line[5..]))]);
        }
        catch (FormatException e)
        {
            throw Damaged(path, e);
        }
    }

    public static async Task WriteAsync(string path, RootKeyFile file, FileMode mode, CancellationToken cancellationToken)
    {
        if (mode == FileMode.CreateNew && File.Exists(path))
            throw new IOException($"The root key file {path} exists already; it is never overwritten. Move it away if no data depends on it.");
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        await using (var stream = new FileStream(beside, options))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(file.ToText()), cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        // On creation nothing is replaced, not even by a second process that creates at the same moment.
        File.Move(beside, path, overwrite: mode != FileMode.CreateNew);
    }

    private string ToText()
    {
        var text = new StringBuilder(Title).Append('\n');
        if (Protection is not null)
            text.Append(Protection).Append('\n');
        foreach (var root in Roots)
            text.Append("root ").Append(Convert.ToBase64String(root)).Append('\n');
        return text.ToString();
    }

    private static SealException Damaged(string path, Exception? cause = null) =>
        new($"{path} is not a root key file, or it is damaged: restore it, or use the recovery kit.", cause!);
}

/// <summary>Argon2id parameters as stored in the key file.</summary>
/// <param name="MemoryKibibytes">Memory.</param>
/// <param name="Passes">Passes.</param>
/// <param name="Salt">16 bytes.</param>
internal sealed record Argon2idSetting(int MemoryKibibytes, int Passes, byte[] Salt)
{
    public static Argon2idSetting Parse(string line)
    {
        var parts = line.Split(' ');
        return parts.Length == 4
            ? new Argon2idSetting(int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture), Convert.FromBase64String(parts[3]))
            : throw new FormatException("argon2id takes memory, passes and salt.");
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"argon2id {MemoryKibibytes} {Passes} {Convert.ToBase64String(Salt)}");
}
