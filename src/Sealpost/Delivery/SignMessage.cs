using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Content;
using Sealpost.Delivery.Smime;

namespace Sealpost.Delivery;

/// <summary>Builds the MIME message and signs it. Thread-safe.</summary>
/// <remarks>
/// multipart/alternative of a text and an HTML part, both quoted-printable: seven bits before signing, so that no hop needs to convert what is
/// signed (RFC 6376 §5.3). One-click List-Unsubscribe (RFC 8058) is under both signatures.
/// </remarks>
public sealed class SignMessage
{
    private static readonly SearchValues<char> UriChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

    private static readonly string[] Always = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"];
    private static readonly string[] Sealed = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted"];
    private static readonly string[] BulkOnly = ["Precedence", "List-Unsubscribe", "List-Unsubscribe-Post"];

    // Indexed by (sealed, bulk, Feedback-ID).
    private volatile DkimSigner[] _signers;
    private volatile SenderField? _sender;

    /// <summary>Creates it over a sender domain's keys.</summary>
    public SignMessage(DkimKeys keys) => _signers = SignersOf(keys);

    /// <summary>Signs with other keys from the next message on; keep the old ones until messages under way are signed.</summary>
    public void UseKeys(DkimKeys keys) => _signers = SignersOf(keys);

    /// <summary>Builds and signs. The caller disposes the result after its last use.</summary>
    /// <exception cref="ArgumentException">A header value holds CR, LF or another control character, the From is no mailbox, or the unsubscribe URL is no HTTPS URL.</exception>
    public SignedMessage Sign(RenderedMessage message, MessageHeaders headers)
    {
        var signer = SignerFor(headers, isSealed: false);
        // Quoted-printable of markup grows by a few percent; more than this makes the buffer grow.
        var bytes = new PooledBytes(signer.Length + 2_048 + ((message.HtmlSpan.Length + message.TextSpan.Length) / 8 * 10));
        try
        {
            _ = bytes.Reserve(signer.Length);
            bytes.Advance(signer.Length);
            Span<byte> boundary = stackalloc byte[26];
            WriteBoundary(boundary);
            WriteHeaders(bytes, message, headers, boundary);
            var headersEnd = bytes.Length;
            bytes.Append("\r\n"u8);
            WriteBody(bytes, message, boundary, default);
            signer.Sign(bytes, headersEnd, headers.Date.ToUnixTimeSeconds());
            return new SignedMessage(bytes, SHA256.HashData(bytes.Span));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Builds, seals to one certificate, and signs the sealed message with both keys. One-click List-Unsubscribe stays outside, where mailbox providers look for it (RFC 8058 §3.1).</summary>
    /// <inheritdoc cref="Sign(RenderedMessage, MessageHeaders)"/>
    internal SignedMessage Seal(RenderedMessage message, MessageHeaders headers, SealTo to)
    {
        var signer = SignerFor(headers, isSealed: true);
        using var payload = new PooledBytes(4_096 + ((message.HtmlSpan.Length + message.TextSpan.Length) / 8 * 10));
        WritePayload(payload, message, headers);
        var bytes = new PooledBytes(signer.Length + 4_096 + (payload.Length * 2));
        try
        {
            _ = bytes.Reserve(signer.Length);
            bytes.Advance(signer.Length);
            WriteMessageFields(bytes, message with { Subject = HeaderProtection.OuterSubject }, headers);
            // RFC 8551 §3.2, §3.4.
            bytes.Append("MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=authEnveloped-data;\r\n name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n"u8);
            WriteListFields(bytes, message, headers);
            var headersEnd = bytes.Length;
            bytes.Append("\r\n"u8);
            to.Write(bytes, payload.Span, headers.Date);
            signer.Sign(bytes, headersEnd, headers.Date.ToUnixTimeSeconds());
            return new SignedMessage(bytes, SHA256.HashData(bytes.Span));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static DkimSigner[] SignersOf(DkimKeys keys) =>
    [
        .. new[] { Always, Sealed }.SelectMany(fields => new[]
        {
            new DkimSigner(keys, fields),
            new DkimSigner(keys, [.. fields, "Feedback-ID"]),
            new DkimSigner(keys, [.. fields, .. BulkOnly]),
            new DkimSigner(keys, [.. fields, .. BulkOnly, "Feedback-ID"]),
        }),
    ];

    private DkimSigner SignerFor(MessageHeaders headers, bool isSealed) => _signers[(isSealed ? 4 : 0) + (headers.Bulk ? 2 : 0) + (headers.FeedbackId is null ? 0 : 1)];

    // RFC 9788 §5.2: the message as it is, with a copy of its header fields, what stands outside, and the hidden ones once more for older readers.
    private void WritePayload(PooledBytes to, RenderedMessage message, MessageHeaders headers)
    {
        Span<byte> boundary = stackalloc byte[26];
        WriteBoundary(boundary);
        WriteMessageFields(to, message, headers);
        WriteListFields(to, message, headers);
        to.Append("MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\""u8);
        to.Append(boundary);
        to.Append("\""u8);
        to.Append(HeaderProtection.Parameter);
        to.Append("\r\n"u8);
        using (var outer = new PooledBytes(1_024))
        {
            WriteMessageFields(outer, message with { Subject = HeaderProtection.OuterSubject }, headers);
            WriteListFields(outer, message, headers);
            HeaderProtection.RecordOuter(to, outer.Span);
        }

        to.Append("\r\n"u8);
        WriteBody(to, HeaderProtection.WithLegacyDisplay(message), boundary, HeaderProtection.LegacyParameter);
    }

    private void WriteHeaders(PooledBytes to, RenderedMessage message, MessageHeaders headers, ReadOnlySpan<byte> boundary)
    {
        WriteMessageFields(to, message, headers);
        to.Append("MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\""u8);
        to.Append(boundary);
        to.Append("\"\r\n"u8);
        WriteListFields(to, message, headers);
    }

    private void WriteMessageFields(PooledBytes to, RenderedMessage message, MessageHeaders headers)
    {
        EnvelopeCommands.Check(headers.To, "To");
        HeaderText.Check(headers.MessageId, "Message-ID");
        HeaderText.Check(message.Subject, "Subject");
        to.Append(SenderOf(message.From).Field);
        HeaderText.WriteToken(to, "To"u8, headers.To);
        HeaderText.WriteUnstructured(to, "Subject"u8, message.Subject);
        WriteDate(to, headers.Date);
        HeaderText.WriteBracketed(to, "Message-ID"u8, headers.MessageId);
    }

    private static void WriteListFields(PooledBytes to, RenderedMessage message, MessageHeaders headers)
    {
        // RFC 3834 §5: made without a person, so no vacation notice comes back.
        to.Append("Auto-Submitted: auto-generated\r\n"u8);
        if (headers.Bulk)
        {
            to.Append("Precedence: bulk\r\n"u8);
            HeaderText.WriteBracketed(to, "List-Unsubscribe"u8, HttpsUrl(message.UnsubscribeUrl));
            to.Append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"u8); // RFC 8058 §3.1
        }

        if (headers.FeedbackId is { } feedback)
        {
            HeaderText.Check(feedback, "Feedback-ID");
            HeaderText.WriteToken(to, "Feedback-ID"u8, feedback);
        }
    }

    private static void WriteBody(PooledBytes to, RenderedMessage message, ReadOnlySpan<byte> boundary, ReadOnlySpan<byte> parameter)
    {
        WritePart(to, boundary, "Content-Type: text/plain; charset=utf-8"u8, parameter, message.TextSpan);
        WritePart(to, boundary, "Content-Type: text/html; charset=utf-8"u8, parameter, message.HtmlSpan);
        to.Append("--"u8);
        to.Append(boundary);
        to.Append("--\r\n"u8);
    }

    private static void WritePart(PooledBytes to, ReadOnlySpan<byte> boundary, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> parameter, ReadOnlySpan<char> text)
    {
        to.Append("--"u8);
        to.Append(boundary);
        to.Append("\r\n"u8);
        to.Append(contentType);
        to.Append(parameter);
        to.Append("\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"u8);
        using var utf8 = new PooledBytes(Encoding.UTF8.GetByteCount(text));
        utf8.Advance(Encoding.UTF8.GetBytes(text, utf8.Reserve(0)));
        QuotedPrintable.Encode(utf8.Span, to);
    }

    // "=_" cannot occur in quoted-printable text, so no part can hold the boundary (RFC 2045 §6.7).
    private static void WriteBoundary(Span<byte> boundary)
    {
        Span<byte> random = stackalloc byte[18];
        RandomAhead.Fill(random);
        "=_"u8.CopyTo(boundary);
        _ = Base64Url.TryEncodeToUtf8(random, boundary[2..], out _);
    }

    // RFC 5322 §3.3.
    private static void WriteDate(PooledBytes to, DateTimeOffset date)
    {
        to.Append("Date: "u8);
        var room = to.Reserve(40);
        _ = date.ToUniversalTime().TryFormat(room, out var written, "ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture);
        to.Advance(written);
        to.Append("\r\n"u8);
    }

    private static string HttpsUrl(string url) =>
        url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !url.AsSpan().ContainsAnyExcept(UriChars)
            ? url
            : throw new ArgumentException("The unsubscribe URL must be an absolute HTTPS URL, percent-encoded (RFC 8058 §3.1).", nameof(url));

    private SenderField SenderOf(string from)
    {
        if (_sender is { } known && known.Source == from)
            return known;
        var sender = SenderField.Parse(from);
        _sender = sender;
        return sender;
    }
}
