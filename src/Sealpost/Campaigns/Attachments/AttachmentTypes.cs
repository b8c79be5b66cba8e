using System.Globalization;

namespace Sealpost.Campaigns.Attachments;

/// <summary>Names of the kinds of files, for browsers and for people.</summary>
internal static class AttachmentTypes
{
    /// <summary>What may be sent, for messages about what may not.</summary>
    public const string All = "PDF, PNG, JPEG, plain text in UTF-8 (.txt) or calendar (.ics)";

    /// <summary>Extensions, for the chooser of a browser.</summary>
    public const string Accept = ".pdf,.png,.jpg,.jpeg,.txt,.ics";

    /// <summary>The media type it is served with.</summary>
    public static string MediaType(AttachmentType type) => type switch
    {
        AttachmentType.Pdf => "application/pdf",
        AttachmentType.Png => "image/png",
        AttachmentType.Jpeg => "image/jpeg",
        AttachmentType.Calendar => "text/calendar; charset=utf-8", // RFC 5545 §8.1
        _ => "text/plain; charset=utf-8",
    };

    /// <summary>In a word or two.</summary>
    public static string Word(AttachmentType type, bool spanish) => type switch
    {
        AttachmentType.Pdf => "PDF",
        AttachmentType.Png => spanish ? "imagen PNG" : "PNG picture",
        AttachmentType.Jpeg => spanish ? "imagen JPEG" : "JPEG picture",
        AttachmentType.Calendar => spanish ? "calendario" : "calendar",
        _ => spanish ? "texto" : "text",
    };

    /// <summary>The type that a name's extension stands for; null for any other.</summary>
    public static AttachmentType? OfExtension(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".pdf" => AttachmentType.Pdf,
        ".png" => AttachmentType.Png,
        ".jpg" or ".jpeg" => AttachmentType.Jpeg,
        ".txt" => AttachmentType.Text,
        ".ics" => AttachmentType.Calendar,
        _ => null,
    };

    /// <summary>The extension that a name of this type ends in.</summary>
    public static string Extension(AttachmentType type) => type switch
    {
        AttachmentType.Pdf => ".pdf",
        AttachmentType.Png => ".png",
        AttachmentType.Jpeg => ".jpg",
        AttachmentType.Calendar => ".ics",
        _ => ".txt",
    };

    /// <summary>A size for people: kilobytes or megabytes of a thousand, as telephones and browsers count.</summary>
    public static string Size(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (bytes + 500) / 1_000)} KB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.0} MB");
}
