using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Shards;

namespace Sealpost.Campaigns;

/// <summary>What a campaign's attempts share.</summary>
internal sealed record AttemptContext(OrganisationContext Organisation, PreparedCampaign Campaign, ChangeWatch Watch, OutcomeWriter Writer, ReturnPath ReturnPath)
{
    /// <summary>Names of campaigns in the audience query and the as-of date.</summary>
    public required QueryScope Scope { get; init; }

    /// <summary>The lease to send holds.</summary>
    public required Func<bool> MaySend { get; init; }
}

/// <summary>One try to send one message: the stages of its path, called in order by <see cref="MessagePath"/>.</summary>
/// <param name="context">What the campaign's attempts share.</param>
/// <param name="job">The due delivery, its patient opened.</param>
/// <param name="gates">The gates with the rules of this moment.</param>
/// <param name="moment"><see cref="GateMoment.BeforeData"/> when a change seen before DATA made the path start over.</param>
/// <param name="domain">Domain that the connection serves.</param>
internal sealed class MessageAttempt(AttemptContext context, LaneJob job, Gates gates, GateMoment moment, string domain)
{
    private readonly string _messageId = string.Create(
        CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}@{context.Organisation.Organisation.Domain}");

    private ConsentDecision? _decision;
    private TransportDecision? _transport;

    private readonly DateTimeOffset _startedAt = context.Organisation.Time.GetUtcNow();

    /// <summary>Commit of the connection's outcome before this one: DATA waits for it.</summary>
    public Task Earlier { get; init; } = Task.CompletedTask;

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
        return RenderMessage.Render(context.Campaign.Template, permit, job.Patient.Chart!, footer, context.Scope.AsOf);
    }

    /// <summary>Builds and signs.</summary>
    public SignedMessage Sign(ConsentDecision.Permit permit, RenderedMessage message) =>
        context.Organisation.Sign.Sign(message, new MessageHeaders(permit.Address.Open(), _messageId, Now, null, Bulk: true));

    /// <summary>The transport gate on what was seen of the connection.</summary>
    public TransportDecision DecideTransport(ConnectResult hop) => _transport = hop switch
    {
        ConnectResult.Connected connected => gates.Transport.Decide(context.Campaign.Basis.Class, connected.Session.Observed, context.Organisation.Today),
        ConnectResult.Withheld withheld => new TransportDecision.Withhold(withheld.Reason, withheld.Detail),
        _ => new TransportDecision.Withhold(WithholdReason.TlsUnavailable, "No connection."),
    };

    /// <summary>MAIL and RCPT; the consent gate once more where anything changed; the intent; DATA.</summary>
    /// <remarks>Cancelling means that no more DATA may begin: paused, cancelled, shutting down. Commands under way end first, so that the session stays in step.</remarks>
    public async Task<AttemptEnd> DeliverAsync(SmtpSession session, ConsentDecision.Permit permit, TransportDecision.Permit way, SignedMessage message, CancellationToken cancellationToken)
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
            ContentHash = Convert.ToHexStringLower(message.ContentHash.Span),
            MessageId = _messageId,
        };
        var (returnAddress, token) = context.ReturnPath.Create();
        var intended = false;
        try
        {
            var envelope = await session.EnvelopeAsync(returnAddress, permit.Address.Open(), message.Bytes.Length, CancellationToken.None).ConfigureAwait(false);
            // RFC 6531 §3.5, RFC 1870 §6.1: this hop cannot carry the message; the server was not asked and has refused nothing.
            if (envelope.IsOurs)
                return end with { Outcome = Outcome.WithheldTransport, Reason = WithholdReason.NotRepresentable, Detail = envelope.Text };
            if (!envelope.IsPositive)
                return Replied(end, envelope);
            if (await StopBeforeDataAsync(session, permit, end, cancellationToken).ConfigureAwait(false) is { } stopped)
                return stopped;
            var first = job.Due.FirstAt ?? Now;
            if (!await context.Writer.IntendAsync(new Intent(permit.Campaign, permit.Patient, job.Due.Attempts + 1, first, Now, token), CancellationToken.None).ConfigureAwait(false))
                return await DropAsync(session, end with { NotTried = true }).ConfigureAwait(false);
            intended = true;
            // First in, first out: the earlier outcome is durable by now, or its commit failed and nothing more may be sent.
            await Earlier.ConfigureAwait(false);
            // The last look, after the commit and before the first byte: a revocation recorded meanwhile still stops it. 45 CFR 164.508(b)(5).
            if (await StopBeforeDataAsync(session, permit, end, cancellationToken).ConfigureAwait(false) is { } late)
            {
                // No byte of DATA went: the row is pending again.
                await context.Writer.SettleAsync(new Settlement { Campaign = permit.Campaign, Patient = permit.Patient, Outcome = Outcome.Pending, Attempts = job.Due.Attempts, FirstAt = job.Due.FirstAt, At = Now }, CancellationToken.None).ConfigureAwait(false);
                return late;
            }

            return Replied(end, await session.DataAsync(message.Bytes, CancellationToken.None).ConfigureAwait(false));
        }
        catch (SmtpConnectionException)
        {
            return end with { ConnectionLost = true, Stale = !intended, Detail = "The connection ended before the final dot." };
        }
        catch (NoFinalReplyException)
        {
            // RFC 5321 §4.5.3.2.6: it may have been taken. Never resent on our own.
            return end with { Outcome = Outcome.InDoubt, ConnectionLost = true, Detail = "No reply came after the final dot." };
        }
    }

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
            ConnectResult.Deferred deferred => new(Outcome.Pending) { StartedAt = _startedAt, Moment = moment, Decision = _decision, Reply = deferred.Reply, Detail = deferred.Detail },
            ConnectResult.Rejected rejected => new(Outcome.Rejected) { StartedAt = _startedAt, Moment = moment, Decision = _decision, Reply = rejected.Reply, Detail = rejected.Detail },
            _ => new(Outcome.WithheldTransport)
            {
                StartedAt = _startedAt,
                Moment = moment,
                Decision = _decision,
                Reason = refused?.Reason,
                Detail = refused?.Detail ?? "",
                Observed = (hop as ConnectResult.Connected)?.Session.Observed,
            },
        };
    }

    private AttemptEnd? MovedFrom(ConsentDecision.Permit permit) =>
        EmailAddress.DomainOf(permit.Address.Open()) is var now && now != domain ? new AttemptEnd(Outcome.Pending) { NotTried = true, MovedTo = now } : null;

    private PatientView View() => new(
        job.Patient.Chart!,
        [.. AuthorizedPurposes.Of(job.Patient.State, context.Organisation.Organisation.TimeZone)],
        job.Engagements);

    /// <summary>Looks once more before DATA: campaign stopped, lease lost, patient changed, permit too old. Null: go on.</summary>
    private async Task<AttemptEnd?> StopBeforeDataAsync(SmtpSession session, ConsentDecision.Permit permit, AttemptEnd end, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested || !context.MaySend())
            return await DropAsync(session, end with { NotTried = true, Detail = "The campaign was stopped before DATA." }).ConfigureAwait(false);
        if (context.Watch.Stamp(permit.Patient) == job.Stamp && Now - permit.DecidedAt < ConsentDecision.Permit.Lifetime)
            return null;
        return await DropAsync(session, end with { StartOver = true, NotTried = true }).ConfigureAwait(false);
    }

    private static async Task<AttemptEnd> DropAsync(SmtpSession session, AttemptEnd end)
    {
        await session.ResetAsync(CancellationToken.None).ConfigureAwait(false);
        return end;
    }

    private static AttemptEnd Replied(AttemptEnd end, SmtpReply reply) => end with
    {
        Outcome = reply.IsPositive ? Outcome.Accepted : reply.IsTransient ? Outcome.Pending : Outcome.Rejected,
        Reply = reply,
        // RFC 5321 §3.8: after 421 the host closes.
        ConnectionLost = reply.Code == 421,
    };
}
