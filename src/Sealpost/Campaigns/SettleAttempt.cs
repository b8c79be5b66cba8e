using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using MemoryPack;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>Turns the end of a try into what is committed: the row's next state, the receipt, the decision.</summary>
internal static class SettleAttempt
{
    private const int SaltBytes = 32;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_committed;

    public static Settlement Of(CampaignRun run, LaneJob job, AttemptEnd end, string domain, bool isReminder = false)
    {
        var now = run.Now;
        var first = job.Due.FirstAt ?? now;
        var attempts = job.Due.Attempts + 1;
        var over = end.Outcome == Outcome.Pending && run.Plan.IsOver(first, now);
        var outcome = over ? Outcome.Expired : end.Outcome;
        return new Settlement
        {
            Campaign = run.Campaign.Id,
            Patient = job.Due.Patient,
            Outcome = outcome,
            Reason = end.Reason,
            Attempts = end.Outcome == Outcome.WithheldBasis ? job.Due.Attempts : attempts,
            FirstAt = first,
            NextAt = outcome == Outcome.Pending ? run.Plan.Next(attempts, first, now) : null,
            At = now,
            Tier = TierOf(end),
            Tls = TlsNumber(end.Observed?.TlsVersion),
            ReplyCode = end.Reply?.Code ?? 0,
            IsReminder = isReminder,
            Receipt = end.Outcome == Outcome.WithheldBasis ? null : Receipt(run, job, end, NameOf(outcome, isReminder), domain, now),
            Decision = end.Decision is null ? null : Recorded.Of(run.Campaign.Id, job.Due.Patient, attempts, end.Moment, end.Decision, job.Patient.State.Version, now),
        };
    }

    private static string NameOf(Outcome outcome, bool isReminder) => (outcome, isReminder) switch
    {
        (Outcome.Pickup, true) => "Reminder",
        (Outcome.Pending, true) => "ReminderDeferred",
        (_, true) => "Reminder" + outcome,
        (Outcome.Pending, false) => "Deferred",
        _ => outcome.ToString(),
    };

    private static ReceiptLeaf? Receipt(CampaignRun run, LaneJob job, AttemptEnd end, string outcome, string domain, DateTimeOffset now)
    {
        if (job.Key is null)
            return null;
        var permit = end.Decision as ConsentDecision.Permit;
        var seen = end.Observed ?? end.Failed;
        var receipt = new Receipt
        {
            Campaign = run.Campaign.Id,
            Attempt = job.Due.Attempts + 1,
            Outcome = outcome,
            Recipient = permit?.Address.Open() ?? "@" + domain,
            Mx = seen?.Mx ?? "",
            Ip = seen?.Ip ?? "",
            Tier = TierOf(end)?.ToString() ?? "",
            SealedTo = end.SealedTo,
            TlsVersion = seen?.TlsVersion ?? "",
            Cipher = seen?.Cipher ?? "",
            CertificateFingerprint = seen?.CertificateFingerprint ?? "",
            Policy = seen?.Policy ?? "",
            RequireTls = end.Observed?.RequireTls ?? false,
            Dnssec = seen?.Dnssec ?? "",
            Rule = end.Rule,
            Reply = end.Reply is { } reply ? $"{reply} {reply.Text}" : end.Detail,
            ContentHash = end.ContentHash,
            Template = run.Prepared.Template.Hash,
            MessageId = end.MessageId,
            StartedAt = end.StartedAt ?? now,
            EndedAt = now,
            LastHopNotSeen = seen?.Relay ?? false,
            Authorization = permit?.Authorization,
        };
        // Salt and clear receipt, as they are committed to.
        var committed = t_committed ??= new ArrayBufferWriter<byte>(1_024);
        committed.ResetWrittenCount();
        var salt = new byte[SaltBytes];
        RandomAhead.Fill(salt);
        committed.Write(salt);
        MemoryPackSerializer.Serialize(committed, receipt);
        Span<byte> number = stackalloc byte[16];
        RandomAhead.FillInOrder(number, now);
        var id = new Guid(number, bigEndian: true);
        var part = string.Create(CultureInfo.InvariantCulture, $"receipt:{id}");
        var leaf = new ReceiptLeaf(
            id, run.Context.Organisation.Id, run.Campaign.Id, job.Due.Patient, job.Key.Seal(part, 1, committed.WrittenSpan[SaltBytes..]), salt, SHA256.HashData(committed.WrittenSpan));
        // Wiped: it held the recipient.
        committed.Clear();
        return leaf;
    }

    private static Tier? TierOf(AttemptEnd end) => end.SealedTo.Length > 0 ? Tier.T5 : end.Observed?.Tier;

    private static int TlsNumber(string? version) => version switch
    {
        null or "" => 0,
        _ when version.Contains("1.3", StringComparison.Ordinal) => 13,
        _ when version.Contains("1.2", StringComparison.Ordinal) => 12,
        _ => 1,
    };
}
