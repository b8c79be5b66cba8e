namespace Sealpost.Delivery.Returns;

/// <summary>What a returned mail is.</summary>
public enum ReturnClass
{
    /// <summary>Anything else: a person's reply, a receipt, a report of success. Left alone.</summary>
    NotABounce,

    /// <summary>The address or its domain does not exist, said with certainty: status 5.1.x, a refusal of RCPT, or the receiving system's own directory.</summary>
    HardBounce,

    /// <summary>The message failed, and the address is not proven bad. A full or disabled mailbox, policy, size, time, and "user unknown" said only after DATA, which filters say too.</summary>
    SoftBounce,

    /// <summary>A feedback report (RFC 5965) or what older feedback loops send.</summary>
    Complaint,

    /// <summary>An automatic answer of the mailbox (RFC 3834): absence, receipt, challenge.</summary>
    AutoReply,

    /// <summary>The sender still tries; nothing has failed yet.</summary>
    DelayNotice,
}

/// <summary>Why, in the words of RFC 3463 and its register.</summary>
public enum ReturnReason
{
    /// <summary>No reason was given that we know.</summary>
    Unknown,

    /// <summary>No such mailbox, or it has moved: x.1.1, x.1.3, x.1.6, x.1.10.</summary>
    BadMailbox,

    /// <summary>No such domain: x.1.2.</summary>
    BadDomain,

    /// <summary>The domain takes no mail at all (RFC 7505).</summary>
    NoMailDomain,

    /// <summary>The mailbox is switched off: x.2.1, x.7.13.</summary>
    Disabled,

    /// <summary>Over quota: x.2.2.</summary>
    Full,

    /// <summary>Too large: x.2.3, x.3.4.</summary>
    Size,

    /// <summary>Routing, network, relaying: x.4.x.</summary>
    Routing,

    /// <summary>Given up after trying for a time: x.4.7.</summary>
    Expired,

    /// <summary>The receiving system is ill: x.3.x.</summary>
    System,

    /// <summary>Too much at a time.</summary>
    Rate,

    /// <summary>Policy, spam, virus, reputation, sender refused: x.7.1. The address is not to blame.</summary>
    Policy,

    /// <summary>SPF, DKIM, DMARC, reverse DNS (RFC 7372): x.7.20 to x.7.29.</summary>
    Authentication,

    /// <summary>REQUIRETLS could not be kept (RFC 8689): x.7.30.</summary>
    RequireTls,

    /// <summary>An address needs SMTPUTF8 (RFC 6531): x.6.7.</summary>
    SmtpUtf8,
}

/// <summary>One address of a report.</summary>
/// <param name="Address">Exactly as reported: the address that was written to where the report names it (Original-Recipient), else the final one.</param>
/// <param name="Class">Hard, soft or delay.</param>
/// <param name="Reason">Why.</param>
/// <param name="Status">Enhanced status code such as <c>5.1.1</c> (RFC 3463); empty where none was given.</param>
/// <param name="ReplyCode">SMTP reply code; 0 where none was given.</param>
/// <param name="Final">The reporter has given up.</param>
public sealed record FailedRecipient(string Address, ReturnClass Class, ReturnReason Reason, string Status, int ReplyCode, bool Final)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A returned mail as read. It holds addresses and is never logged; the mail itself is not kept.</summary>
public sealed record ReturnedMail
{
    /// <summary>What it is; of several recipients the gravest.</summary>
    public required ReturnClass Class { get; init; }

    /// <summary>Why; of several recipients that of the gravest.</summary>
    public ReturnReason Reason { get; init; }

    /// <summary>Addresses that failed or are delayed; empty where the report hides them.</summary>
    public IReadOnlyList<FailedRecipient> Recipients { get; init; } = [];

    /// <summary>The reporter has given up (bounces only).</summary>
    public bool Final { get; init; }

    /// <summary>A report says that the message was delivered, relayed or expanded, and names no failure (RFC 3464 §2.3.3).</summary>
    public bool Confirmed { get; init; }

    /// <summary>Feedback-Type of a complaint: <c>abuse</c>, <c>fraud</c>, <c>opt-out</c>, <c>auth-failure</c>, …; empty otherwise.</summary>
    public string FeedbackType { get; init; } = "";

    /// <summary>Message-ID of the message it is about, without angle brackets; null where it is not told.</summary>
    public string? OriginalMessageId { get; init; }

    /// <summary>Addresses that may be a return path of ours, most trustworthy first.</summary>
    public IReadOnlyList<string> ReturnPaths { get; init; } = [];

    /// <summary>It was sent with a null return path, as RFC 3464 §2 asks of reports.</summary>
    public bool NullSender { get; init; }

    /// <summary>A mail system's own, whatever it says: nobody waits for an answer to it.</summary>
    public bool IsReport { get; init; }

    /// <summary>None of what this reads: somebody's words, or mail that has no business here.</summary>
    internal bool IsOther => Class == ReturnClass.NotABounce && !Confirmed && !IsReport && !NullSender;

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
