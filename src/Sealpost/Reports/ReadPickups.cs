using System.Data.Common;
using System.Globalization;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>What became of the notices of a campaign.</summary>
/// <param name="PickedUp">The message was read on our page.</param>
/// <param name="Waiting">It was not read, and its link is good.</param>
/// <param name="Ended">It was not read, and its link has ended; the patient may ask for a new one for as long again.</param>
internal sealed record PickupCounts(long PickedUp, long Waiting, long Ended)
{
    /// <summary>A mail host took a reminder.</summary>
    public long Reminded { get; init; }
}

/// <summary>Reads where waiting messages stand. Links end by the setting <c>pickup-days</c> as it is now; those sent before it was changed end as they were made.</summary>
internal sealed class ReadPickups(OrganisationContext context)
{
    private const int DefaultDays = 14;

    // Literally the condition of the index on rare outcomes, each name with the table's.
    private const string Notices = "d.org = @org AND d.state > 0 AND d.state < 9 AND d.state <> 3 AND d.state = 6";

    private const string Joined = "delivery d LEFT JOIN pickup p ON p.org = d.org AND p.campaign = d.campaign AND p.patient = d.patient";

    private const string Begun = "CASE WHEN COALESCE(p.renewed_at, 0) > 0 THEN p.renewed_at ELSE d.changed_at END";

    private long Org => context.Organisation.Id.Value;

    /// <summary>Counts of one campaign.</summary>
    public async Task<PickupCounts> OfAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var since = Sql.Stored(context.Time.GetUtcNow() - await ValidForAsync(connection, cancellationToken).ConfigureAwait(false));
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT COALESCE(SUM(CASE WHEN COALESCE(p.picked_at, 0) > 0 THEN 1 ELSE 0 END), 0),
                COALESCE(SUM(CASE WHEN COALESCE(p.picked_at, 0) = 0 AND {Begun} > @since THEN 1 ELSE 0 END), 0),
                COALESCE(SUM(CASE WHEN COALESCE(p.picked_at, 0) = 0 AND {Begun} <= @since THEN 1 ELSE 0 END), 0),
                COALESCE(SUM(CASE WHEN r.state = 6 THEN 1 ELSE 0 END), 0)
            FROM {Joined} LEFT JOIN pickup_reminder r ON r.org = d.org AND r.campaign = d.campaign AND r.patient = d.patient WHERE {Notices} AND d.campaign = @campaign
            """,
            ("@org", Org), ("@campaign", campaign), ("@since", since));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new PickupCounts(Number(reader, 0), Number(reader, 1), Number(reader, 2)) { Reminded = Number(reader, 3) };
    }

    /// <summary>Campaigns with messages not read whose links end soon: how many, and when the first does.</summary>
    public async Task<IReadOnlyList<(long Campaign, long Count, DateTimeOffset FirstEnds)>> EndingAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var valid = await ValidForAsync(connection, cancellationToken).ConfigureAwait(false);
        var now = context.Time.GetUtcNow();
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT d.campaign, COUNT(*), MIN({Begun}) FROM {Joined}
            WHERE {Notices} AND COALESCE(p.picked_at, 0) = 0 AND {Begun} > @since AND {Begun} <= @until GROUP BY d.campaign ORDER BY d.campaign
            """,
            ("@org", Org), ("@since", Sql.Stored(now - valid)), ("@until", Sql.Stored(now - valid + within)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var ending = new List<(long, long, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            ending.Add((reader.GetInt64(0), reader.GetInt64(1), Sql.Instant(reader.GetInt64(2)) + valid));
        return ending;
    }

    private async Task<TimeSpan> ValidForAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT value FROM setting WHERE org = @org AND name = 'pickup-days'", ("@org", Org));
        var settings = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string value ? new Dictionary<string, string>(StringComparer.Ordinal) { ["pickup-days"] = value } : [];
        return TimeSpan.FromDays(OrganisationSettings.PickupDays(settings) ?? DefaultDays);
    }

    private static long Number(DbDataReader reader, int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);
}
