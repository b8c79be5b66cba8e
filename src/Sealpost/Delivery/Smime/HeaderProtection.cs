using System.Net;
using Sealpost.Content;

namespace Sealpost.Delivery.Smime;

/// <summary>Header protection of a sealed message: the real header fields travel inside, outside the subject is hidden, and the message says what it hid. RFC 9788.</summary>
internal static class HeaderProtection
{
    /// <summary>The outer subject. RFC 9788 §3.2.1, hcp_baseline: Comments and Keywords would go, and this product writes neither.</summary>
    public const string OuterSubject = "[...]";

    /// <summary>Content-Type parameter of the payload. RFC 9788 §2.1.1.</summary>
    public static ReadOnlySpan<byte> Parameter => "; hp=\"cipher\""u8;

    /// <summary>Parameter of a body part that begins with the hidden header fields, for readers that know nothing of this. RFC 9788 §5.2.2, §5.2.3.</summary>
    public static ReadOnlySpan<byte> LegacyParameter => ";\r\n hp-legacy-display=\"1\""u8;

    /// <summary>Records the outer header section inside, field by field. RFC 9788 §2.2.</summary>
    /// <param name="to">The payload's header section.</param>
    /// <param name="outer">Outer fields, each ending in CRLF, folded or not; structural ones left out.</param>
    public static void RecordOuter(PooledBytes to, ReadOnlySpan<byte> outer)
    {
        while (!outer.IsEmpty)
        {
            var end = EndOfField(outer);
            to.Append("HP-Outer: "u8);
            to.Append(outer[..end]);
            outer = outer[end..];
        }
    }

    /// <summary>The message with the hidden subject in front of its text and HTML.</summary>
    public static RenderedMessage WithLegacyDisplay(RenderedMessage message)
    {
        var line = $"Subject: {message.Subject}";
        return message with { Text = $"{line}\r\n\r\n{message.Text}", Html = Into(message.Html, $"<div class=\"header-protection-legacy-display\"><pre>{WebUtility.HtmlEncode(line)}</pre></div>") };
    }

    // As the first thing in the body, where there is one.
    private static string Into(string html, string element)
    {
        var body = html.IndexOf("<body", StringComparison.OrdinalIgnoreCase);
        var open = body < 0 ? -1 : html.IndexOf('>', body);
        return open < 0 ? element + html : html.Insert(open + 1, element);
    }

    private static int EndOfField(ReadOnlySpan<byte> fields)
    {
        for (var from = 0; ;)
        {
            var end = fields[from..].IndexOf("\r\n"u8);
            if (end < 0)
                return fields.Length;
            from += end + 2;
            if (from == fields.Length || fields[from] is not ((byte)' ' or (byte)'\t'))
                return from;
        }
    }
}
