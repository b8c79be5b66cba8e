using MimeKit;

namespace Sealpost.Delivery.DomainReports;

/// <summary>Finds a report about a domain in a mail: DMARC (XML, packed or not) or TLS (RFC 8460). Pure; hostile mail, XML and archives are bounded.</summary>
internal static class ReadDomainReport
{
    private const int MostParts = 20;
    private static readonly string[] Words = ["tlsrpt", "gzip", "zip", "xml"];

    /// <summary>The report; null where the mail is none.</summary>
    public static async Task<DomainReport?> RunAsync(ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        // Cheap: whatever is a report names one of these; everything else is left to the reader of bounces.
        var head = System.Text.Encoding.Latin1.GetString(mail.Span[..Math.Min(mail.Length, 64 * 1024)]);
        if (!Array.Exists(Words, word => head.Contains(word, StringComparison.OrdinalIgnoreCase)))
            return null;
        using var stream = new MemoryStream(mail.ToArray(), writable: false);
        var options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = 16;
        MimeMessage message;
        try
        {
            message = await MimeMessage.LoadAsync(options, stream, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException)
        {
            return null;
        }

        foreach (var part in message.BodyParts.OfType<MimePart>().Where(IsReport).Take(MostParts))
        {
            using var bytes = new MemoryStream();
            await (part.Content?.DecodeToAsync(bytes, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
            if (await BoundedUnpack.RunAsync(bytes.ToArray(), cancellationToken).ConfigureAwait(false) is { } clear && Read(clear) is { } report)
                return report;
        }

        return null;
    }

    /// <summary>Reads unpacked bytes.</summary>
    public static DomainReport? Read(byte[] clear)
    {
        var text = WithoutMark(clear).AsSpan().TrimStart(" \t\r\n"u8);
        return text.IsEmpty ? null : text[0] == (byte)'{' ? TlsReportJson.Read(WithoutMark(clear)) : text[0] == (byte)'<' ? DmarcXml.Read(text.ToArray()) : null;
    }

    private static byte[] WithoutMark(byte[] clear) => clear is [0xef, 0xbb, 0xbf, ..] ? clear[3..] : clear;

    // RFC 8460 §5.4, RFC 9990 §4; senders also use plain octet-stream with a telling name.
    private static bool IsReport(MimePart part)
    {
        var type = part.ContentType.MimeType.ToLowerInvariant();
        var name = (part.FileName ?? part.ContentType.Name ?? "").ToLowerInvariant();
        return type is "application/tlsrpt+gzip" or "application/tlsrpt+json" or "application/gzip" or "application/x-gzip" or "application/zip" or "application/x-zip-compressed" or "text/xml" or "application/xml" or "application/json"
            || name.EndsWith(".xml", StringComparison.Ordinal) || name.EndsWith(".gz", StringComparison.Ordinal) || name.EndsWith(".zip", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal);
    }
}
