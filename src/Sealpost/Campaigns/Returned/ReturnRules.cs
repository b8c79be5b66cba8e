using Sealpost.Consent;
using Sealpost.Delivery.Returns;

namespace Sealpost.Campaigns.Returned;

/// <summary>What follows from a report about an address we wrote to. RFC 3463; in doubt the address is kept.</summary>
internal static class ReturnRules
{
    /// <summary>Failures of different campaigns that stop an address which was never said to be bad.</summary>
    public const int SoftFailures = 3;

    /// <summary>Days that they must span: a mailbox that is full over a week-end is not given up.</summary>
    public static TimeSpan SoftSpan { get; } = TimeSpan.FromDays(7);

    /// <summary>Older failures are forgotten.</summary>
    public static TimeSpan SoftMemory { get; } = TimeSpan.FromDays(180);

    /// <summary>Time after which a second report says that a domain is gone, and not only its name servers away.</summary>
    public static TimeSpan DomainSpan { get; } = TimeSpan.FromDays(1);

    /// <summary>What to do about a failure.</summary>
    /// <param name="read">Class of the report.</param>
    /// <param name="failure">What it says about our address.</param>
    /// <param name="earlier">Failures of the address in other campaigns: why and when.</param>
    /// <param name="now">UTC.</param>
    public static ReturnDone Decide(ReturnedMail read, FailedRecipient? failure, IReadOnlyList<(ReturnReason Reason, DateTimeOffset At)> earlier, DateTimeOffset now)
    {
        var (kind, reason, final) = failure is null ? (read.Class, read.Reason, read.Final) : (failure.Class, failure.Reason, failure.Final);
        if (kind == ReturnClass.DelayNotice || !final)
            return ReturnDone.Delayed;
        return reason switch
        {
            // What the receiver thinks of us says nothing about the mailbox.
            ReturnReason.Policy or ReturnReason.Authentication or ReturnReason.RequireTls or ReturnReason.SmtpUtf8 or ReturnReason.Size or ReturnReason.Rate => ReturnDone.ForOperator,
            ReturnReason.BadMailbox when kind == ReturnClass.HardBounce => ReturnDone.AddressStopped,
            ReturnReason.Disabled when failure is not null && IsPermanent(failure) => ReturnDone.AddressStopped,
            ReturnReason.BadDomain or ReturnReason.NoMailDomain => earlier.Any(one => one.Reason is ReturnReason.BadDomain or ReturnReason.NoMailDomain && now - one.At >= DomainSpan) ? ReturnDone.AddressStopped : ReturnDone.Counted,
            ReturnReason.Routing or ReturnReason.System => ReturnDone.Recorded,
            _ => IsWornOut(earlier, now) ? ReturnDone.AddressStopped : ReturnDone.Counted,
        };
    }

    /// <summary>Types of a feedback report by which a person says "unwanted" (RFC 5965 §7.3); the others are about authentication or viruses, or take a complaint back.</summary>
    public static bool IsComplaint(string feedbackType) => feedbackType is not ("auth-failure" or "not-spam" or "virus" or "dmarc" or "opt-out");

    /// <summary>Care and accounts go on after a complaint: a person must look at it. 16 CFR 316.2(o).</summary>
    public static bool NeedsReview(Purpose purpose) => PurposeRule.Of(purpose) is not { OutlivesOptOut: false };

    private static bool IsPermanent(FailedRecipient failure) => failure.Status.StartsWith('5') || failure.ReplyCode is >= 500 and < 600;

    private static bool IsWornOut(IReadOnlyList<(ReturnReason Reason, DateTimeOffset At)> earlier, DateTimeOffset now) =>
        earlier.Count + 1 >= SoftFailures && now - earlier.Min(one => one.At) >= SoftSpan;
}
