using System.Globalization;
using System.Text.Json.Serialization;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>How far a campaign is.</summary>
public sealed record CampaignProgress
{
    /// <summary>Number.</summary>
    public required long Campaign { get; init; }

    /// <summary>Where it stands.</summary>
    public required CampaignState State { get; init; }

    /// <summary>UTC instant of these counts.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Patients selected so far.</summary>
    public required long Selected { get; init; }

    /// <summary>The whole audience has been selected.</summary>
    public required bool SelectionDone { get; init; }

    /// <summary>Counts by outcome; what is in flight counts as pending.</summary>
    public required IReadOnlyDictionary<Outcome, long> Outcomes { get; init; }

    /// <summary>Of the pending: waiting for another try.</summary>
    public required long Deferred { get; init; }

    /// <summary>Accepted messages a second over the last seconds; null before there are two looks.</summary>
    public double? Rate { get; init; }

    /// <summary>UTC instant at which it ends if it goes on like this; null where that cannot be told.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Of one outcome.</summary>
    public long Of(Outcome outcome) => Outcomes.GetValueOrDefault(outcome);

    /// <summary>Share that has an outcome, 0 to 1.</summary>
    [JsonIgnore]
    public double Share => Selected == 0 ? 0 : 1 - ((double)Of(Outcome.Pending) / Selected);

    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"progress of campaign {Campaign}";
}

/// <summary>Counts running campaigns for whoever looks on. Looks are shared: however many watch, the rows are counted at most once a second, and less often where counting takes long.</summary>
public sealed class WatchProgress : IDisposable
{
    private const int RateOver = 15;
    private const int DutyCycle = 20;

    private readonly OrganisationContext _context;
    private readonly SemaphoreSlim _counting = new(1, 1);
    private readonly Dictionary<long, Watched> _watched = [];

    /// <summary>Creates it; one per organisation and process.</summary>
    public WatchProgress(OrganisationContext context) => _context = context;

    private int Org => _context.Organisation.Id.Value;

    /// <summary>A snapshot, a second old at most; older where counting a very large campaign takes longer than a twentieth of that.</summary>
    /// <exception cref="RefusedException">There is no such campaign.</exception>
    public async Task<CampaignProgress> ReadAsync(long campaign, CancellationToken cancellationToken)
    {
        await _counting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_watched.TryGetValue(campaign, out var watched) && _context.Time.GetElapsedTime(watched.CountedAt) < watched.GoodFor)
                return watched.Last;
            var began = _context.Time.GetTimestamp();
            var now = await CountAsync(campaign, cancellationToken).ConfigureAwait(false);
            var took = _context.Time.GetElapsedTime(began);
            watched ??= new Watched();
            watched.Looks.Add((now.At, now.Of(Outcome.Accepted), now.Of(Outcome.Pending)));
            watched.Looks.RemoveAll(look => now.At - look.At > TimeSpan.FromSeconds(RateOver) && watched.Looks.Count > 2);
            watched.Last = Extrapolate(now, watched.Looks);
            watched.CountedAt = _context.Time.GetTimestamp();
            watched.GoodFor = took * DutyCycle is var pause && pause > TimeSpan.FromSeconds(1) ? pause : TimeSpan.FromSeconds(1);
            Forget();
            return (_watched[campaign] = watched).Last;
        }
        finally
        {
            _counting.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _counting.Dispose();

    private void Forget()
    {
        foreach (var (id, _) in _watched.Where(pair => _context.Time.GetElapsedTime(pair.Value.CountedAt) > TimeSpan.FromMinutes(10)).ToList())
            _watched.Remove(id);
    }

    private static CampaignProgress Extrapolate(CampaignProgress now, List<(DateTimeOffset At, long Accepted, long Pending)> looks)
    {
        var first = looks[0];
        var seconds = (now.At - first.At).TotalSeconds;
        if (now.State != CampaignState.Sending || seconds <= 0)
            return now;
        var pending = now.Of(Outcome.Pending);
        var done = (first.Pending - pending) / seconds;

        // What waits for another try does not leave at this pace.
        DateTimeOffset? end = now.SelectionDone && done > 0 && now.Deferred < pending ? now.At.AddSeconds(pending / done) : null;
        return now with { Rate = Math.Round((now.Of(Outcome.Accepted) - first.Accepted) / seconds, 1), EndsAt = end };
    }

    private async Task<CampaignProgress> CountAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT c.state, c.selected, c.selection_done, d.state, COUNT(d.patient), SUM(CASE WHEN d.state = 0 AND d.attempts > 0 THEN 1 ELSE 0 END)
            FROM campaign c LEFT JOIN delivery d ON d.org = c.org AND d.campaign = c.id
            WHERE c.org = @org AND c.id = @id GROUP BY c.state, c.selected, c.selection_done, d.state
            """,
            ("@org", Org), ("@id", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var outcomes = new Dictionary<Outcome, long>();
        CampaignProgress? progress = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            progress ??= new CampaignProgress
            {
                Campaign = campaign,
                State = (CampaignState)reader.GetInt64(0),
                At = _context.Time.GetUtcNow(),
                Selected = reader.GetInt64(1),
                SelectionDone = reader.GetInt64(2) != 0,
                Outcomes = outcomes,
                Deferred = 0,
            };
            if (reader.IsDBNull(3))
                continue;
            var outcome = (Outcome)reader.GetInt64(3) is Outcome.InFlight ? Outcome.Pending : (Outcome)reader.GetInt64(3);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + reader.GetInt64(4);
            progress = progress with { Deferred = progress.Deferred + Convert.ToInt64(reader.GetValue(5), CultureInfo.InvariantCulture) };
        }

        return progress ?? throw new RefusedException($"There is no campaign {campaign}.") { Kind = RefusalKind.NotFound };
    }

    private sealed class Watched
    {
        public List<(DateTimeOffset At, long Accepted, long Pending)> Looks { get; } = [];

        public CampaignProgress Last { get; set; } = null!;

        public long CountedAt { get; set; }

        public TimeSpan GoodFor { get; set; }
    }
}
