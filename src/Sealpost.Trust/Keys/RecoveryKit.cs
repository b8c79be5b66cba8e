using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Trust.Sealing;

namespace Sealpost.Trust.Keys;

/// <summary>The root key as text to print and lock away: restores the key file when it is lost or its passphrase forgotten.</summary>
/// <remarks>
/// Five lines of four groups in Crockford's base 32; the first names the key, the others hold it. Each line carries its own checksum,
/// so that a slip of the pen is found and the line named. 45 CFR 164.308(a)(7)(ii)(B).
/// </remarks>
public sealed class RecoveryKit
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Lines = 5;
    private const int BytesPerLine = 8;
    private const int CheckLength = 2;
    private const int SymbolsPerLine = (BytesPerLine + CheckLength) * 8 / 5;
    private const int SymbolsPerGroup = 4;

    private readonly string[] _lines;

    private RecoveryKit(string[] lines, string name)
    {
        _lines = lines;
        Name = name;
    }

    /// <summary>Public name of the root key, 16 hex digits; error messages about a wrong key file use it.</summary>
    public string Name { get; }

    /// <summary>Text to print. Holds the root key: show it once, never store it beside the data.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"SEALPOST RECOVERY KIT for root key {Name}\n\n");
        text.Append("Without the root key file or this sheet nobody can ever read the patient data again, we included.\n");
        text.Append("Whoever has this sheet and a copy of the data reads everything: print it, lock it away, keep no file of it.\n\n");
        for (var line = 0; line < Lines; line++)
            text.Append(CultureInfo.InvariantCulture, $"  {line + 1}.  {string.Join(' ', _lines[line].Chunk(SymbolsPerGroup).Select(group => new string(group)))}\n");
        return text.ToString();
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => $"recovery kit of root key {Name}";

    /// <summary>Writes a new root key file from a kit's text.</summary>
    /// <param name="text">The five numbered lines; case and spaces do not matter, other lines are ignored; O is read as 0, I and L as 1.</param>
    /// <param name="path">File to create; an existing one is never overwritten.</param>
    /// <param name="passphrase">Passphrase of the new file, or null; the old one is not needed.</param>
    /// <param name="cancellationToken">Stops before the file is written.</param>
    /// <exception cref="FormatException">A line is missing or mistyped; the text names it.</exception>
    /// <exception cref="IOException">The file exists already.</exception>
    public static async Task<FileKeySource> RestoreAsync(string text, string path, string? passphrase, CancellationToken cancellationToken)
    {
        var root = ReadRoot(text);
        try
        {
            return await FileKeySource.CreateAsync(path, passphrase, root, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(root);
        }
    }

    internal static RecoveryKit Of(ReadOnlyMemory<byte> root)
    {
        var id = RootKeys.IdOf(root.Span);
        var lines = new string[Lines];
        lines[0] = LineOf(0, id);
        for (var line = 1; line < Lines; line++)
            lines[line] = LineOf(line, root.Span.Slice((line - 1) * BytesPerLine, BytesPerLine));
        return new RecoveryKit(lines, Convert.ToHexStringLower(id));
    }

    private static byte[] ReadRoot(string text)
    {
        var bytes = new byte[Lines * BytesPerLine];
        for (var line = 0; line < Lines; line++)
            ReadLine(text, line).CopyTo(bytes, line * BytesPerLine);
        var root = bytes[BytesPerLine..];
        if (!RootKeys.IdOf(root).AsSpan().SequenceEqual(bytes.AsSpan(0, BytesPerLine)))
            throw new FormatException("Each line is right by itself, but they are not of one kit: line 1 names another root key. Type all five lines from the same sheet.");
        return root;
    }

    private static byte[] ReadLine(string text, int line)
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"{line + 1}.");
        var found = text.Split('\n').Select(one => one.Trim()).FirstOrDefault(one => one.StartsWith(label, StringComparison.Ordinal))
            ?? throw new FormatException($"Line {line + 1} of the recovery kit is missing.");
        var symbols = string.Concat(found[label.Length..].ToUpperInvariant().Where(symbol => !char.IsWhiteSpace(symbol) && symbol != '-'))
            .Replace('O', '0').Replace('I', '1').Replace('L', '1');
        if (symbols.Length != SymbolsPerLine || symbols.Any(symbol => !Alphabet.Contains(symbol, StringComparison.Ordinal)))
            throw new FormatException($"Line {line + 1} of the recovery kit needs {SymbolsPerLine} letters or digits in {SymbolsPerLine / SymbolsPerGroup} groups (no U).");
        var bytes = FromSymbols(symbols);
        var payload = bytes[..BytesPerLine];
        return CheckOf(line, payload).AsSpan().SequenceEqual(bytes.AsSpan(BytesPerLine))
            ? payload
            : throw new FormatException($"Line {line + 1} of the recovery kit is mistyped: its checksum does not fit.");
    }

    private static string LineOf(int line, ReadOnlySpan<byte> payload) => ToSymbols([.. payload, .. CheckOf(line, payload)]);

    // The line number is part of the checksum, so two lines that changed places are found too.
    private static byte[] CheckOf(int line, ReadOnlySpan<byte> payload) => SHA256.HashData([(byte)line, .. payload])[..CheckLength];

    private static string ToSymbols(byte[] bytes)
    {
        var symbols = new char[SymbolsPerLine];
        for (var i = 0; i < symbols.Length; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i + 1) * 5; bit++)
                value = (value << 1) | ((bytes[bit / 8] >> (7 - (bit % 8))) & 1);
            symbols[i] = Alphabet[value];
        }

        return new string(symbols);
    }

    private static byte[] FromSymbols(string symbols)
    {
        var bytes = new byte[BytesPerLine + CheckLength];
        for (var bit = 0; bit < symbols.Length * 5; bit++)
        {
            var value = Alphabet.IndexOf(symbols[bit / 5], StringComparison.Ordinal);
            bytes[bit / 8] |= (byte)(((value >> (4 - (bit % 5))) & 1) << (7 - (bit % 8)));
        }

        return bytes;
    }
}
