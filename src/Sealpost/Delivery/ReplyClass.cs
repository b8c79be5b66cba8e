namespace Sealpost.Delivery;

/// <summary>What a refusal says about address, domain, message or us; decides who has to act. RFC 3463, 7372, 7505.</summary>
public enum ReplyClass
{
    /// <summary>2yz.</summary>
    Positive,

    /// <summary>No such mailbox (5.1.1, 5.1.6, 5.1.10): suppress the address now.</summary>
    BadMailbox,

    /// <summary>No such domain (5.1.2): suppress once confirmed by a second try.</summary>
    BadDomain,

    /// <summary>Mailbox disabled (5.2.1): suppress the address.</summary>
    MailboxDisabled,

    /// <summary>Mailbox full (4.2.2, 5.2.2): counts as a soft failure.</summary>
    MailboxFull,

    /// <summary>Message too large (5.3.4).</summary>
    TooLarge,

    /// <summary>Network or routing (x.4.x): retry.</summary>
    Routing,

    /// <summary>Policy, spam or reputation (x.7.x): never blame the address, call the operator.</summary>
    Policy,

    /// <summary>Our SPF, DKIM, DMARC or reverse DNS does not satisfy the receiver (5.7.8, 5.7.20 to 5.7.27): call the operator.</summary>
    Authentication,

    /// <summary>The receiver cannot carry the message (SMTPUTF8 5.6.7, REQUIRETLS 5.7.30).</summary>
    NotRepresentable,

    /// <summary>The receiver asks us to slow down (421, 4.3.2, 4.7.x): slow the whole destination.</summary>
    Throttled,

    /// <summary>Any other 4yz: retry.</summary>
    Temporary,

    /// <summary>Any other 5yz: final, says nothing about the address.</summary>
    Permanent,
}

/// <summary>Reads replies.</summary>
public static class ReplyClasses
{
    /// <summary>The class. The reply code decides whether it is final (RFC 5321 §4.2.1); the enhanced code refines. Texts are not interpreted.</summary>
    public static ReplyClass Of(SmtpReply reply)
    {
        if (reply.IsPositive)
            return ReplyClass.Positive;
        var detail = reply.EnhancedStatusCode is { Length: >= 5 } code ? code[2..] : "";
        return reply.IsTransient ? Transient(reply, detail) : Final(detail);
    }

    /// <summary>Whether the address itself is at fault for good, and is suppressed at once.</summary>
    public static bool SuppressesAddress(this ReplyClass replyClass) => replyClass is ReplyClass.BadMailbox or ReplyClass.MailboxDisabled;

    private static ReplyClass Transient(SmtpReply reply, string detail) => detail switch
    {
        _ when reply.ClosesConnection => ReplyClass.Throttled,
        "2.2" => ReplyClass.MailboxFull,
        "3.2" => ReplyClass.Throttled,
        _ when detail.StartsWith("7.", StringComparison.Ordinal) => ReplyClass.Throttled,
        _ when detail.StartsWith("4.", StringComparison.Ordinal) => ReplyClass.Routing,
        _ => ReplyClass.Temporary,
    };

    private static ReplyClass Final(string detail) => detail switch
    {
        "1.1" or "1.6" or "1.10" => ReplyClass.BadMailbox,
        "1.2" => ReplyClass.BadDomain,
        "2.1" => ReplyClass.MailboxDisabled,
        "2.2" => ReplyClass.MailboxFull,
        "3.4" or "2.3" => ReplyClass.TooLarge,
        "6.7" or "7.30" => ReplyClass.NotRepresentable,
        "7.8" or "7.20" or "7.21" or "7.22" or "7.23" or "7.24" or "7.25" or "7.26" or "7.27" => ReplyClass.Authentication,
        _ when detail.StartsWith("7.", StringComparison.Ordinal) => ReplyClass.Policy,
        _ when detail.StartsWith("4.", StringComparison.Ordinal) => ReplyClass.Routing,
        _ => ReplyClass.Permanent,
    };
}
