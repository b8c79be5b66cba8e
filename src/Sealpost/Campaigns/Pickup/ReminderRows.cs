using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns.Pickup;

/// <summary>A waiting message whose patient is to be reminded.</summary>
/// <param name="Campaign">Number of the campaign.</param>
/// <param name="Row">Whose, with the tries of the message, its notice and the reminder together.</param>
/// <param name="Serial">Number of the link that is good.</param>
/// <param name="EndsAt">UTC instant at which it ends.</param>
internal readonly record struct DueReminder(long Campaign, DueDelivery Row, long Serial, DateTimeOffset EndsAt);

/// <summary>Finds reminders that are due: the link ends soon, the message was not read, none was sent.</summary>
internal sealed class ReminderRows(OrganisationContext context)
{
    private const string Columns = "d.campaign, d.patient, COALESCE(r.attempts, d.attempts), COALESCE(r.first_at, 0), COALESCE(p.serial, 1)";

    private const string OpenReminder = "LEFT JOIN pickup_reminder r ON r.org = d.org AND r.campaign = d.campaign AND r.patient = d.patient";

    private const string NotReminded = "(r.patient IS NULL OR (r.state = 0 AND r.next_at <= @now))";

    private const string Live = "EXISTS (SELECT 1 FROM campaign c WHERE c.org = d.org AND c.id = d.campaign AND c.state IN (4, 6))";

    // The signs keep the primary key out of it: by it every later delivery would be walked.
    private const string Later = "(+d.campaign > @campaign OR (+d.campaign = @campaign AND +d.patient > @patient))";

    // First links began with their notice, later ones with their own message.
    internal const string Due =
        $"""
        SELECT {Columns}, d.changed_at AS begun FROM delivery d LEFT JOIN pickup p ON p.org = d.org AND p.campaign = d.campaign AND p.patient = d.patient {OpenReminder}
        WHERE d.org = @org AND d.state = 6 AND d.changed_at > @since AND d.changed_at <= @until AND COALESCE(p.renewed_at, 0) = 0 AND COALESCE(p.picked_at, 0) = 0
        AND {NotReminded} AND {Live} AND {Later}
        UNION ALL
        SELECT {Columns}, p.renewed_at AS begun FROM pickup p JOIN delivery d ON d.org = p.org AND d.campaign = p.campaign AND d.patient = p.patient {OpenReminder}
        WHERE p.org = @org AND p.picked_at = 0 AND p.renewed_at > 0 AND p.renewed_at > @since AND p.renewed_at <= @until AND d.state = 6
        AND {NotReminded} AND {Live} AND {Later}
        ORDER BY 1, 2 LIMIT @limit
        """;

    private long Org => context.Organisation.Id.Value;

    /// <summary>Due reminders after one, in order of campaign and patient. Those of paused and cancelled campaigns are not.</summary>
    /// <param name="lead">How long before its end a link is reminded of.</param>
    /// <param name="validFor">How long links are good.</param>
    /// <param name="after">Campaign and patient of the last one had.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyList<DueReminder>> DueAsync(TimeSpan lead, TimeSpan validFor, (long Campaign, int Patient) after, int limit, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            Due,
            ("@org", Org), ("@now", Sql.Stored(now)), ("@since", Sql.Stored(now - validFor)), ("@until", Sql.Stored(now - validFor + lead)),
            ("@campaign", after.Campaign), ("@patient", after.Patient), ("@limit", limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var due = new List<DueReminder>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var first = reader.GetInt64(3);
            var row = new DueDelivery(new PatientNumber(checked((int)reader.GetInt64(1))), checked((int)reader.GetInt64(2)), first == 0 ? null : Sql.Instant(first));
            due.Add(new DueReminder(reader.GetInt64(0), row, reader.GetInt64(4), Sql.Instant(reader.GetInt64(5)) + validFor));
        }

        return due;
    }

    /// <summary>Lets some reminders wait until an instant: it is night where the patient lives.</summary>
    public Task PostponeAsync(IReadOnlyList<(DueReminder Reminder, DateTimeOffset Until)> reminders, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) =>
        {
            foreach (var (reminder, until) in reminders)
            {
                await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO pickup_reminder (org, campaign, patient, state, reason, attempts, first_at, next_at, changed_at) VALUES (@org, @campaign, @patient, 0, 0, @attempts, 0, @until, @now)
                    ON CONFLICT (org, campaign, patient) DO UPDATE SET next_at = excluded.next_at WHERE pickup_reminder.state = 0
                    """,
                    [
                        ("@org", Org), ("@campaign", reminder.Campaign), ("@patient", reminder.Row.Patient.Value), ("@attempts", reminder.Row.Attempts),
                        ("@until", Sql.Stored(until)), ("@now", Sql.Stored(context.Time.GetUtcNow())),
                    ],
                    token).ConfigureAwait(false);
            }

            return 0;
        },
        cancellationToken);

    /// <summary>After a restart, or for one whose domain met an error: a reminder that was in flight may have gone, so none goes again.</summary>
    public async Task<IReadOnlyList<JournalLine>> DoubtInFlightAsync((long Campaign, PatientNumber Patient)? of, DateTimeOffset now, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            transaction,
            $"UPDATE pickup_reminder SET state = @doubt, changed_at = @now WHERE org = @org AND state = 9{(of is null ? "" : " AND campaign = @campaign AND patient = @patient")} RETURNING campaign, patient",
            ("@doubt", (int)Outcome.InDoubt), ("@now", Sql.Stored(now)), ("@org", Org), ("@campaign", of?.Campaign ?? 0), ("@patient", of?.Patient.Value ?? 0));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var lines = new List<JournalLine>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            lines.Add(new JournalLine { Campaign = reader.GetInt64(0), Patient = checked((int)reader.GetInt64(1)), State = (int)Outcome.InDoubt, IsReminder = true, At = now.ToUnixTimeMilliseconds() });
        return lines;
    }
}
