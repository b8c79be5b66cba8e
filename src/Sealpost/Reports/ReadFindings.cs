using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>Reads what a report page shows: counts, timeline, clicks, receipts, comparison. No patient is named in it.</summary>
public sealed class ReadFindings
{
    private const int Slices = 60;
    private const int MostEarlier = 5;

    private readonly OrganisationContext _context;
    private readonly CampaignStore _campaigns;

    /// <summary>Creates it for an organisation.</summary>
    public ReadFindings(OrganisationContext context) => (_context, _campaigns) = (context, new CampaignStore(context));

    private int Org => _context.Organisation.Id.Value;

    /// <summary>The findings now.</summary>
    /// <exception cref="RefusedException">There is no such campaign, or the actor has no business with it.</exception>
    public async Task<CampaignFindings> RunAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor, "read reports");
        var campaign = await _campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException($"There is no campaign {id}.") { Kind = RefusalKind.NotFound };
        var report = await new ReadCampaignReport(_context).RunAsync(campaign.Name, cancellationToken).ConfigureAwait(false);
        var (timeline, length) = await TimelineAsync(campaign, cancellationToken).ConfigureAwait(false);
        var links = await LinksAsync(campaign, cancellationToken).ConfigureAwait(false);
        return new CampaignFindings(
            report,
            timeline,
            length,
            links,
            await ClickedAsync(id, cancellationToken).ConfigureAwait(false),
            await new ReadReceipts(_context).AcceptedWithoutAsync(id, cancellationToken).ConfigureAwait(false),
            await EarlierAsync(campaign, cancellationToken).ConfigureAwait(false));
    }

    private async Task<(IReadOnlyList<TimelineSlice> Slices, TimeSpan Length)> TimelineAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        if (campaign.StartedAt is not { } started)
            return ([], TimeSpan.Zero);
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var range = Sql.Command(connection, $"SELECT MAX(changed_at) FROM delivery WHERE org = @org AND campaign = @campaign AND {Sent}", ("@org", Org), ("@campaign", campaign.Id));
        if (await range.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not long newest)
            return ([], TimeSpan.Zero);
        var first = Sql.Stored(started);
        var last = Math.Max(first, newest);

        // Whole seconds, so that a slice's edges can be read.
        var length = (((last - first) / 1_000 / Slices) + 1) * 1_000;
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT (changed_at - @first) / @length, SUM(CASE WHEN state = @accepted THEN 1 ELSE 0 END), COUNT(*) FROM delivery
            WHERE org = @org AND campaign = @campaign AND {Sent} GROUP BY (changed_at - @first) / @length
            """,
            ("@first", first), ("@length", length), ("@accepted", (int)Outcome.Accepted), ("@org", Org), ("@campaign", campaign.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var slices = new TimelineSlice[((last - first) / length) + 1];
        for (var i = 0; i < slices.Length; i++)
            slices[i] = new TimelineSlice(Sql.Instant(first + (i * length)), 0, 0);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var slice = Math.Clamp(Whole(reader.GetValue(0)), 0, slices.Length - 1);
            var (accepted, all) = (Whole(reader.GetValue(1)), Whole(reader.GetValue(2)));
            slices[slice] = slices[slice] with { Accepted = slices[slice].Accepted + accepted, Other = slices[slice].Other + all - accepted };
        }

        return (slices, TimeSpan.FromMilliseconds(length));
    }

    private async Task<IReadOnlyList<LinkCount>> LinksAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        var targets = await LinkRows.TargetsAsync(_context, campaign.Id, cancellationToken).ConfigureAwait(false);
        if (targets.Count == 0)
            return [];
        var counts = targets.ToDictionary(pair => pair.Key, pair => new LinkCount(pair.Value, 0, 0));
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT number, SUM(CASE WHEN people > 0 THEN 1 ELSE 0 END), SUM(machines) FROM click WHERE org = @org AND campaign = @campaign GROUP BY number",
            ("@org", Org), ("@campaign", campaign.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var number = checked((int)reader.GetInt64(0));
            if (counts.TryGetValue(number, out var count))
                counts[number] = count with { People = Whole(reader.GetValue(1)), Machines = Whole(reader.GetValue(2)) };
        }

        return [.. counts.Values.OrderByDescending(link => link.People)];
    }

    private async Task<long> ClickedAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT COUNT(DISTINCT patient) FROM click WHERE org = @org AND campaign = @campaign AND people > 0", ("@org", Org), ("@campaign", campaign));
        return Whole(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task<IReadOnlyList<ComparedCampaign>> EarlierAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT id FROM campaign WHERE org = @org AND state IN (6, 7) AND started_at IS NOT NULL AND id <> @id AND started_at < @started ORDER BY started_at DESC LIMIT 50",
            ("@org", Org), ("@id", campaign.Id), ("@started", Sql.Stored(campaign.StartedAt ?? DateTimeOffset.MaxValue)));
        var ids = new List<long>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                ids.Add(reader.GetInt64(0));
        }

        var earlier = new List<ComparedCampaign>();
        foreach (var id in ids)
        {
            // The purpose is sealed with the content, so candidates are opened one by one.
            if (earlier.Count < MostEarlier && await _campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } one && one.Content.Purpose == campaign.Content.Purpose)
                earlier.Add(await CompareAsync(one, cancellationToken).ConfigureAwait(false));
        }

        return earlier;
    }

    /// <summary>A campaign's line in a comparison.</summary>
    internal async Task<ComparedCampaign> CompareAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        var report = await new ReadCampaignReport(_context).RunAsync(campaign.Name, cancellationToken).ConfigureAwait(false);
        long? clicked = campaign.Content.CountClicks ? await ClickedAsync(campaign.Id, cancellationToken).ConfigureAwait(false) : null;
        return new ComparedCampaign(
            campaign.Id, campaign.Name, campaign.StartedAt ?? campaign.CreatedAt, report.Selected, report.Accepted, report.Withheld.Total, report.Rejected + report.Expired + report.InDoubt, report.OptedOut, report.Complained, clicked);
    }

    // What left or was tried; the selection's own decisions all fall into its first moments.
    private const string Sent = "state NOT IN (0, 1, 7, 9)";

    private static long Whole(object? value) => value is null or DBNull ? 0 : Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
