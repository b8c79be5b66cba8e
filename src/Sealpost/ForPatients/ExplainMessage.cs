using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.ForPatients;

/// <summary>Why a patient got a message, as far as a link alone may say: nothing of the message's subject, audience or the patient's health.</summary>
/// <param name="SentOn">Day it was sent, in the organisation's time zone; null where it was not sent.</param>
/// <param name="Topic">What kind of message.</param>
/// <param name="Authorization">The authorization relied on, where one was needed.</param>
/// <param name="Paid">Somebody paid for it.</param>
/// <param name="Citation">The clause relied on, as recorded.</param>
internal sealed record MessageReason(DateOnly? SentOn, Topic Topic, MarketingAuthorization? Authorization, bool Paid, string Citation);

/// <summary>Explains a message from its recorded decision.</summary>
/// <param name="visit">Who came by the message's link.</param>
internal sealed class ExplainMessage(PatientVisit visit)
{
    /// <summary>The reason; null where the campaign is not known.</summary>
    public async Task<MessageReason?> RunAsync(CancellationToken cancellationToken)
    {
        var context = visit.Organisation;
        if (await new CampaignStore(context).FindAsync(visit.Link.Campaign, cancellationToken).ConfigureAwait(false) is not { } campaign)
            return null;
        var decisions = await new DecisionLog(context.Database, context.Keys).ReadAsync(campaign.Id, visit.Patient, cancellationToken).ConfigureAwait(false);
        var relied = decisions.LastOrDefault(decision => decision.Reason is null);
        return new MessageReason(
            await SentOnAsync(cancellationToken).ConfigureAwait(false),
            Topics.Of(campaign.Content.Purpose),
            relied?.Authorization is { } number ? visit.State.Authorizations.FirstOrDefault(authorization => authorization.Id == number) : null,
            campaign.Content.Remuneration?.Kind == RemunerationKinds.Financial,
            relied?.Citation ?? "");
    }

    /// <summary>What the audience's rule looked at in the patient's record and found there. PHI: only after a right answer to the extra question. A ledger event.</summary>
    public async Task<IReadOnlyList<(string Kind, string Found)>> RuleAsync(bool spanish, CancellationToken cancellationToken)
    {
        var context = visit.Organisation;
        if (visit.Chart is null || await new CampaignStore(context).FindAsync(visit.Link.Campaign, cancellationToken).ConfigureAwait(false) is not { } campaign)
            return [];
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(
                new Trust.Ledger.AuditEvent(context.Organisation.Id, "patient.read", "patient", visit.Patient, campaign.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "done", "why"), transaction, token),
            cancellationToken).ConfigureAwait(false);
        return Audience.AudienceQuery.Parse(campaign.Content.Audience).Query is { } query ? PlainRule.Of(query, visit.Chart, spanish) : [];
    }

    private async Task<DateOnly?> SentOnAsync(CancellationToken cancellationToken)
    {
        await using var connection = await visit.Organisation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT changed_at FROM delivery WHERE org = @org AND campaign = @campaign AND patient = @patient AND state IN (@accepted, @pickup)",
            ("@org", visit.Organisation.Organisation.Id.Value), ("@campaign", visit.Link.Campaign), ("@patient", visit.Patient.Value), ("@accepted", (int)Outcome.Accepted), ("@pickup", (int)Outcome.Pickup));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long at
            ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Sql.Instant(at), visit.Organisation.Organisation.TimeZone).DateTime)
            : null;
    }
}
