namespace Sealpost.App.Demo;

/// <summary>A point at which a test may hold the mailbox.</summary>
internal enum MailboxStage
{
    /// <summary>RCPT came, its reply is not sent: the sender stands before DATA.</summary>
    BeforeRecipientReply,

    /// <summary>DATA came, 354 is not sent.</summary>
    BeforeData,

    /// <summary>The message is stored, the final reply is not sent: a sender that dies now is in doubt.</summary>
    BeforeFinalReply,
}

/// <summary>How the built-in mailbox behaves.</summary>
internal sealed record MailboxOptions
{
    /// <summary>How often <c>temperror@</c> hears 451 before it is taken, per address.</summary>
    public int TemporaryErrors { get; init; } = 2;

    /// <summary>Wait before each reply to <c>slow@</c>.</summary>
    public TimeSpan SlowBy { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Wait before every final reply, to make a send last.</summary>
    public TimeSpan EveryMessageTakes { get; init; }

    /// <summary>Offer CHUNKING (BDAT).</summary>
    public bool Chunking { get; init; } = true;

    /// <summary>Offer PIPELINING.</summary>
    public bool Pipelining { get; init; } = true;

    /// <summary>Offer SMTPUTF8.</summary>
    public bool SmtpUtf8 { get; init; } = true;

    /// <summary>Largest message taken, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Bodies kept, in bytes; beyond it the oldest messages lose their body and keep their record.</summary>
    public long MaxKeptBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>Records kept; beyond it the oldest go.</summary>
    public int MaxMessages { get; init; } = 200_000;

    /// <summary>Awaited at each stage with the recipient; null never holds.</summary>
    public Func<MailboxStage, string, CancellationToken, Task>? Hold { get; init; }

    /// <summary>Reply to a recipient, or to the message for one, in place of a good one; null refuses nothing.</summary>
    public Func<MailboxStage, string, string?>? Refuse { get; init; }
}

/// <summary>One message as the mailbox took it.</summary>
/// <param name="Recipient">RCPT TO.</param>
/// <param name="MailFrom">MAIL FROM.</param>
/// <param name="TlsVersion">Such as <c>Tls13</c>; null in clear.</param>
/// <param name="Bytes">The message as it came, dots removed; empty once dropped.</param>
/// <param name="ReceivedAt">UTC instant of the final dot.</param>
internal sealed record MailboxMessage(string Recipient, string MailFrom, string? TlsVersion, ReadOnlyMemory<byte> Bytes, DateTimeOffset ReceivedAt)
{
    public override string ToString() => "[phi]";
}
