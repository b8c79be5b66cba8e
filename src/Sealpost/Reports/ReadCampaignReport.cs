using System.Data.Common;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>Reads a campaign's report from its rows: counts are never kept beside them, so they cannot drift.</summary>
public sealed class ReadCampaignReport
{
    private readonly OrganisationContext _context;

    /// <summary>Creates it for an organisation.</summary>
    public ReadCampaignReport(OrganisationContext context) => _context = context;

    /// <summary>The report now. One statement reads everything, so its terms add up while sending goes on.</summary>
    /// <exception cref="RefusedException">There is no such campaign.</exception>
    public async Task<CampaignReport> RunAsync(string name, CancellationToken cancellationToken)
    {
        var campaign = await new CampaignStore(_context).FindAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException($"There is no campaign \"{name}\". `sealpost campaign list` shows them.") { Kind = RefusalKind.NotFound };
        var tally = new Tally();
        await ReadAsync(campaign.Id, tally, cancellationToken).ConfigureAwait(false);
        var domains = await DomainsAsync(tally, cancellationToken).ConfigureAwait(false);
        var pickups = tally.Of(Outcome.Pickup) == 0 ? new PickupCounts(0, 0, 0) : await new ReadPickups(_context).OfAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
        var seconds = tally is { FirstAt: { } first, LastAt: { } last } ? (last - first).TotalSeconds : 0;
        var report = new CampaignReport
        {
            Campaign = campaign.Id,
            Name = campaign.Name,
            Organisation = _context.Organisation.Name,
            Purpose = PurposeNames.Of(campaign.Content.Purpose),
            State = tally.State,
            At = _context.Time.GetUtcNow(),
            Selected = tally.Selected,
            Withheld = new WithheldCounts(
                tally.Of(Outcome.WithheldBasis) + tally.Of(Outcome.WithheldTransport), tally.Of(Outcome.WithheldBasis), tally.Of(Outcome.WithheldTransport), tally.Reasons),
            Accepted = tally.Of(Outcome.Accepted),
            Rejected = tally.Of(Outcome.Rejected),
            Expired = tally.Of(Outcome.Expired),
            Pickup = tally.Of(Outcome.Pickup),
            PickedUp = pickups.PickedUp,
            PickupWaiting = pickups.Waiting,
            PickupEnded = pickups.Ended,
            PickupReminded = pickups.Reminded,
            Cancelled = tally.Of(Outcome.Cancelled),
            InDoubt = tally.Of(Outcome.InDoubt),
            // In flight counts as pending until a restart turns it into doubt.
            Pending = tally.Of(Outcome.Pending) + tally.Of(Outcome.InFlight),
            Bounced = tally.Bounced,
            Complained = tally.Complained,
            OptedOut = tally.OptedOut,
            Tiers = tally.Tiers,
            TlsVersions = tally.Tls,
            Domains = domains,
            FirstAt = tally.FirstAt,
            LastAt = tally.LastAt,
            Rate = seconds > 0 ? Math.Round(tally.Of(Outcome.Accepted) / seconds, 1) : null,
            NextSteps = [],
        };
        return report with { NextSteps = [.. ReportAdvice.Of(report)] };
    }

    private async Task ReadAsync(long campaign, Tally tally, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT c.state, c.selected, d.state, d.reason, d.tier, d.tls, d.destination, COUNT(d.patient), MIN(d.changed_at), MAX(d.changed_at),
                SUM(CASE WHEN d.bounced_at > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN d.complained_at > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN d.opted_out_at > 0 THEN 1 ELSE 0 END)
            FROM campaign c LEFT JOIN delivery d ON d.org = c.org AND d.campaign = c.id
            WHERE c.org = @org AND c.id = @id
            GROUP BY c.state, c.selected, d.state, d.reason, d.tier, d.tls, d.destination
            """,
            ("@org", _context.Organisation.Id.Value), ("@id", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            tally.Add(reader);
    }

    private async Task<IReadOnlyList<DomainCount>> DomainsAsync(Tally tally, CancellationToken cancellationToken)
    {
        var names = await new DestinationStore(_context).AllAsync(cancellationToken).ConfigureAwait(false);
        List<(string Name, long[] Row)> all = [.. tally.Domains.Where(domain => domain.Key != 0 && domain.Value.Sum() >= SmallCells.Smallest)
            .OrderByDescending(domain => domain.Value.Sum()).Take(20).Select(domain => (names[domain.Key], domain.Value))];
        // What has no domain yet belongs to the rest, so that the sum is the selected and one rule hides what it gives away.
        if (tally.Selected - all.Sum(domain => domain.Row.Sum()) is > 0 and var others)
        {
            long[] rest = [.. Enumerable.Range(0, Tally.Kinds).Select(kind => tally.Domains.Values.Sum(row => row[kind]) - all.Sum(domain => domain.Row[kind]))];
            rest[^1] += others - rest.Sum();
            all.Add(("other domains", rest));
        }

        var cells = HideCounts.InPartition([.. all.Select(domain => domain.Row.Sum())]);
        var shown = HideRows.InTable([.. all.Select(domain => domain.Row)], [.. cells.Select(cell => cell != CellShown.Number)]);
        return [.. all.Select((domain, i) => Line(domain.Name, domain.Row, cells[i], shown[i]))];
    }

    private static DomainCount Line(string name, long[] row, CellShown cell, bool shown)
    {
        var all = row.Sum();
        string Say(int kind) => shown ? SmallCells.Show(row[kind]) : SmallCells.Withheld;
        return new DomainCount(name, cell switch { CellShown.Number => SmallCells.Show(all), CellShown.Few => "<11", _ => SmallCells.Withheld }, SmallCells.Share(row[Tally.Accepted], all))
        {
            Withheld = Say(Tally.Withheld),
            Rejected = Say(Tally.Rejected),
            Expired = Say(Tally.Expired),
        };
    }

    private sealed class Tally
    {
        /// <summary>Places in a domain's row; the last is whatever else may become of a message.</summary>
        public const int Accepted = 0, Withheld = 1, Rejected = 2, Expired = 3, Other = 4, Kinds = 5;

        private readonly Dictionary<Outcome, long> _outcomes = [];

        public CampaignState State { get; private set; }

        public long Selected { get; private set; }

        public SortedDictionary<string, long> Reasons { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, long> Tiers { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, long> Tls { get; } = new(StringComparer.Ordinal);

        public Dictionary<int, long[]> Domains { get; } = [];

        public DateTimeOffset? FirstAt { get; private set; }

        public DateTimeOffset? LastAt { get; private set; }

        public long Bounced { get; private set; }

        public long Complained { get; private set; }

        public long OptedOut { get; private set; }

        public long Of(Outcome outcome) => _outcomes.GetValueOrDefault(outcome);

        public void Add(DbDataReader reader)
        {
            State = (CampaignState)reader.GetInt64(0);
            Selected = reader.GetInt64(1);
            if (reader.IsDBNull(2))
                return;
            var outcome = (Outcome)reader.GetInt64(2);
            var count = reader.GetInt64(7);
            _outcomes[outcome] = Of(outcome) + count;
            if (outcome is Outcome.WithheldBasis or Outcome.WithheldTransport)
                Count(Reasons, ((WithholdReason)reader.GetInt64(3)).ToString(), count);
            var destination = checked((int)reader.GetInt64(6));
            if (!Domains.TryGetValue(destination, out var row))
                Domains[destination] = row = new long[Kinds];
            row[KindOf(outcome)] += count;
            Bounced += Convert.ToInt64(reader.GetValue(10), System.Globalization.CultureInfo.InvariantCulture);
            Complained += Convert.ToInt64(reader.GetValue(11), System.Globalization.CultureInfo.InvariantCulture);
            OptedOut += Convert.ToInt64(reader.GetValue(12), System.Globalization.CultureInfo.InvariantCulture);
            if (outcome == Outcome.Accepted)
                AddAccepted(reader, count);
        }

        private static int KindOf(Outcome outcome) => outcome switch
        {
            Outcome.Accepted => Accepted,
            Outcome.WithheldBasis or Outcome.WithheldTransport => Withheld,
            Outcome.Rejected => Rejected,
            Outcome.Expired => Expired,
            _ => Other,
        };

        private void AddAccepted(DbDataReader reader, long count)
        {
            // A delivery that a person resolved, or a bounce of an older version, may have no tier.
            Count(Tiers, reader.GetInt64(4) == 0 ? "unknown" : ((Tier)reader.GetInt64(4)).ToString(), count);
            Count(Tls, reader.GetInt64(5) switch { 13 => "TLS 1.3", 12 => "TLS 1.2", _ => "unknown" }, count);
            var (first, last) = (Sql.Instant(reader.GetInt64(8)), Sql.Instant(reader.GetInt64(9)));
            FirstAt = FirstAt is null || first < FirstAt ? first : FirstAt;
            LastAt = LastAt is null || last > LastAt ? last : LastAt;
        }

        private static void Count(SortedDictionary<string, long> counts, string key, long count) => counts[key] = counts.GetValueOrDefault(key) + count;
    }
}
