using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace Sealpost.Delivery.Returns;

/// <summary>A returned mail taken apart: what the reporter says, its machine-readable parts, and what it quotes.</summary>
/// <remarks>Reporters break MIME often, so nothing here refuses: a part that cannot be read is empty.</remarks>
internal sealed partial class ReturnParts
{
    private const int LongestText = 256 * 1024;
    private const int DeepestPart = 12;

    /// <summary>Lines that may begin a part; a mail of more is cut there, so that nobody makes us build a hundred thousand parts.</summary>
    private const int MostBoundaries = 2_000;
    private readonly List<string> _plain = [];
    private readonly List<string> _html = [];
    private readonly StringBuilder _status = new();
    private readonly StringBuilder _feedback = new();
    private readonly StringBuilder _disposition = new();

    static ReturnParts() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private ReturnParts(MimeMessage message) => Message = message;

    public MimeMessage Message { get; }

    public HeaderList Headers => Message.Headers;

    /// <summary>The reporter's words: text parts outside the quoted message.</summary>
    public string Notice { get; private set; } = "";

    /// <summary>Fields of message/delivery-status (RFC 3464, RFC 6533).</summary>
    public string Status => _status.ToString();

    /// <summary>Fields of message/feedback-report (RFC 5965).</summary>
    public string Feedback => _feedback.ToString();

    /// <summary>Fields of message/disposition-notification (RFC 8098).</summary>
    public string Disposition => _disposition.ToString();

    /// <summary>Headers of the quoted message as text.</summary>
    public string Original { get; private set; } = "";

    /// <summary>Some part holds a whole message or its headers.</summary>
    public bool HasOriginal { get; private set; }

    public static async Task<ReturnParts> LoadAsync(ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(Tidy(mail.Span), writable: false);
        var options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = DeepestPart * 4;
        MimeMessage message;
        try
        {
            message = await MimeMessage.LoadAsync(options, stream, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException)
        {
            // No header at all: the whole is text.
            message = new MimeMessage { Body = new TextPart("plain") { Text = Encoding.Latin1.GetString(mail.Span[..Math.Min(mail.Length, LongestText)]) } };
        }

        var parts = new ReturnParts(message);
        parts.Walk(message.Body, 0);
        var plain = string.Join("\n\n", parts._plain).Trim();
        parts.Notice = plain.Length > 0 ? plain : string.Join("\n\n", parts._html).Trim();
        parts.Html = string.Join("\n\n", parts._html).Trim();
        return parts;
    }

    /// <summary>The HTML parts as text, for reporters whose plain part says nothing.</summary>
    public string Html { get; private set; } = "";

    /// <summary>First value of a header, folded lines joined; empty where it is absent.</summary>
    public string Header(string name) => (Headers[name] ?? "").Trim();

    private void Walk(MimeEntity? entity, int depth)
    {
        if (entity is null || depth > DeepestPart)
            return;
        switch (entity)
        {
            case Multipart multipart:
                foreach (var part in multipart)
                    Walk(part, depth + 1);

                // Announced as multipart, written without a boundary: all of it is "preamble".
                if (multipart.Count == 0)
                    _plain.Add((multipart.Preamble ?? "").ReplaceLineEndings("\n"));
                break;
            case MessagePart { Message: { } quoted }:
                Quote(quoted);
                break;
            case MimePart part:
                Leaf(part, part.ContentType.MimeType.ToUpperInvariant());
                break;
        }
    }

    private void Quote(MimeMessage quoted)
    {
        HasOriginal = true;
        if (Original.Length == 0)
            Original = string.Join('\n', quoted.Headers.Select(header => $"{header.Field}: {header.Value}"));
    }

    private void Leaf(MimePart part, string type)
    {
        switch (type)
        {
            case "MESSAGE/DELIVERY-STATUS" or "MESSAGE/GLOBAL-DELIVERY-STATUS":
                _status.Append(Text(part)).Append("\n\n");
                break;
            case "MESSAGE/FEEDBACK-REPORT":
                _feedback.Append(Text(part)).Append('\n');
                break;
            case "MESSAGE/DISPOSITION-NOTIFICATION" or "MESSAGE/GLOBAL-DISPOSITION-NOTIFICATION":
                _disposition.Append(Text(part)).Append('\n');
                break;
            case "TEXT/RFC822-HEADERS" or "MESSAGE/GLOBAL-HEADERS" or "MESSAGE/GLOBAL" or "MESSAGE/RFC822":
                HasOriginal = true;
                if (Original.Length == 0)
                    Original = Text(part);
                break;
            case "TEXT/HTML":
                _html.Add(Plain(Text(part)));
                break;
            case "TEXT/PLAIN" or "MESSAGE/PARTIAL" or "TEXT/X-LOG":
                _plain.Add(Text(part));
                break;
            case var other when other.StartsWith("TEXT/", StringComparison.Ordinal):
                _plain.Add(Text(part));
                break;
        }
    }

    private static string Text(MimePart part)
    {
        string text;
        if (part is TextPart textual)
        {
            text = textual.Text ?? "";
        }
        else
        {
            using var bytes = new MemoryStream();
            part.Content?.DecodeTo(bytes, CancellationToken.None);
            text = Decode(bytes.ToArray());
        }

        return (text.Length > LongestText ? text[..LongestText] : text).ReplaceLineEndings("\n");
    }

    private static string Decode(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>HTML as lines of text: enough for addresses and reasons.</summary>
    private static string Plain(string html)
    {
        var bare = Invisible().Replace(html, " ");
        bare = Whitespace().Replace(bare, " ");
        bare = Breaks().Replace(bare, "\n");
        bare = WebUtility.HtmlDecode(Tags().Replace(bare, " ")).Replace('\u00a0', ' ');
        return string.Join('\n', bare.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
    }

    /// <summary>Lines end with LF or CRLF afterwards; an mbox "From " line and blank lines before the header are gone.</summary>
    private static byte[] Tidy(ReadOnlySpan<byte> mail)
    {
        var bytes = mail.ToArray();
        if (bytes.AsSpan().IndexOf((byte)'\n') < 0)
            bytes.AsSpan().Replace((byte)'\r', (byte)'\n');
        var start = 0;
        while (start < bytes.Length && bytes[start] is (byte)'\r' or (byte)'\n')
            start++;
        if (bytes.AsSpan(start).StartsWith("From "u8))
            start += Math.Max(0, bytes.AsSpan(start).IndexOf((byte)'\n') + 1);
        return bytes[start..EndOf(bytes, start)];
    }

    private static int EndOf(byte[] bytes, int start)
    {
        var at = start;
        for (var count = 0; count < MostBoundaries; count++)
        {
            var next = bytes.AsSpan(at).IndexOf("\n--"u8);
            if (next < 0)
                return bytes.Length;
            at += next + 3;
        }

        return at - 3;
    }

    [GeneratedRegex("(?s)<!--.*?-->|<style[^>]*>.*?</style>|<script[^>]*>.*?</script>|<head[^>]*>.*?</head>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Invisible();

    [GeneratedRegex(@"[ \t\r\n]+", RegexOptions.NonBacktracking)]
    private static partial Regex Whitespace();

    [GeneratedRegex("<(?:br|/p|p|/div|div|/tr|tr|/td|/li|li|/h[1-6]|hr|/table|/pre|pre)\\b[^>]*>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Breaks();

    // An address in angle brackets is no tag.
    [GeneratedRegex("</?[a-zA-Z!][^<>@]*>|<a\\s[^<>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}
