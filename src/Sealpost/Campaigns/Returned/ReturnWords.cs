using Sealpost.Delivery.Returns;

namespace Sealpost.Campaigns.Returned;

/// <summary>What came back, in plain words.</summary>
internal static class ReturnWords
{
    /// <summary>A reason with its code, as part of a sentence.</summary>
    public static string Why(ReturnReason reason, string status) => status.Length == 0 ? Of(reason) : $"{Of(reason)} ({status})";

    /// <summary>A reason.</summary>
    public static string Of(ReturnReason reason) => reason switch
    {
        ReturnReason.BadMailbox => "there is no such mailbox",
        ReturnReason.BadDomain => "there is no such domain",
        ReturnReason.NoMailDomain => "the domain takes no mail",
        ReturnReason.Disabled => "the mailbox is switched off",
        ReturnReason.Full => "the mailbox is full",
        ReturnReason.Size => "the message is too large",
        ReturnReason.Routing => "the mail host could not be reached",
        ReturnReason.Expired => "the mail host gave up after trying for some time",
        ReturnReason.System => "the mail host is out of order",
        ReturnReason.Rate => "too many messages at a time",
        ReturnReason.Policy => "the mail host refuses our mail by its policy or as spam",
        ReturnReason.Authentication => "SPF, DKIM, DMARC or reverse DNS did not satisfy the mail host",
        ReturnReason.RequireTls => "the way on could not keep the encryption that was asked for",
        ReturnReason.SmtpUtf8 => "the mail host cannot carry an internationalised address",
        _ => "it failed for a reason we do not know",
    };

    /// <summary>What was done.</summary>
    public static string Of(ReturnDone done) => done switch
    {
        ReturnDone.Unrelated => "not about a message of ours",
        ReturnDone.Backscatter => "backscatter: not sent by us",
        ReturnDone.NoDelivery => "about a message of no campaign",
        ReturnDone.Repeated => "a second copy",
        ReturnDone.AutoReply => "automatic answer",
        ReturnDone.Other => "a report without news",
        ReturnDone.Delayed => "delayed, still being tried",
        ReturnDone.Delivered => "reported as delivered",
        ReturnDone.AddressStopped => "address stopped, staff asked",
        ReturnDone.Counted => "counted against the address",
        ReturnDone.ForOperator => "refused for what we are or send",
        ReturnDone.Complaint => "complaint: marketing and fundraising stopped",
        ReturnDone.OptedOut => "unsubscribed by mail",
        ReturnDone.Recorded => "failed, says nothing about the address",
        ReturnDone.Reply => "a patient's words, kept sealed for staff",
        ReturnDone.Refused => "not taken: no report, and no patient's words",
        ReturnDone.LeftUnread => "could not be read: left in its mailbox",
        _ => "report about our domains",
    };
}
