namespace Sealpost.Delivery.Returns;

/// <summary>What the LMTP listener asks its host.</summary>
internal sealed record LmtpRules
{
    /// <summary>Name in the greeting.</summary>
    public required string HostName { get; init; }

    /// <summary>Whether a recipient is one of ours; false answers 550 before any body is sent.</summary>
    public required Func<string, CancellationToken, Task<bool>> AcceptsAsync { get; init; }

    /// <summary>Takes a mail for one recipient. Once it returns, the mail server may forget its copy; false refuses it for good, so that the sender learns of it; where it throws, the server is told to try again.</summary>
    public required Func<IncomingMail, CancellationToken, Task<bool>> TakeAsync { get; init; }

    /// <summary>Clock for idle connections.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>A silent client is hung up on after this.</summary>
    /// <value>Default 5 minutes, RFC 5321 §4.5.3.2.7.</value>
    public TimeSpan IdleFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest mail, in bytes; also announced by SIZE.</summary>
    public int LargestBytes { get; init; } = IncomingMail.LargestBytes;
}
