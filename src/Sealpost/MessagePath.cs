using System.Runtime.CompilerServices;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;

namespace Sealpost;

/// <summary>The path of one message, in order. This is what sending runs for every message of every campaign; docs/flow.md draws it.</summary>
/// <remarks>
/// Before it, once per patient: 1 ingest (<see cref="Patients.Chart"/> from FHIR or CSV), 2 seal (<see cref="Trust.Keys.PatientKey.Seal"/>),
/// 3 index (<see cref="Trust.Keys.KeyRing.BlindIndex"/>); once per campaign: 4 audience (<see cref="Shards.SelectAudience.ListAsync"/>).
/// After it: 10 report (<c>Reports.ReadCampaignReport</c>). A stage never knows a later one, and a gate's answer is a type the next stage needs.
/// </remarks>
internal static class MessagePath
{
    /// <summary>Stages 5 to 8, of which no host hears: a connection runs them for its next message while the last one is under way.</summary>
    public static ReadyMessage Prepare(MessageAttempt attempt, ConnectResult hop)
    {
        // 5 consent gate: may a message be made for this patient now? Default no.
        if (attempt.DecideBasis() is not ConsentDecision.Permit permit)
            return new ReadyMessage(attempt, hop) { End = attempt.Withheld() };

        // 6 render: only with the permit, from the pinned template and the open chart; never persisted.
        if (attempt.Render(permit).Message is not { } message)
            return new ReadyMessage(attempt, hop) { End = attempt.Missing() };

        // 7 sign: MIME and DKIM.
        var signed = attempt.Sign(permit, message);

        // 8 transport gate: is this connection good enough for this class of message?
        var ready = new ReadyMessage(attempt, hop) { Permit = permit, Rendered = message, Signed = signed, Way = attempt.DecideTransport(hop) as TransportDecision.Permit };
        // What was rendered is wiped where nothing more is made of it.
        if (ready.Way is not null)
            message.Dispose();
        return ready;
    }

    /// <summary>Runs the rest of it. Cancelling stops it at the last look before DATA; from the first byte of DATA on nothing does.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<AttemptEnd> RunAsync(ReadyMessage ready, CancellationToken cancellationToken)
    {
        if (ready is not { Permit: { } permit, Signed: { } signed })
            return ready.End!;
        if (ready is not { Way: { } way, Hop: ConnectResult.Connected connected })
            return await SealAsync(ready.Attempt, permit, ready.Rendered!, ready.Hop, cancellationToken).ConfigureAwait(false);

        // 9 deliver: envelope, consent gate again, durable intent, DATA; the end of it is the outcome.
        return await ready.Attempt.DeliverAsync(connected.Session, permit, way, signed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Instead of 9, where the way alone is not good enough: sealed to the patient's own certificate the message may go over any TLS; without one it waits on our page.</summary>
    private static async Task<AttemptEnd> SealAsync(MessageAttempt attempt, ConsentDecision.Permit permit, RenderedMessage message, ConnectResult hop, CancellationToken cancellationToken)
    {
        using var own = await attempt.SealAsync(permit, message, hop, cancellationToken).ConfigureAwait(false);
        return own is not null && hop is ConnectResult.Connected connected
            ? await attempt.DeliverAsync(connected.Session, permit, own.Way, own.Message, cancellationToken).ConfigureAwait(false)
            : await OfferPickupAsync(attempt, permit, hop, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Instead of 9, where the tier is too low: the message waits on our page, and a notice without health information goes by the same gates.</summary>
    private static async Task<AttemptEnd> OfferPickupAsync(MessageAttempt attempt, ConsentDecision.Permit permit, ConnectResult hop, CancellationToken cancellationToken)
    {
        if (attempt.Notice(permit, hop) is not { } notice)
            return attempt.NoWay(hop);
        if (attempt.DecideNotice(hop) is not { } way || hop is not ConnectResult.Connected connected)
            return attempt.NoWay(hop);
        using var signed = attempt.Sign(permit, notice);
        return await attempt.DeliverAsync(connected.Session, permit, way, signed, cancellationToken).ConfigureAwait(false);
    }
}
