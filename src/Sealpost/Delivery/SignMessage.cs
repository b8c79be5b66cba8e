using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Content;

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
    private static readonly string[] BulkOnly = ["Precedence", "List-Unsubscribe", "List-Unsubscribe-Post"];

    // Indexed by (bulk, Feedback-ID).
    private readonly DkimSigner[] _signers;
    private volatile SenderField? _sender;

    /// <summary>Creates it over a sender domain's keys.</summary>
    public SignMessage(DkimKeys keys) => _signers =
    [
        new DkimSigner(keys, Always),
        new DkimSigner(keys, [.. Always, "Feedback-ID"]),
        new DkimSigner(keys, [.. Always, .. BulkOnly]),
        new DkimSigner(keys, [.. Always, .. BulkOnly, "Feedback-ID"]),
    ];

    /// <summary>Builds and signs. The caller disposes the result after its last use.</summary>
    /// <exception cref="ArgumentException">A header value holds CR, LF or another control character, the From is no mailbox, or the unsubscribe URL is no HTTPS URL.</exception>
    public SignedMessage Sign(RenderedMessage message, MessageHeaders headers)
    {
        var signer = _signers[(headers.Bulk ? 2 : 0) + (headers.FeedbackId is null ? 0 : 1)];
        // Quoted-printable of markup grows by a few percent; more than this makes the buffer grow.
        var bytes = new PooledBytes(signer.Length + 2_048 + ((message.Html.Length + message.Text.Length) / 8 * 10));
        try
        {
            _ = bytes.Reserve(signer.Length);
            bytes.Advance(signer.Length);
            Span<byte> boundary = stackalloc byte[26];
            WriteBoundary(boundary);
            WriteHeaders(bytes, message, headers, boundary);
            var headersEnd = bytes.Length;
            bytes.Append("\r\n"u8);
            WriteBody(bytes, message, boundary);
            signer.Sign(bytes, headersEnd, headers.Date.ToUnixTimeSeconds());
            return new SignedMessage(bytes, SHA256.HashData(bytes.Span));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private void WriteHeaders(PooledBytes to, RenderedMessage message, MessageHeaders headers, ReadOnlySpan<byte> boundary)
    {
        EnvelopeCommands.Check(headers.To, "To");
        HeaderText.Check(headers.MessageId, "Message-ID");
        HeaderText.Check(message.Subject, "Subject");
        to.Append(SenderOf(message.From).Field);
        HeaderText.WriteToken(to, "To"u8, headers.To);
        HeaderText.WriteUnstructured(to, "Subject"u8, message.Subject);
        WriteDate(to, headers.Date);
        HeaderText.WriteToken(to, "Message-ID"u8, $"<{headers.MessageId}>");
        to.Append("MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\""u8);
        to.Append(boundary);
        // RFC 3834 §5: made without a person, so no vacation notice comes back.
        to.Append("\"\r\nAuto-Submitted: auto-generated\r\n"u8);
        if (headers.Bulk)
        {
            to.Append("Precedence: bulk\r\n"u8);
            HeaderText.WriteToken(to, "List-Unsubscribe"u8, $"<{HttpsUrl(message.UnsubscribeUrl)}>");
            to.Append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"u8); // RFC 8058 §3.1
        }

        if (headers.FeedbackId is { } feedback)
        {
            HeaderText.Check(feedback, "Feedback-ID");
            HeaderText.WriteToken(to, "Feedback-ID"u8, feedback);
        }
    }

    private static void WriteBody(PooledBytes to, RenderedMessage message, ReadOnlySpan<byte> boundary)
    {
        WritePart(to, boundary, "Content-Type: text/plain; charset=utf-8\r\n"u8, message.Text);
        WritePart(to, boundary, "Content-Type: text/html; charset=utf-8\r\n"u8, message.Html);
        to.Append("--"u8);
        to.Append(boundary);
        to.Append("--\r\n"u8);
    }

    private static void WritePart(PooledBytes to, ReadOnlySpan<byte> boundary, ReadOnlySpan<byte> contentType, string text)
    {
        to.Append("--"u8);
        to.Append(boundary);
        to.Append("\r\n"u8);
        to.Append(contentType);
        to.Append("Content-Transfer-Encoding: quoted-printable\r\n\r\n"u8);
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            QuotedPrintable.Encode(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)), to);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8, clearArray: true);
        }
    }

    // "=_" cannot occur in quoted-printable text, so no part can hold the boundary (RFC 2045 §6.7).
    private static void WriteBoundary(Span<byte> boundary)
    {
        Span<byte> random = stackalloc byte[18];
        RandomNumberGenerator.Fill(random);
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
