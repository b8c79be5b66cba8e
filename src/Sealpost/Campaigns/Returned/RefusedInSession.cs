using System.Data.Common;
using System.Globalization;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Returns;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns.Returned;

/// <summary>What follows where a mail host refuses a message while it is handed over: the same as from a report that comes later, by the same rules, in the commit of the outcome.</summary>
/// <remarks>Not kept in memory beyond the commit; the reply's words are read and dropped. RFC 3463.</remarks>
internal sealed class RefusedInSession
{
    private readonly OrganisationContext _context;
    private readonly Settlement _settlement;
    private readonly SmtpReply _reply;
    private readonly FailedRecipient _failure;
    private readonly string _mailbox;
    private IReadOnlyCollection<PatientNumber> _concerned = [];

    private RefusedInSession(OrganisationContext context, Settlement settlement, SmtpReply reply, FailedRecipient failure, string mailbox) =>
        (_context, _settlement, _reply, _failure, _mailbox) = (context, settlement, reply, failure, mailbox);

    /// <summary>Null where nothing was refused for good.</summary>
    public static RefusedInSession? Of(OrganisationContext context, Settlement settlement, AttemptEnd end)
    {
        if (settlement.Outcome is not (Outcome.Rejected or Outcome.Expired) || end.Reply is not { IsPositive: false } reply || end.Decision is not ConsentDecision.Permit permit
            || EmailAddress.Normalise(permit.Address.Open()) is not { } mailbox)
            return null;
        var failure = FailureOf(reply, end.Command, mailbox);
        return reply.IsTransient && !SaysEnough(failure.Reason) ? null : new RefusedInSession(context, settlement, reply, failure, mailbox);
    }

    /// <summary>Writes it; the lines for the journal.</summary>
    public async Task<IReadOnlyList<JournalLine>> WriteAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        _concerned = [];
        var rows = new ReturnRows(_context);
        var read = ReadReturn.Failed([_failure], final: true);
        var done = Decide(read, await rows.FailuresAsync(_mailbox, _settlement.Campaign, transaction, cancellationToken).ConfigureAwait(false));
        var delivery = new FoundDelivery(_settlement.Campaign, _settlement.Patient, _settlement.Outcome);
        var digest = rows.DigestOf(_settlement.Campaign, _settlement.Patient, _settlement.Attempts, _settlement.IsReminder);
        await rows.AddAsync(ReturnWay.Session, digest, read, _failure, delivery, done, transaction, cancellationToken).ConfigureAwait(false);
        if (done is ReturnDone.Counted or ReturnDone.AddressStopped)
            await rows.CountFailureAsync(_mailbox, _settlement.Campaign, _failure.Reason, transaction, cancellationToken).ConfigureAwait(false);
        if (done != ReturnDone.AddressStopped)
            return [];
        // C8-6: the patient may have another address.
        (var line, _concerned) = await StopAddress.WriteAsync(
            _context, _mailbox, _settlement.Patient, _settlement.Campaign, $"the mail host answered {_reply}, {ReturnWords.Of(_failure.Reason)}", transaction, cancellationToken).ConfigureAwait(false);
        return [line];
    }

    /// <summary>Tells whoever holds the patients in memory; after the commit.</summary>
    public Task TellAsync(CancellationToken cancellationToken) => _context.Consent.ToldAsync(_concerned, cancellationToken);

    private ReturnDone Decide(ReturnedMail read, IReadOnlyList<(ReturnReason Reason, DateTimeOffset At)> earlier)
    {
        var done = ReturnRules.Decide(read, _failure, earlier, _context.Time.GetUtcNow());
        // A code that says it of the mailbox itself, here from the host's own mouth.
        return done == ReturnDone.Counted && ReplyClasses.Of(_reply).SuppressesAddress() ? ReturnDone.AddressStopped : done;
    }

    private static FailedRecipient FailureOf(SmtpReply reply, string command, string mailbox)
    {
        // As mail systems write it into their reports, so that both are judged alike.
        var said = string.Create(CultureInfo.InvariantCulture, $"{reply.Code} {reply.Text}{(reply.IsOurs ? "" : $" (in reply to {command} command)")}");
        var diagnosis = Diagnosis.Of(reply.EnhancedStatusCode ?? "", said, "");
        return new FailedRecipient(mailbox, diagnosis.Class, diagnosis.Reason, diagnosis.Status, reply.Code, Final: true);
    }

    /// <summary>Of a temporary refusal that lasted: a full or disabled mailbox, and what the host thinks of us. Anything else it said may end tomorrow.</summary>
    private static bool SaysEnough(ReturnReason reason) =>
        reason is ReturnReason.Full or ReturnReason.Disabled or ReturnReason.Policy or ReturnReason.Authentication or ReturnReason.Rate or ReturnReason.RequireTls or ReturnReason.SmtpUtf8 or ReturnReason.Size;
}
