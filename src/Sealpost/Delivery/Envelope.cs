namespace Sealpost.Delivery;

/// <summary>What MAIL and RCPT say of one message; not what its header says.</summary>
/// <param name="MailFrom">Return path; empty for the null sender.</param>
/// <param name="RcptTo">Recipient, normalised: its domain an A-label.</param>
/// <param name="SizeBytes">Length of the message; announced, and compared with the server's limit (RFC 1870).</param>
public readonly record struct Envelope(string MailFrom, string RcptTo, long SizeBytes)
{
    /// <summary>One of the mailboxes cannot be named in ASCII. RFC 6531 §3.2.</summary>
    internal bool NeedsSmtpUtf8 => EnvelopeCommands.NeedsSmtpUtf8(RcptTo) || EnvelopeCommands.NeedsSmtpUtf8(MailFrom);

    /// <summary>Whether <see cref="Check"/> passes.</summary>
    internal bool IsSafe => EnvelopeCommands.IsSafe(MailFrom) && EnvelopeCommands.IsSafe(RcptTo);

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    /// <summary>Refuses what could end a command or its path early.</summary>
    /// <exception cref="ArgumentException">A mailbox holds a control character, a space or an angle bracket.</exception>
    internal void Check()
    {
        EnvelopeCommands.Check(MailFrom, nameof(MailFrom));
        EnvelopeCommands.Check(RcptTo, nameof(RcptTo));
    }
}
