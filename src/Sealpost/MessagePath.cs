using Sealpost.Campaigns;
using Sealpost.Consent;
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
    /// <summary>Runs it. Cancelling stops it at the last look before DATA; from the first byte of DATA on nothing does.</summary>
    public static async Task<AttemptEnd> RunAsync(MessageAttempt attempt, ConnectResult hop, CancellationToken cancellationToken)
    {
        // 5 consent gate: may a message be made for this patient now? Default no.
        if (attempt.DecideBasis() is not ConsentDecision.Permit permit)
            return attempt.Withheld();

        // 6 render: only with the permit, from the pinned template and the open chart; never persisted.
        if (attempt.Render(permit).Message is not { } message)
            return attempt.Missing();

        // 7 sign: MIME and DKIM.
        using var signed = attempt.Sign(permit, message);

        // 8 transport gate: is this connection good enough for this class of message?
        if (attempt.DecideTransport(hop) is not TransportDecision.Permit way || hop is not ConnectResult.Connected connected)
            return attempt.NoWay(hop);

        // 9 deliver: envelope, consent gate again, durable intent, DATA; the end of it is the outcome.
        return await attempt.DeliverAsync(connected.Session, permit, way, signed, cancellationToken).ConfigureAwait(false);
    }
}
