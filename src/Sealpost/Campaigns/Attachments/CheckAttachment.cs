using System.Globalization;
using System.Text;
using Sealpost.Library.Images;

namespace Sealpost.Campaigns.Attachments;

/// <summary>Judges files by their content, whatever their names say.</summary>
internal static class CheckAttachment
{
    /// <summary>Files of one campaign.</summary>
    public const int MostFiles = 5;

    /// <summary>Bytes of one campaign's files together: a telephone on a slow line fetches them within minutes.</summary>
    public const int MostBytes = 10_000_000;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Checks a name and the content behind it. Pictures are written anew without place, camera and other hidden data.</summary>
    /// <exception cref="RefusedException">Another kind than its name says, one that is not taken, damaged, or too large; says what to do.</exception>
    public static CheckedAttachment Of(string name, ReadOnlySpan<byte> content)
    {
        var clean = AttachmentName.Check(name);
        if (content.Length == 0)
            throw new RefusedException($"\"{clean}\" is empty.");
        if (content.Length > MostBytes)
            throw TooLarge(content.Length);
        if (TypeOf(content) is not { } type)
            throw new RefusedException($"\"{clean}\" is none of {AttachmentTypes.All} by its content, whatever its name says. Save it as PDF.");
        if (AttachmentTypes.OfExtension(clean) != type)
            throw new RefusedException($"\"{clean}\" is a {AttachmentTypes.Word(type, spanish: false)} by its content. Give it a name that ends in {AttachmentTypes.Extension(type)}, or choose the file that you meant.");
        return new CheckedAttachment(clean, type, type switch
        {
            AttachmentType.Pdf => Pdf(clean, content),
            AttachmentType.Png or AttachmentType.Jpeg => CleanImage.Of(content, MostBytes).Content,
            AttachmentType.Calendar => Calendar(clean, content),
            _ => content.ToArray(),
        });
    }

    /// <summary>Refuses more or larger files than a campaign may carry, or two of one name.</summary>
    /// <exception cref="RefusedException">Too many, too large together, or not told apart by name.</exception>
    public static void Together(IReadOnlyList<(string Name, long Bytes)> files)
    {
        if (files.Count > MostFiles)
            throw new RefusedException($"A campaign carries at most {MostFiles} files; these are {files.Count}. Put several into one PDF, or link to a page of yours.");
        if (files.Sum(file => file.Bytes) is > MostBytes and var bytes)
            throw TooLarge(bytes);
        if (files.GroupBy(file => file.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new RefusedException($"There are two files \"{twice.Key}\". Rename one.");
    }

    private static RefusedException TooLarge(long bytes) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The files of a campaign have at most {MostBytes / 1_000_000} MB together; these have {bytes / 1_000_000.0:0.0} MB. Make them smaller: a PDF for screens rather than for print."));

    private static AttachmentType? TypeOf(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith("%PDF-"u8))
            return AttachmentType.Pdf;
        if (content.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return AttachmentType.Png;
        if (content.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
            return AttachmentType.Jpeg;
        if (TextOf(content) is not { } text)
            return null;
        return text.StartsWith("BEGIN:VCALENDAR", StringComparison.OrdinalIgnoreCase) ? AttachmentType.Calendar : AttachmentType.Text;
    }

    /// <summary>The text; null where it is not UTF-8 or holds control characters, as no text does.</summary>
    private static string? TextOf(ReadOnlySpan<byte> content)
    {
        try
        {
            var text = Utf8.GetString(content).TrimStart('\uFEFF');
            return text.Any(letter => char.IsControl(letter) && letter is not ('\t' or '\r' or '\n' or '\f')) || string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] Pdf(string name, ReadOnlySpan<byte> content)
    {
        // ISO 32000-1 §7.5.5 and Annex H.3: readers look for the end within the last 1,024 bytes.
        if (content[^Math.Min(content.Length, 1_024)..].IndexOf("%%EOF"u8) < 0)
            throw new RefusedException($"\"{name}\" is damaged: the PDF is cut off. Save it again.");
        return content.ToArray();
    }

    private static byte[] Calendar(string name, ReadOnlySpan<byte> content)
    {
        var open = new Stack<string>();
        var isVersion2 = false;
        foreach (var line in CalendarLines(TextOf(content)!))
        {
            var (key, value) = Split(line);
            if (key == "BEGIN")
                open.Push(value);
            else if (key == "END" && (!open.TryPop(out var begun) || begun != value))
                throw new RefusedException($"\"{name}\" is damaged: END:{value} ends nothing. Export it from your calendar again.");
            else if (key == "VERSION" && open.Count == 1)
                isVersion2 = value == "2.0";

            // RFC 5546 §1.4: any other method makes the patient's calendar answer, by mail that nobody protects.
            else if (key == "METHOD" && value != "PUBLISH")
                throw new RefusedException($"\"{name}\" is an invitation (METHOD:{value}), which a calendar would answer by unprotected mail. Export the entry as a file instead, or take the METHOD line out.");
        }

        if (open.Count > 0 || !isVersion2)
            throw new RefusedException($"\"{name}\" is damaged: {(open.Count > 0 ? $"{open.Peek()} has no end" : "it does not say VERSION:2.0")}. Export it from your calendar again.");
        return content.ToArray();
    }

    // RFC 5545 §3.1: a line that begins with space goes on with the one before it.
    private static string[] CalendarLines(string text) =>
        text.ReplaceLineEndings("\n").Replace("\n ", "", StringComparison.Ordinal).Replace("\n\t", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static (string Key, string Value) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (line[..colon].Split(';')[0].ToUpperInvariant(), line[(colon + 1)..].Trim().ToUpperInvariant());
    }
}
