using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>Finds receiving domains that take nothing of what is tried there, or that have stopped to. A notice in a message's place was taken like any other mail.</summary>
internal sealed class FailingDomains(OrganisationContext context)
{
    private const int FewestForAlarm = 5;
    private const int Named = 5;

    // A domain that took mail before: single refusals and greylisting are ordinary there.
    private const int FewestSinceLastTaken = 20;
    private static readonly TimeSpan QuietFor = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Recent = TimeSpan.FromDays(2);

    /// <summary>The domains with most that was tried in vain, and how they are told of.</summary>
    public async Task<IReadOnlyList<Need>> RunAsync(CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var failing = new List<(int Destination, long Tried, long Since, long Taken)>();
        await using (var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await using var command = Sql.Command(
                connection,
                """
                WITH tried AS (
                  SELECT d.destination, d.changed_at, CASE WHEN d.state IN (3, 6) THEN 1 ELSE 0 END AS taken FROM delivery d
                  JOIN campaign c ON c.org = d.org AND c.id = d.campaign
                  WHERE d.org = @org AND d.destination > 0 AND d.attempts > 0 AND d.changed_at >= @since AND (c.ended_at IS NULL OR c.ended_at >= @since) AND c.started_at IS NOT NULL),
                last AS (SELECT destination, MAX(changed_at) AS taken_at FROM tried WHERE taken = 1 GROUP BY destination)
                SELECT tried.destination, COUNT(*), MIN(tried.changed_at), MAX(COALESCE(last.taken_at, 0)) FROM tried LEFT JOIN last ON last.destination = tried.destination
                WHERE tried.taken = 0 AND tried.changed_at > COALESCE(last.taken_at, 0)
                GROUP BY tried.destination
                """,
                ("@org", context.Organisation.Id.Value), ("@since", Sql.Stored(now - Recent)));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var (tried, taken) = (reader.GetInt64(1), reader.GetInt64(3));
                if (taken == 0 ? tried >= FewestForAlarm : tried >= FewestSinceLastTaken && now - Sql.Instant(taken) >= QuietFor)
                    failing.Add((checked((int)reader.GetInt64(0)), tried, reader.GetInt64(2), taken));
            }
        }

        var names = failing.Count == 0 ? new Dictionary<int, string>() : await new DestinationStore(context).AllAsync(cancellationToken).ConfigureAwait(false);
        return [.. failing.OrderByDescending(domain => domain.Tried).Take(Named).Select(domain => new Need(
            NeedKind.FailingDomain, null, names[domain.Destination],
            $"{names[domain.Destination]} took none of the {(domain.Tried < SmallCells.Smallest ? "few" : domain.Tried.ToString("N0", CultureInfo.InvariantCulture))} messages tried there {When(domain.Taken)}.", Sql.Instant(domain.Since)))];
    }

    private string When(long taken) => taken == 0 ? "in the last two days"
        : "since " + TimeZoneInfo.ConvertTime(Sql.Instant(taken), context.Organisation.TimeZone).ToString("d MMM, HH:mm", CultureInfo.InvariantCulture) + ", when it took the last one";
}
