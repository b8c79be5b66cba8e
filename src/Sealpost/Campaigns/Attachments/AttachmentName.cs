using System.Globalization;
using System.Text;

namespace Sealpost.Campaigns.Attachments;

/// <summary>Names of files: what a person reads is what the file is, on every system that saves it.</summary>
internal static class AttachmentName
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 100;

    /// <summary>Longest name in UTF-8: file systems take 255, and browsers add a number to a second copy.</summary>
    public const int MaxBytes = 240;

    private const string Reserved = "/\\<>:\"|?*";

    // Windows opens these as devices, with any extension.
    private static readonly HashSet<string> Devices = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(i => new[] { $"com{i}", $"lpt{i}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary>The name composed (NFC), without space at either end.</summary>
    /// <exception cref="RefusedException">It holds line breaks, separators of folders or marks that turn the reading direction, is too long, or has no extension that is taken.</exception>
    public static string Check(string name)
    {
        if (!IsWhole(name))
            throw new RefusedException("The file's name holds half a character and cannot be shown. Rename the file.");
        var clean = name.Normalize(NormalizationForm.FormC).Trim();
        if (clean.EnumerateRunes().Where(IsUnseen).Select(rune => (Rune?)rune).FirstOrDefault() is { } unseen)
            throw new RefusedException(string.Create(CultureInfo.InvariantCulture, $"The file's name holds a character that is not seen, such as a line break or a mark that turns the reading direction (U+{unseen.Value:X4}). Rename the file."));
        if (clean.IndexOfAny([.. Reserved]) >= 0)
            throw new RefusedException($"The file's name holds one of {string.Join(' ', Reserved.ToCharArray())}, which not every system can save. Rename the file.");
        if (clean.Length > MaxLength || Encoding.UTF8.GetByteCount(clean) > MaxBytes)
            throw new RefusedException($"The file's name has {clean.Length} characters; at most {MaxLength} are taken ({MaxBytes} bytes in UTF-8). Give it a shorter name.");
        if (clean.StartsWith('.') || AttachmentTypes.OfExtension(clean) is null || Devices.Contains(clean[..clean.IndexOf('.', StringComparison.Ordinal)].TrimEnd()))
            throw new RefusedException($"A file needs a name that ends in one of {AttachmentTypes.Accept.Replace(",", ", ", StringComparison.Ordinal)}, such as leaflet.pdf. Files are {AttachmentTypes.All}; save others as PDF.");
        return clean;
    }

    private static bool IsWhole(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i]))
                continue;
            if (!char.IsHighSurrogate(name[i]) || i + 1 == name.Length || !char.IsLowSurrogate(name[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    // Format holds what is dangerous here: the marks of Unicode Standard Annex 9 that turn text around, joiners and other characters of no width.
    private static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
