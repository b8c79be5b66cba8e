using System.Text;

namespace Sealpost.Tests.App;

/// <summary>Looks for clear values in bytes: as UTF-8, UTF-16 (both orders), base64 (each alignment), hex and percent-encoded.</summary>
internal sealed class PhiSearch
{
    private readonly List<(string Value, string Form, byte[] Pattern)> _patterns = [];

    public PhiSearch(IEnumerable<string> values)
    {
        foreach (var value in values.Where(value => value.Length >= 6).Distinct(StringComparer.Ordinal))
        {
            var utf8 = Encoding.UTF8.GetBytes(value);
            Add(value, "UTF-8", utf8);
            Add(value, "UTF-16LE", Encoding.Unicode.GetBytes(value));
            Add(value, "UTF-16BE", Encoding.BigEndianUnicode.GetBytes(value));
            Add(value, "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)));
            Add(value, "HEX", Encoding.ASCII.GetBytes(Convert.ToHexString(utf8)));
            Add(value, "percent", Encoding.ASCII.GetBytes(Uri.EscapeDataString(value)));
            Add(value, "percent of every byte", Encoding.ASCII.GetBytes(string.Concat(utf8.Select(one => $"%{one:X2}"))));
            for (var alignment = 0; alignment < 3; alignment++)
                Add(value, $"base64+{alignment}", Base64Inside(utf8, alignment));
        }
    }

    /// <summary>Form and value's first letters of everything found.</summary>
    public IEnumerable<string> Find(string where, ReadOnlyMemory<byte> bytes) =>
        _patterns.Where(pattern => bytes.Span.IndexOf(pattern.Pattern) >= 0).Select(pattern => $"{where}: '{pattern.Value}' as {pattern.Form}");

    public IEnumerable<string> FindInFolder(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).SelectMany(file => Find(Path.GetRelativePath(folder, file), Read(file)));

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
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void Add(string value, string form, byte[] pattern)
    {
        if (pattern.Length >= 6)
            _patterns.Add((value, form, pattern));
    }
}
