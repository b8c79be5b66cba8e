using System.Data.Common;
using Sealpost.Consent;
using Sealpost.Delivery.Returns;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.Campaigns.Returned;

/// <summary>Takes a mail that came back and does what follows from it: at once, once, and nothing on anybody's word but our own key's.</summary>
/// <remarks>
/// When it returns, everything is committed and the mail may be forgotten; when it throws, nothing was lost and the same mail may be given again.
/// The mail itself is never stored or logged.
/// </remarks>
internal sealed class TakeReturn
{
    private readonly OrganisationContext _context;
    private readonly SendCampaign _sending;
    private readonly ReturnRows _rows;
    private readonly CampaignStore _campaigns;

    /// <summary>Creates it for an organisation whose sending is open.</summary>
    public TakeReturn(OrganisationContext context, SendCampaign sending) =>
        (_context, _sending, _rows, _campaigns) = (context, sending, new ReturnRows(context), new CampaignStore(context));

    /// <summary>Whether a mail is about a message of this organisation.</summary>
    public static bool Concerns(OrganisationContext context, IncomingMail mail, ReturnedMail read) => MatchReturn.Token(ReturnPaths.Of(context), mail, read, out _) is not null;

    /// <summary>Counts a mail of which nothing follows.</summary>
    public static async Task<ReturnDone> CountAsync(OrganisationContext context, ReturnDone done, CancellationToken cancellationToken)
    {
        await context.Database.WriteAsync((transaction, token) => new ReturnRows(context).TallyAsync(done, transaction, token), cancellationToken).ConfigureAwait(false);
        return done;
    }

    /// <summary>Takes a mail.</summary>
    public async Task<ReturnDone> RunAsync(IncomingMail mail, ReturnedMail read, CancellationToken cancellationToken)
    {
        if (MatchReturn.Token(ReturnPaths.Of(_context), mail, read, out var forged) is not { } token)
            return await TallyAsync(forged ? ReturnDone.Backscatter : ReturnDone.Unrelated, cancellationToken).ConfigureAwait(false);
        if (await _rows.FindAsync(token, cancellationToken).ConfigureAwait(false) is not { } delivery)
            return await TallyAsync(ReturnDone.NoDelivery, cancellationToken).ConfigureAwait(false);
        var digest = _rows.DigestOf(mail);
        if (await _rows.IsKnownAsync(digest, cancellationToken).ConfigureAwait(false))
            return await TallyAsync(ReturnDone.Repeated, cancellationToken).ConfigureAwait(false);
        var mailbox = await WrittenTo.FindAsync(_context, delivery.Campaign, delivery.Patient, read.Recipients.Select(one => one.Address), cancellationToken).ConfigureAwait(false);
        var failure = FailureOf(read, mailbox);
        var done = await DecideAsync(read, failure, delivery, mailbox, cancellationToken).ConfigureAwait(false);

        // First what protects the patient, each idempotent; then the record, by which a second copy is known.
        IReadOnlyList<JournalLine> lines = done switch
        {
            ReturnDone.AddressStopped => [await StopAddress.RunAsync(_context, mailbox!, delivery.Patient, delivery.Campaign, ReturnWords.Why(failure?.Reason ?? read.Reason, failure?.Status ?? ""), cancellationToken).ConfigureAwait(false)],
            ReturnDone.Complaint or ReturnDone.OptedOut => [await OptOutAsync(done, delivery, mailbox, cancellationToken).ConfigureAwait(false)],
            _ => [],
        };
        var taken = done;
        await _sending.CommitAsync(
            async (transaction, stop) =>
            {
                if (!await _rows.AddAsync(mail.Way, digest, read, failure, delivery, done, transaction, stop).ConfigureAwait(false))
                {
                    taken = ReturnDone.Repeated;
                    await _rows.TallyAsync(taken, transaction, stop).ConfigureAwait(false);
                    return lines;
                }

                return [.. lines, .. await RecordAsync(read, failure, delivery, mailbox, done, transaction, stop).ConfigureAwait(false)];
            },
            cancellationToken).ConfigureAwait(false);
        if (taken == ReturnDone.Complaint)
            await _sending.PauseForComplaintsAsync(delivery.Campaign, cancellationToken).ConfigureAwait(false);
        return taken;
    }

    /// <summary>What the report says about the mailbox we wrote to. Of another one (a forward's target) it proves nothing about ours, so it is a failure for an unknown reason.</summary>
    private static FailedRecipient? FailureOf(ReturnedMail read, string? mailbox)
    {
        if (read.Recipients.Count == 0 || read.Class == ReturnClass.Complaint)
            return null;
        return read.Recipients.FirstOrDefault(one => mailbox is not null && EmailAddress.Normalise(one.Address) == mailbox)
            ?? read.Recipients[0] switch
            {
                { Class: ReturnClass.HardBounce } other => other with { Class = ReturnClass.SoftBounce, Reason = ReturnReason.Unknown },
                { Reason: ReturnReason.Disabled or ReturnReason.BadDomain or ReturnReason.NoMailDomain } other => other with { Reason = ReturnReason.Unknown },
                var other => other,
            };
    }

    private async Task<ReturnDone> DecideAsync(ReturnedMail read, FailedRecipient? failure, FoundDelivery delivery, string? mailbox, CancellationToken cancellationToken)
    {
        switch (read.Class)
        {
            case ReturnClass.AutoReply:
                return ReturnDone.AutoReply;
            case ReturnClass.Complaint:
                return read.FeedbackType == "opt-out" ? ReturnDone.OptedOut : ReturnRules.IsComplaint(read.FeedbackType) ? ReturnDone.Complaint : ReturnDone.ForOperator;
            case ReturnClass.NotABounce:
                return read.Confirmed ? ReturnDone.Delivered : ReturnDone.Other;
        }

        var earlier = mailbox is null ? [] : await _rows.FailuresAsync(mailbox, delivery.Campaign, cancellationToken).ConfigureAwait(false);
        var done = ReturnRules.Decide(read, failure, earlier, _context.Time.GetUtcNow());
        // Nobody knows which mailbox it was: nothing to stop, nothing to count against.
        return mailbox is null && done is ReturnDone.AddressStopped or ReturnDone.Counted ? ReturnDone.Recorded : done;
    }

    /// <summary>Stops marketing and fundraising at once, by the mailbox and for the person. 15 USC 7704(a)(4), 45 CFR 164.514(f)(2).</summary>
    private async Task<JournalLine> OptOutAsync(ReturnDone done, FoundDelivery delivery, string? mailbox, CancellationToken cancellationToken)
    {
        var source = done == ReturnDone.Complaint ? SuppressionSource.Complaint : SuppressionSource.Unsubscribe;
        await _context.Consent.SuppressAsync(mailbox, delivery.Patient, SuppressionScope.Marketing, source, done == ReturnDone.Complaint ? "system" : "patient", cancellationToken).ConfigureAwait(false);
        if (await _campaigns.FindAsync(delivery.Campaign, cancellationToken).ConfigureAwait(false) is { } campaign && ReturnRules.NeedsReview(campaign.Content.Purpose))
        {
            await StopAddress.RequestsOf(_context).AskAsync(
                delivery.Patient,
                PatientRequestKinds.Complaint,
                delivery.Campaign,
                "The patient marked a message about care or an account as unwanted. Marketing and fundraising have stopped. Ask whether messages about care are still welcome, and by which channel; record what the patient says.",
                cancellationToken).ConfigureAwait(false);
        }

        return new JournalLine { Campaign = delivery.Campaign, Patient = delivery.Patient.Value, State = JournalLine.OptOut, Mailbox = mailbox, Scope = (int)SuppressionScope.Marketing, Source = (int)source, At = _context.Time.GetUtcNow().ToUnixTimeMilliseconds() };
    }

    private async Task<IReadOnlyList<JournalLine>> RecordAsync(ReturnedMail read, FailedRecipient? failure, FoundDelivery delivery, string? mailbox, ReturnDone done, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await _rows.TallyAsync(done, transaction, cancellationToken).ConfigureAwait(false);
        if (done is ReturnDone.AddressStopped or ReturnDone.Counted or ReturnDone.Recorded || (done == ReturnDone.ForOperator && read.Class != ReturnClass.Complaint))
            await _rows.MarkAsync(delivery, "bounced_at", transaction, cancellationToken).ConfigureAwait(false);
        if (done == ReturnDone.Complaint)
            await _rows.MarkAsync(delivery, "complained_at", transaction, cancellationToken).ConfigureAwait(false);
        if (done == ReturnDone.OptedOut)
            await _rows.MarkAsync(delivery, "opted_out_at", transaction, cancellationToken).ConfigureAwait(false);
        if (done is ReturnDone.Counted or ReturnDone.AddressStopped)
            await _rows.CountFailureAsync(mailbox!, delivery.Campaign, failure?.Reason ?? read.Reason, transaction, cancellationToken).ConfigureAwait(false);
        var lines = await _rows.ResolveAsync(delivery, transaction, cancellationToken).ConfigureAwait(false);
        if (done is not (ReturnDone.AutoReply or ReturnDone.Other or ReturnDone.Delayed or ReturnDone.Delivered))
            await _rows.LedgerAsync("delivery.returned", delivery, Detail(read, failure, done), transaction, cancellationToken).ConfigureAwait(false);
        return lines;
    }

    private static string Detail(ReturnedMail read, FailedRecipient? failure, ReturnDone done) =>
        $"class={failure?.Class ?? read.Class} reason={failure?.Reason ?? read.Reason} status={failure?.Status ?? ""} done={done}";

    private Task<ReturnDone> TallyAsync(ReturnDone done, CancellationToken cancellationToken) => CountAsync(_context, done, cancellationToken);
}
