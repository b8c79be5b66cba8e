using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>What waits for one receiving domain, over all campaigns: no audience can be read from it.</summary>
/// <param name="Domain">Receiving domain; empty where a delivery was taken over from the journal.</param>
/// <param name="Pending">Deliveries that wait.</param>
/// <param name="Deferred">Of those, tried before.</param>
/// <param name="NextAt">When the next one is due (UTC); null where it is due now.</param>
/// <param name="OldestAt">First try of the oldest one (UTC); null where none was tried.</param>
internal sealed record QueueLine(string Domain, long Pending, long Deferred, DateTimeOffset? NextAt, DateTimeOffset? OldestAt)
{
    /// <summary>Domains of fewer than eleven each, together and without a name: a family's own domain names the family.</summary>
    public bool IsRest { get; init; }
}

/// <summary>Deliveries of a campaign whose fate is not known.</summary>
internal sealed record QueueDoubt(long Campaign, string Name, long Count);

/// <summary>The queue of an organisation.</summary>
/// <param name="Lines">By receiving domain, the longest first.</param>
/// <param name="InDoubt">By campaign.</param>
internal sealed record QueueFindings(IReadOnlyList<QueueLine> Lines, IReadOnlyList<QueueDoubt> InDoubt)
{
    /// <summary>Deliveries that wait.</summary>
    public long Pending => Lines.Sum(line => line.Pending);
}

/// <summary>Reads what waits to be sent, and what is in doubt.</summary>
internal sealed class ReadQueue(OrganisationContext context)
{
    private int Org => context.Organisation.Id.Value;

    /// <summary>Reads the queue as it is.</summary>
    /// <exception cref="RefusedException">The actor holds no role here.</exception>
    public async Task<QueueFindings> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Compliance | Roles.Administrator | Roles.Auditor, "see the queue");
        var lines = await LinesAsync(cancellationToken).ConfigureAwait(false);
        return new QueueFindings(ListDeliveries.SeesPatients(actor) ? lines : WithoutSmall(lines), await InDoubtAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>As whoever may not see patients gets it. 45 CFR 164.514(d)(2).</summary>
    private static IReadOnlyList<QueueLine> WithoutSmall(IReadOnlyList<QueueLine> lines)
    {
        var small = lines.Where(line => line.Pending < SmallCells.Smallest).ToList();
        return small.Count == 0
            ? lines
            : [.. lines.Except(small), new QueueLine("", small.Sum(line => line.Pending), small.Sum(line => line.Deferred), small.Exists(line => line.NextAt is null) ? null : small.Min(line => line.NextAt), small.Min(line => line.OldestAt)) { IsRest = true }];
    }

    private async Task<IReadOnlyList<QueueLine>> LinesAsync(CancellationToken cancellationToken)
    {
        var domains = await new DestinationStore(context).AllAsync(cancellationToken).ConfigureAwait(false);
        var now = context.Time.GetUtcNow();
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);

        // The partial index of deliveries without an outcome: its condition is repeated with literals.
        await using var command = Sql.Command(
            connection,
            """
            SELECT destination, COUNT(*), SUM(CASE WHEN attempts > 0 OR first_at > 0 THEN 1 ELSE 0 END), MIN(next_at), MIN(CASE WHEN first_at > 0 THEN first_at END)
            FROM delivery WHERE org = @org AND state IN (0, 9) AND state = 0 GROUP BY destination ORDER BY COUNT(*) DESC, destination
            """,
            ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var lines = new List<QueueLine>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var next = Sql.Instant(reader.GetInt64(3));
            lines.Add(new QueueLine(
                domains.GetValueOrDefault(checked((int)reader.GetInt64(0)), ""),
                reader.GetInt64(1),
                Convert.ToInt64(reader.GetValue(2), System.Globalization.CultureInfo.InvariantCulture),
                next > now ? next : null,
                reader.IsDBNull(4) ? null : Sql.Instant(reader.GetInt64(4))));
        }

        return lines;
    }

    private async Task<IReadOnlyList<QueueDoubt>> InDoubtAsync(CancellationToken cancellationToken)
    {
        var counts = new List<(long Campaign, long Count)>();
        await using (var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        await using (var command = Sql.Command(connection, "SELECT campaign, COUNT(*) FROM delivery WHERE org = @org AND state = @doubt GROUP BY campaign ORDER BY campaign", ("@org", Org), ("@doubt", (int)Outcome.InDoubt)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                counts.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        var campaigns = new CampaignStore(context);
        var doubts = new List<QueueDoubt>();
        foreach (var (campaign, count) in counts)
        {
            if (await campaigns.FindAsync(campaign, cancellationToken).ConfigureAwait(false) is { } found)
                doubts.Add(new QueueDoubt(campaign, found.Name, count));
        }

        return doubts;
    }

    /// <summary>The deliveries in doubt of a campaign, with the ids of their patients: an audited read.</summary>
    /// <exception cref="RefusedException">The actor may not resolve them.</exception>
    public async Task<IReadOnlyList<DoubtfulDelivery>> DoubtfulAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Compliance, "resolve deliveries in doubt");
        var page = await new DeliveryRecords(context).PageAsync(campaign, Outcome.InDoubt, null, DeliveryRecords.LargestPage, cancellationToken).ConfigureAwait(false);
        if (page.Count == 0)
            return [];
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(ListDeliveries.ReadOf(context.Organisation.Id, campaign, page, actor), transaction, token),
            cancellationToken).ConfigureAwait(false);
        var charts = await context.Patients.OpenManyAsync([.. page.Select(row => row.Patient)], cancellationToken).ConfigureAwait(false);
        var ids = charts.ToDictionary(chart => chart.Number, chart => chart.Head.DisplayId);
        return [.. page.Select(row => new DoubtfulDelivery(row.Patient, ids.GetValueOrDefault(row.Patient), row.ChangedAt))];
    }
}

/// <summary>A delivery in doubt.</summary>
/// <param name="Number">The patient's number.</param>
/// <param name="Patient">The patient's id as lists show it; null where the patient was erased.</param>
/// <param name="Since">Since when (UTC).</param>
internal sealed record DoubtfulDelivery(Trust.Keys.PatientNumber Number, string? Patient, DateTimeOffset Since)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
