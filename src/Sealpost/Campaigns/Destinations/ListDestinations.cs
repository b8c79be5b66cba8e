using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.Delivery.MtaSts;
using Sealpost.Delivery.Pacing;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Destinations;

/// <summary>A receiving domain: how fast it is sent to, what it said last, what waits for it.</summary>
public sealed record DestinationStatus
{
    /// <summary>The domain.</summary>
    public required string Domain { get; init; }

    /// <summary>Host that its mail last went to; empty where none was reached yet. Domains with the same host share its pace.</summary>
    public required string Host { get; init; }

    /// <summary>Tier reached last; null where none was.</summary>
    public required Tier? Tier { get; init; }

    /// <summary>UTC instant of that.</summary>
    public required DateTimeOffset? SeenAt { get; init; }

    /// <summary>Connections that the host takes at present, as learned.</summary>
    public required int Connections { get; init; }

    /// <summary>Connections that stand now on this node.</summary>
    public required int Open { get; init; }

    /// <summary>Messages a minute that it takes, as learned; null where no limit is known.</summary>
    public required int? PerMinute { get; init; }

    /// <summary>Nothing is sent to the host before this UTC instant; null where nothing holds it.</summary>
    public required DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Times in a row that it could not be reached.</summary>
    public required int Failures { get; init; }

    /// <summary>What slowed it last: a reply's code, or a few words; empty where nothing did.</summary>
    public required string LastProblem { get; init; }

    /// <summary>UTC instant of that.</summary>
    public required DateTimeOffset? LastProblemAt { get; init; }

    /// <summary>UTC instant a message was accepted last.</summary>
    public required DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Messages the host accepted today.</summary>
    public required long SentToday { get; init; }

    /// <summary>Messages to the domain that wait, over all campaigns.</summary>
    public required long Waiting { get; init; }

    /// <summary>UTC instant of the next of them; null where none waits.</summary>
    public required DateTimeOffset? NextTryAt { get; init; }

    /// <summary>What threatens its MTA-STS policy, in words; empty where nothing does.</summary>
    public string PolicyProblem { get; init; } = "";

    /// <summary>Whether a person should look: it cannot be reached, is being held, or its policy cannot be kept.</summary>
    public bool IsTroubled => Failures > 0 || HeldUntil is not null || PolicyProblem.Length > 0;
}

/// <summary>The paces of hosts at one moment, for <see cref="ListDestinations"/>.</summary>
internal sealed record HostPaces(IReadOnlyDictionary<int, (PaceState State, int Open)> ByNumber);

/// <summary>Lists receiving domains for the people who keep mail flowing: those in trouble first, then those with most waiting.</summary>
public sealed class ListDestinations
{
    private readonly OrganisationContext _context;

    /// <summary>Creates it.</summary>
    public ListDestinations(OrganisationContext context) => _context = context;

    /// <summary>Paces newer than the stored ones.</summary>
    internal Func<HostPaces>? Present { get; init; }

    /// <summary>Policies that end soon because they cannot be refreshed.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<EndingPolicy>>> Policies { get; init; } = _ => Task.FromResult<IReadOnlyList<EndingPolicy>>([]);

    private int Org => _context.Organisation.Id.Value;

    /// <summary>All receiving domains.</summary>
    public async Task<IReadOnlyList<DestinationStatus>> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor | Roles.Administrator, "see receiving domains");
        var domains = await new DestinationStore(_context).AllAsync(cancellationToken).ConfigureAwait(false);
        var hosts = await new PaceStore(_context).AllAsync(cancellationToken).ConfigureAwait(false);
        var present = Present?.Invoke().ByNumber ?? new Dictionary<int, (PaceState State, int Open)>();
        var waiting = await WaitingAsync(cancellationToken).ConfigureAwait(false);
        var ending = (await Policies(cancellationToken).ConfigureAwait(false)).ToDictionary(one => one.Domain, one => one.Words, StringComparer.Ordinal);
        var now = _context.Time.GetUtcNow();
        var list = new List<DestinationStatus>();
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, pace, tier, seen_at FROM destination WHERE org = @org", ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (number, host) = (checked((int)reader.GetInt64(0)), checked((int)reader.GetInt64(1)));
            var stored = hosts.TryGetValue(host, out var known) ? known : (Host: "", State: new PaceState());
            var pace = present.TryGetValue(host, out var at) ? at : (stored.State, Open: 0);
            if (domains.TryGetValue(number, out var domain))
                list.Add(Status(domain, stored.Host, reader, pace, waiting.GetValueOrDefault(number), now) with { PolicyProblem = ending.GetValueOrDefault(domain, "") });
        }

        return [.. list.OrderByDescending(one => one.IsTroubled).ThenByDescending(one => one.Waiting).ThenBy(one => one.Domain, StringComparer.Ordinal)];
    }

    private DestinationStatus Status(string domain, string host, DbDataReader reader, (PaceState State, int Open) pace, (long Count, long NextAt) waiting, DateTimeOffset now)
    {
        var state = pace.State;
        return new DestinationStatus
        {
            Domain = domain,
            // A domain that no host was reached for stands for itself.
            Host = host == domain && reader.GetInt64(3) == 0 ? "" : host,
            Tier = reader.GetInt64(3) == 0 ? null : (Tier)reader.GetInt64(2),
            SeenAt = At(reader.GetInt64(3)),
            Connections = state.Connections,
            Open = pace.Open,
            PerMinute = state.PerMinute == 0 ? null : state.PerMinute,
            HeldUntil = At(state.HoldUntil) is { } held && held > now ? held : null,
            Failures = state.Failures,
            LastProblem = state.Reply,
            LastProblemAt = At(state.ReplyAt),
            AcceptedAt = At(state.AcceptedAt),
            SentToday = state.Day == _context.Today.DayNumber ? state.Sent : 0,
            Waiting = waiting.Count,
            NextTryAt = waiting.Count == 0 ? null : waiting.NextAt == 0 ? now : Sql.Instant(waiting.NextAt),
        };
    }

    private async Task<Dictionary<int, (long Count, long NextAt)>> WaitingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT d.destination, COUNT(*), MIN(d.next_at) FROM delivery d JOIN campaign c ON c.org = d.org AND c.id = d.campaign WHERE d.org = @org AND d.state IN (0, 9) AND d.state = 0 AND c.state IN (4, 5) GROUP BY d.destination",
            ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var waiting = new Dictionary<int, (long, long)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            waiting[checked((int)reader.GetInt64(0))] = (reader.GetInt64(1), reader.GetInt64(2));
        return waiting;
    }

    private static DateTimeOffset? At(long stored) => stored == 0 ? null : Sql.Instant(stored);
}
