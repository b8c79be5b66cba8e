using Sealpost.Content;

namespace Sealpost.Delivery;

/// <summary>Headers of one message besides what was rendered.</summary>
/// <param name="To">Recipient mailbox.</param>
/// <param name="MessageId">Without angle brackets; opaque.</param>
/// <param name="Date">Header Date.</param>
/// <param name="FeedbackId">Opaque Feedback-ID, or null.</param>
/// <param name="Bulk">Mark as bulk (Precedence, List-Unsubscribe); always with one-click.</param>
public sealed record MessageHeaders(string To, string MessageId, DateTimeOffset Date, string? FeedbackId, bool Bulk)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A message ready for DATA: CRLF lines, 7-bit, DKIM-signed twice. In memory only.</summary>
/// <param name="Bytes">The message without dot-stuffing.</param>
/// <param name="ContentHash">SHA-256 of <paramref name="Bytes"/>, for the receipt.</param>
public sealed record SignedMessage(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> ContentHash)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>The sender domain's DKIM keys. RFC 6376, 8301, 8463.</summary>
public sealed class DkimKeys : IDisposable
{
    /// <summary>New RSA-2048 and Ed25519 keys with fresh selectors.</summary>
    public static DkimKeys Create(string domain, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Reads what <see cref="Export"/> wrote (the caller seals it with the organisation's key).</summary>
    public static DkimKeys Import(ReadOnlySpan<byte> exported) => throw new NotImplementedException();

    /// <summary>Private keys and selectors as bytes; seal them.</summary>
    public byte[] Export() => throw new NotImplementedException();

    /// <summary>DNS records to publish: name and TXT value.</summary>
    public IReadOnlyList<(string Name, string Value)> DnsRecords => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

/// <summary>Builds the MIME message and signs it. Thread-safe.</summary>
public sealed class SignMessage
{
    /// <summary>Creates it over a sender domain's keys.</summary>
    public SignMessage(DkimKeys keys) => throw new NotImplementedException();

    /// <summary>Builds and signs.</summary>
    /// <exception cref="ArgumentException">A header value holds CR or LF.</exception>
    public SignedMessage Sign(RenderedMessage message, MessageHeaders headers) => throw new NotImplementedException();
}
