using System.Text;

namespace Sealpost.Tests.App;

/// <summary>Looks for clear values in bytes: as UTF-8, UTF-16 (both orders), hex and percent-encoded, in any case, and base64 (each alignment).</summary>
internal sealed class PhiSearch
{
    private readonly List<(string Value, string Form, bool AnyCase, byte[] Pattern)> _patterns = [];

    public PhiSearch(IEnumerable<string> values)
    {
        foreach (var value in values.Where(value => value.Length >= 6).Distinct(StringComparer.Ordinal))
        {
            var utf8 = Encoding.UTF8.GetBytes(value);
            Add(value, "UTF-8", true, utf8);
            Add(value, "UTF-16LE", true, Encoding.Unicode.GetBytes(value));
            Add(value, "UTF-16BE", true, Encoding.BigEndianUnicode.GetBytes(value));
            Add(value, "hex", true, Encoding.ASCII.GetBytes(Convert.ToHexString(utf8)));
            Add(value, "percent", true, Encoding.ASCII.GetBytes(Uri.EscapeDataString(value)));
            Add(value, "percent of every byte", true, Encoding.ASCII.GetBytes(string.Concat(utf8.Select(one => $"%{one:X2}"))));
            for (var alignment = 0; alignment < 3; alignment++)
                Add(value, $"base64+{alignment}", false, Base64Inside(utf8, alignment));
        }
    }

    /// <summary>Where, value and form of everything found.</summary>
    public IReadOnlyList<string> Find(string where, ReadOnlyMemory<byte> bytes)
    {
        var folded = bytes.ToArray();
        Fold(folded);
        return [.. _patterns
            .Where(pattern => (pattern.AnyCase ? folded : bytes.Span).IndexOf(pattern.Pattern) >= 0)
            .Select(pattern => $"{where}: '{pattern.Value}' as {pattern.Form}")];
    }

    /// <summary>The same for every file in a folder that has anything in it: a held lock file is empty and cannot be opened.</summary>
    public IEnumerable<string> FindInFolder(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file) is { Exists: true, Length: > 0 }).SelectMany(file => Find(Path.GetRelativePath(folder, file), Read(file)));

    // The characters of base64 that depend on these bytes alone, whatever stands before and after.
    private static byte[] Base64Inside(byte[] bytes, int alignment)
    {
        var padded = new byte[alignment + bytes.Length];
        bytes.CopyTo(padded, alignment);
        var text = Convert.ToBase64String(padded);
        var from = alignment == 0 ? 0 : alignment + 1;
        var to = padded.Length / 3 * 4 + (padded.Length % 3 == 0 ? 0 : padded.Length % 3);
        return Encoding.ASCII.GetBytes(text[from..Math.Min(to, text.Length)]);
    }

    private static byte[] Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes); // Up to where it ends then: a running server lengthens and shortens its files.
            return bytes.ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return []; // A running server has removed it since it was listed.
        }
    }

    private static void Fold(Span<byte> bytes)
    {
        foreach (ref var one in bytes)
        {
            if (one is >= (byte)'A' and <= (byte)'Z')
                one += 'a' - 'A';
        }
    }

    private void Add(string value, string form, bool anyCase, byte[] pattern)
    {
        if (pattern.Length < 6)
            return;
        byte[] own = [.. pattern];
        if (anyCase)
            Fold(own);
        _patterns.Add((value, form, anyCase, own));
    }
}
