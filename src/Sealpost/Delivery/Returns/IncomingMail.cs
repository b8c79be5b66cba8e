namespace Sealpost.Delivery.Returns;

/// <summary>By which door a mail came back.</summary>
public enum ReturnWay
{
    /// <summary>A pipe from a mail server (<c>sealpost bounce</c>).</summary>
    Pipe,

    /// <summary>The LMTP listener.</summary>
    Lmtp,

    /// <summary>An IMAP mailbox.</summary>
    Imap,

    /// <summary>No mail at all: the mail host's own answer while the message was handed over.</summary>
    Session,
}

/// <summary>A mail that came back, in memory only: it may quote a patient's message.</summary>
/// <param name="Bytes">As received: header, empty line, body.</param>
/// <param name="Recipients">Envelope recipients where the way tells them; the best proof of what it is about.</param>
/// <param name="Way">By which door.</param>
internal sealed record IncomingMail(ReadOnlyMemory<byte> Bytes, IReadOnlyList<string> Recipients, ReturnWay Way)
{
    /// <summary>Largest mail taken, in bytes; mail servers are told so.</summary>
    public const int LargestBytes = 16 * 1024 * 1024;

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
