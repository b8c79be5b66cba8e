using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Pickup;

/// <summary>Writes intents and outcomes of reminders, in the commit of all others.</summary>
internal static class WriteReminders
{
    /// <summary>Writes them; an intent is refused where the message was read meanwhile, its campaign is stopped, or a reminder has gone.</summary>
    public static async Task RunAsync(OrganisationContext context, List<OutcomeEntry> entries, Dictionary<long, CampaignState> states, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var settled = entries.FindAll(entry => entry.Settlement is not null);
        var changed = await context.Database.ExecuteEachAsync(
            """
            INSERT INTO pickup_reminder (state, reason, attempts, first_at, next_at, changed_at, org, campaign, patient) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (org, campaign, patient) DO UPDATE SET state = excluded.state, reason = excluded.reason, attempts = excluded.attempts, first_at = excluded.first_at,
            next_at = excluded.next_at, changed_at = excluded.changed_at WHERE pickup_reminder.state IN (0, 9)
            """,
            settled.ConvertAll(entry => ToRow(context.Organisation.Id.Value, entry.Settlement!)), transaction, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < settled.Count; i++)
            settled[i].Held = changed[i] == 1;

        var intended = entries.FindAll(entry => entry.Intent is not null && states[entry.Campaign] is CampaignState.Sending or CampaignState.Finished);
        changed = await context.Database.ExecuteEachAsync(
            """
            INSERT INTO pickup_reminder (state, attempts, first_at, next_at, changed_at, token, reason, org, campaign, patient)
            SELECT 9, $1, $2, 0, $3, $4, $5, d.org, d.campaign, d.patient FROM delivery d
            WHERE d.org = $6 AND d.campaign = $7 AND d.patient = $8 AND d.state = 6
            AND NOT EXISTS (SELECT 1 FROM pickup p WHERE p.org = d.org AND p.campaign = d.campaign AND p.patient = d.patient AND p.picked_at > 0)
            ON CONFLICT (org, campaign, patient) DO UPDATE SET state = 9, attempts = excluded.attempts, first_at = excluded.first_at, changed_at = excluded.changed_at, token = excluded.token
            WHERE pickup_reminder.state = 0
            """,
            intended.ConvertAll(entry => entry.Intent!.ToRow(context.Organisation.Id.Value)), transaction, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < intended.Count; i++)
            intended[i].Held = changed[i] == 1;
    }

    private static object?[] ToRow(int org, Settlement settlement) =>
    [
        (long)settlement.Outcome, (long)settlement.Reason.GetValueOrDefault(), (long)settlement.Attempts, Stored(settlement.FirstAt), Stored(settlement.NextAt), Sql.Stored(settlement.At),
        (long)org, settlement.Campaign, (long)settlement.Patient.Value,
    ];

    private static long Stored(DateTimeOffset? instant) => instant is { } at ? Sql.Stored(at) : 0;
}
