using System.Runtime.CompilerServices;
using Sealpost.Audience;
using Sealpost.Certificates;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Delivery.Smime;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Shards;

namespace Sealpost.Campaigns;

/// <summary>What a campaign's attempts share.</summary>
internal sealed record AttemptContext(OrganisationContext Organisation, PreparedCampaign Campaign, ChangeWatch Watch, OutcomeWriter Writer, ReturnPath ReturnPath)
{
    /// <summary>Names of campaigns in the audience query and the as-of date.</summary>
    public required QueryScope Scope { get; init; }

    /// <summary>Links that count; null where none do.</summary>
    public CountedLinks? Links { get; init; }

    /// <summary>How messages wait on our page.</summary>
    public required Pickup.PickupRules Pickup { get; init; }

    /// <summary>Patients' own certificates; null where nothing is sealed.</summary>
    public FindCertificate? Certificates { get; init; }

    /// <summary>The organisation's signing key for sealed messages.</summary>
    public Func<SmimeSigner?> Signer { get; init; } = () => null;

    /// <summary>The lease to send holds.</summary>
    public required Func<bool> MaySend { get; init; }
}

/// <summary>One try to send one message: the stages of its path, called in order by <see cref="MessagePath"/>.</summary>
/// <param name="context">What the campaign's attempts share.</param>
/// <param name="job">The due delivery, its patient opened.</param>
/// <param name="gates">The gates with the rules of this moment.</param>
/// <param name="moment"><see cref="GateMoment.BeforeData"/> when a change seen before DATA made the path start over.</param>
/// <param name="domain">Domain that the connection serves.</param>
/// <param name="line">The lane's connection, whose messages follow each other; null where this one goes by itself.</param>
internal sealed class MessageAttempt(AttemptContext context, LaneJob job, Gates gates, GateMoment moment, string domain, LaneConnection? line)
{
    private readonly (string Address, byte[] Token) _return = context.ReturnPath.Create(context.Organisation.Time.GetUtcNow());
    private ConsentDecision? _decision;
    private TransportDecision? _transport;
    private IReadOnlyList<CountedLink> _links = [];
    private string? _messageId;
    private bool _isNotice;

    private readonly DateTimeOffset _startedAt = context.Organisation.Time.GetUtcNow();

    /// <summary>No message is begun any more.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>It reminds of a message that waits: intent and outcome are the reminder's, not the delivery's.</summary>
    public bool IsReminder { get; init; }

    /// <summary>Leads back to the return path's token, for reports that hide every address (RFC 5965 §3.2).</summary>
    private string MessageId => _messageId ??= context.ReturnPath.MessageIdOf(_return.Token);

    private DateTimeOffset Now => context.Organisation.Time.GetUtcNow();

    /// <summary>The legal-basis gate, and whether the patient still belongs to the audience.</summary>
    public ConsentDecision DecideBasis()
    {
        _decision = OpenPatients.Decide(gates.Consent, context.Campaign.Basis, job.Patient, moment, Now);
        if (_decision is ConsentDecision.Permit && !context.Campaign.Query.Matches(View(), context.Scope))
            _decision = new ConsentDecision.Withhold(WithholdReason.NoLongerMatches, "45 CFR 164.502(b)");
        return _decision;
    }

    /// <summary>Renders for this patient.</summary>
    public RenderResult Render(ConsentDecision.Permit permit)
    {
        var mailbox = permit.Address.Open();
        var footer = SenderFooters.For(context.Organisation.Organisation, context.Organisation.Keys, permit.Campaign, permit.Patient, mailbox);
        var rendered = RenderMessage.Render(context.Campaign.Template, permit, job.Patient.Chart!, footer, context.Scope.AsOf);
        if (context.Links is null || rendered.Message is null)
            return rendered;
        (var message, _links) = context.Links.Count(rendered.Message);
        return rendered with { Message = message };
    }

    /// <summary>Builds and signs.</summary>
    public SignedMessage Sign(ConsentDecision.Permit permit, RenderedMessage message) => context.Organisation.Sign.Sign(message, HeadersTo(permit));

    /// <summary>The message sealed to the patient's own certificate, with the transport gate's leave, where the way alone is not good enough; null where nothing can be sealed.</summary>
    public async Task<SealedMessage?> SealAsync(ConsentDecision.Permit permit, RenderedMessage message, ConnectResult hop, CancellationToken cancellationToken)
    {
        if (context.Certificates is null || hop is not ConnectResult.Connected connected || !IsTooLow || context.Campaign.HasFiles)
            return null;
        if (await context.Certificates.ForAsync(job.Patient.Chart!, job.Patient.State, permit.Address.Open(), cancellationToken).ConfigureAwait(false) is not { } recipient)
            return null;
        var allowance = new TransportAllowance.Sealed(recipient.Fingerprint);
        if (gates.Transport.Decide(context.Campaign.Basis.Class, connected.Session.Observed, allowance, context.Organisation.Today) is not TransportDecision.Permit way)
            return null;
        var headers = HeadersTo(permit);
        var signer = context.Signer() is { } own && own.SignsFor(SenderField.MailboxOf(message.From), headers.Date) ? own : null;
        return new SealedMessage(way, context.Organisation.Sign.Seal(message, headers, new SealTo(recipient, signer)));
    }

    /// <summary>The transport gate on what was seen of the connection.</summary>
    public TransportDecision DecideTransport(ConnectResult hop) => _transport = hop switch
    {
        // The page is where files are fetched, so the message waits there too, however good the way is.
        ConnectResult.Connected when context.Campaign.HasFiles => new TransportDecision.Withhold(WithholdReason.FilesNotMailed, "The campaign carries files."),
        ConnectResult.Connected connected => gates.Transport.Decide(context.Campaign.Basis.Class, connected.Session.Observed, Allowance, context.Organisation.Today),
        ConnectResult.Withheld withheld => new TransportDecision.Withhold(withheld.Reason, withheld.Detail),
        ConnectResult.Deferred { InTheEnd: { } reason } deferred when IsOutOfPatience => new TransportDecision.Withhold(reason, deferred.Detail),
        _ => new TransportDecision.Withhold(WithholdReason.TlsUnavailable, "No connection."),
    };

    /// <summary>The notice that goes in the message's place; null where the tier is not what stopped it, a better host is waited for, or nobody could open the message on our page.</summary>
    public RenderedMessage? Notice(ConsentDecision.Permit permit, ConnectResult hop) =>
        IsTooLow
        && !AwaitsBetter(hop)
        && context.Pickup.FactorsFor(context.Campaign.Basis.Class, job.Patient.Chart!.Head, gates.Transport, context.Organisation.Today).Count > 0
            ? Pickup.PickupNotice.Of(context.Organisation, context.Pickup, permit.Campaign, job.Patient.Chart!, permit.Address.Open())
            : null;

    /// <summary>The transport gate for a notice, which says nothing about health but is encrypted like everything else.</summary>
    public TransportDecision.Permit? DecideNotice(ConnectResult hop)
    {
        if (hop is not ConnectResult.Connected connected || gates.Transport.DecideNotice(connected.Session.Observed, context.Organisation.Today) is not TransportDecision.Permit way)
            return null;

        // The links that count are the message's; the notice has none.
        (_isNotice, _links) = (true, []);
        return way;
    }

    /// <summary>MAIL and RCPT; the consent gate once more where anything changed; the intent; DATA.</summary>
    /// <remarks>Cancelling means that no more DATA may begin: paused, cancelled, shutting down. Commands under way end first, so that the session stays in step.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AttemptEnd> DeliverAsync(SmtpSession session, ConsentDecision.Permit permit, TransportDecision.Permit way, SignedMessage message, CancellationToken cancellationToken)
    {
        if (MovedFrom(permit) is { } moved)
            return moved;
        var end = new AttemptEnd(Outcome.Pending)
        {
            Decision = permit,
            StartedAt = _startedAt,
            Moment = moment,
            Observed = way.Observed,
            Rule = way.Rule,
            SealedTo = way.SealedTo,
            ContentHash = Convert.ToHexStringLower(message.ContentHash.Span),
            MessageId = MessageId,
        };
        var envelope = EnvelopeOf(permit, message);
        var intended = false;
        try
        {
            var answer = await session.EnvelopeAsync(envelope.MailFrom, envelope.RcptTo, envelope.SizeBytes, CancellationToken.None).ConfigureAwait(false);
            // RFC 6531 §3.5, RFC 1870 §6.1: this hop cannot carry the message; the server was not asked and has refused nothing.
            if (answer.IsOurs)
                return end with { Outcome = Outcome.WithheldTransport, Reason = WithholdReason.NotRepresentable, Detail = answer.Text };
            if (!answer.IsPositive)
                return Replied(end, answer, answer.RefusesMail ? "MAIL FROM" : "RCPT TO");
            if (await StopBeforeDataAsync(session, permit, end, cancellationToken).ConfigureAwait(false) is { } stopped)
                return stopped;
            var first = job.Due.FirstAt ?? Now;
            var intending = context.Writer.IntendAsync(new Intent(permit.Campaign, permit.Patient, job.Due.Attempts + 1, first, Now, _return.Token) { Links = _links, IsReminder = IsReminder, IsNotice = _isNotice }, CancellationToken.None);
            // The connection's next message is made while this one's intent is committed; its envelope goes behind this one.
            var making = MakeFollowingAsync();
            if (!await intending.ConfigureAwait(false))
                return await DropAsync(session, end with { NotTried = true }).ConfigureAwait(false);
            intended = true;
            // First in, first out: the earlier outcome is durable by now, or its commit failed and nothing more may be sent.
            await (line?.LastCommit ?? Task.CompletedTask).ConfigureAwait(false);
            // The last look, after the commit and before the first byte: a revocation recorded meanwhile still stops it. 45 CFR 164.508(b)(5).
            if (await StopBeforeDataAsync(session, permit, end, cancellationToken).ConfigureAwait(false) is { } late)
            {
                // No byte of DATA went: the row is pending again.
                await context.Writer.SettleAsync(new Settlement { Campaign = permit.Campaign, Patient = permit.Patient, Outcome = Outcome.Pending, Attempts = job.Due.Attempts, FirstAt = job.Due.FirstAt, At = Now, IsReminder = IsReminder }, CancellationToken.None).ConfigureAwait(false);
                return late;
            }

            return Replied(end, await session.DataAsync(message.Bytes, making.IsCompletedSuccessfully ? making.Result : null, CancellationToken.None).ConfigureAwait(false), "end of DATA");
        }
        catch (SmtpConnectionException)
        {
            return end with { ConnectionLost = true, Stale = !intended, Detail = "The connection ended before the final dot." };
        }
        catch (NoFinalReplyException)
        {
            // RFC 5321 §4.5.3.2.6: it may have been taken. Never resent on our own.
            return end with { Outcome = Outcome.InDoubt, Reason = _isNotice ? WithholdReason.TierTooLow : null, ConnectionLost = true, Detail = "No reply came after the final dot." };
        }
    }

    /// <summary>What MAIL and RCPT say of it.</summary>
    public Envelope EnvelopeOf(ConsentDecision.Permit permit, SignedMessage message) => new(_return.Address, permit.Address.Open(), message.Bytes.Length);

    /// <summary>Ends the path at the legal-basis gate.</summary>
    public AttemptEnd Withheld() =>
        new(Outcome.WithheldBasis) { Reason = (_decision as ConsentDecision.Withhold)?.Reason, Decision = _decision, Moment = moment };

    /// <summary>Ends the path at a missing value.</summary>
    public AttemptEnd Missing() => new(Outcome.WithheldBasis)
    {
        Reason = WithholdReason.MissingValue,
        Moment = moment,
        Decision = new ConsentDecision.Withhold(WithholdReason.MissingValue, "45 CFR 164.502(b)"),
    };

    /// <summary>Ends the path at the hop: no connection, or the transport gate said no.</summary>
    public AttemptEnd NoWay(ConnectResult hop)
    {
        if (_decision is ConsentDecision.Permit permit && MovedFrom(permit) is { } moved)
            return moved;
        var refused = _transport as TransportDecision.Withhold;
        return hop switch
        {
            ConnectResult.Connected connected when AwaitsBetter(hop) => new(Outcome.Pending)
            {
                StartedAt = _startedAt,
                Moment = moment,
                Decision = _decision,
                Detail = "A host of the domain that may be protected better could not be reached; it is waited for.",
                Failed = connected.Session.Observed,
            },
            ConnectResult.Deferred deferred when deferred.InTheEnd is null || !IsOutOfPatience => new(Outcome.Pending) { StartedAt = _startedAt, Moment = moment, Decision = _decision, Reply = deferred.Reply, Detail = deferred.Detail, Failed = hop.Seen },
            ConnectResult.Rejected rejected => new(Outcome.Rejected) { StartedAt = _startedAt, Moment = moment, Decision = _decision, Reply = rejected.Reply, Detail = rejected.Detail, Failed = hop.Seen },
            _ => new(Outcome.WithheldTransport)
            {
                StartedAt = _startedAt,
                Moment = moment,
                Decision = _decision,
                Reason = refused?.Reason,
                Detail = refused?.Detail ?? "",
                Observed = (hop as ConnectResult.Connected)?.Session.Observed,
                Failed = hop.Seen,
            },
        };
    }

    // RFC 8461 §5.1: the domain's announcement was looked at anew before each of these tries failed.
    private bool IsOutOfPatience => TransportPatience.IsOver(context.Campaign.Basis.Class, job.Due.FirstAt, Now);

    /// <summary>The way that stands is not good enough, and another host of the domain may be later.</summary>
    private bool AwaitsBetter(ConnectResult hop) =>
        hop is ConnectResult.Connected { MayBeBetterLater: true } && _transport is TransportDecision.Withhold { Reason: WithholdReason.TierTooLow } && !IsOutOfPatience;

    /// <summary>The patient's own wish for this address and purpose, where there is one. 78 FR 5566, 5634.</summary>
    private TransportAllowance Allowance =>
        _decision is ConsentDecision.Permit permit && UnencryptedWish.For(job.Patient.State, permit.Address.Open(), context.Campaign.Basis.Purpose) is { } wish
            ? new TransportAllowance.PatientsWish(wish.Id)
            : TransportAllowance.None;

    /// <summary>The way stands, and is not good enough for what the message says, or the message is not to go by mail.</summary>
    private bool IsTooLow => _transport is TransportDecision.Withhold { Reason: WithholdReason.TierTooLow or WithholdReason.Sensitive or WithholdReason.FilesNotMailed };

    private MessageHeaders HeadersTo(ConsentDecision.Permit permit) => new(permit.Address.Open(), MessageId, Now, null, Bulk: true);

    private AttemptEnd? MovedFrom(ConsentDecision.Permit permit) =>
        EmailAddress.DomainOf(permit.Address.Open()) is var now && now != domain ? new AttemptEnd(Outcome.Pending) { NotTried = true, MovedTo = now } : null;

    private PatientView View() => new(
        job.Patient.Chart!,
        [.. AuthorizedPurposes.Of(job.Patient.State, context.Organisation.Organisation.TimeZone)],
        job.Engagements);

    /// <summary>Looks once more before DATA: campaign stopped, lease lost, patient changed, permit too old. Null: go on.</summary>
    private async ValueTask<AttemptEnd?> StopBeforeDataAsync(SmtpSession session, ConsentDecision.Permit permit, AttemptEnd end, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested || !context.MaySend())
            return await DropAsync(session, end with { NotTried = true, Detail = "The campaign was stopped before DATA." }).ConfigureAwait(false);
        if (context.Watch.Stamp(permit.Patient) == job.Stamp && Now - permit.DecidedAt < ConsentDecision.Permit.Lifetime)
            return null;
        return await DropAsync(session, end with { StartOver = true, NotTried = true }).ConfigureAwait(false);
    }

    /// <summary>What stops the next message is met again when its own turn comes; this one, whose intent is on its way, goes on.</summary>
    private async ValueTask<Envelope?> MakeFollowingAsync()
    {
        // Ended at once, and a failure is kept for whoever looks.
        await Task.CompletedTask.ConfigureAwait(false);
        return line?.MakeNext(Stopping);
    }

    private static async Task<AttemptEnd> DropAsync(SmtpSession session, AttemptEnd end)
    {
        await session.ResetAsync(CancellationToken.None).ConfigureAwait(false);
        return end;
    }

    private AttemptEnd Replied(AttemptEnd end, SmtpReply reply, string command) => end with
    {
        Command = command,
        Outcome = reply.IsPositive ? _isNotice ? Outcome.Pickup : Outcome.Accepted : reply.IsTransient ? Outcome.Pending : Outcome.Rejected,
        Reply = reply,
        // RFC 5321 §3.8: after 421 the host closes.
        ConnectionLost = reply.Code == 421,
    };
}
