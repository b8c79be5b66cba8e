namespace Sealpost.Campaigns.Returned;

/// <summary>What was done about a mail that came back. Stored by number.</summary>
public enum ReturnDone
{
    /// <summary>It names no return path or Message-ID of ours: dropped.</summary>
    Unrelated = 0,

    /// <summary>It names one that we never made: backscatter or forgery, dropped.</summary>
    Backscatter = 1,

    /// <summary>Genuine, but the message belongs to no campaign, or to an earlier try of it: counted only.</summary>
    NoDelivery = 2,

    /// <summary>The same mail was taken before: nothing more.</summary>
    Repeated = 3,

    /// <summary>An automatic answer: nothing.</summary>
    AutoReply = 4,

    /// <summary>A report without news, such as a read receipt: nothing. Not kept.</summary>
    Other = 5,

    /// <summary>A mail host still tries: nothing.</summary>
    Delayed = 6,

    /// <summary>Reported as delivered.</summary>
    Delivered = 7,

    /// <summary>The address is written to no more, and staff was asked for the right one.</summary>
    AddressStopped = 8,

    /// <summary>Counted against the address; several of these over some days stop it.</summary>
    Counted = 9,

    /// <summary>Not the address's fault: policy, reputation, authentication or size. For the operator.</summary>
    ForOperator = 10,

    /// <summary>The patient called it unwanted: marketing and fundraising stopped.</summary>
    Complaint = 11,

    /// <summary>The patient unsubscribed by mail: marketing and fundraising stopped.</summary>
    OptedOut = 12,

    /// <summary>Failed for a reason that says nothing about the address: recorded.</summary>
    Recorded = 13,

    /// <summary>A report about our domains (DMARC, TLS): stored as data.</summary>
    DomainReport = 14,

    /// <summary>A patient's words: kept sealed until they are answered.</summary>
    Reply = 15,

    /// <summary>No report and no patient's words: not taken, and its sender is told where the way allows it.</summary>
    Refused = 16,

    /// <summary>It could not be read again and again: left in its mailbox for a person.</summary>
    LeftUnread = 17,
}
