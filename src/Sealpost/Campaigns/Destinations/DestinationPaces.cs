using System.Collections.Concurrent;
using System.Security.Cryptography;
using MemoryPack;
using Sealpost.Delivery.Pacing;
using Sealpost.Organisations;
using Sealpost.Shards;

namespace Sealpost.Campaigns.Destinations;

/// <summary>The paces of an organisation's receiving hosts, shared by all its campaigns: asked through their grains where there is a cluster, kept in the store.</summary>
internal sealed class DestinationPaces : IAsyncDisposable
{
    /// <summary>How much of what is known a crash may cost.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(2);

    private readonly OrganisationContext _context;
    private readonly Func<SendOptions> _options;
    private readonly PaceStore _store;
    private readonly ConcurrentDictionary<int, Lazy<Task<DestinationPace>>> _paces = new();
    private readonly ConcurrentDictionary<int, PaceState> _saved = new();
    private readonly ConcurrentDictionary<int, int> _hosts = new();
    private readonly ConcurrentDictionary<int, string> _reached = new();
    private readonly SemaphoreSlim _saving = new(1);
    private readonly ITimer _timer;
    private (string Source, int StartedOn)? _warmUp;

    /// <summary>Creates it.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="options">How mail leaves at this moment.</param>
    public DestinationPaces(OrganisationContext context, Func<SendOptions> options)
    {
        (_context, _options, _store) = (context, options, new PaceStore(context));
        _timer = context.Time.CreateTimer(_ => _ = SaveQuietlyAsync(), null, SaveEvery, SaveEvery);
    }

    /// <summary>The way to the node that keeps a host's pace; null: this one keeps all.</summary>
    public AskPace? Route { get; init; }

    /// <summary>The host that a domain's mail goes to, as far as is known.</summary>
    public async Task<int> HostOfAsync(int destination, string domain, CancellationToken cancellationToken) =>
        _hosts.TryGetValue(destination, out var known) ? known : _hosts[destination] = await _store.OfDomainAsync(destination, domain, cancellationToken).ConfigureAwait(false);

    /// <summary>Notes which host a connection for a domain reached; the number of that host.</summary>
    public async Task<int> ReachedAsync(int destination, string host, CancellationToken cancellationToken)
    {
        if (_reached.TryGetValue(destination, out var last) && last == host)
            return _hosts[destination];
        var number = await _store.MoveAsync(destination, host.ToLowerInvariant(), cancellationToken).ConfigureAwait(false);
        _hosts[destination] = number;
        _reached[destination] = host;
        return number;
    }

    /// <summary>Asks for messages of a host, within what the organisation as a whole may send today.</summary>
    public async ValueTask<PaceAnswer> AskAsync(int host, PaceQuestion question, CancellationToken cancellationToken)
    {
        // The host first: what it does not take is not counted against the day.
        var answer = await RouteAsync(host, question, cancellationToken).ConfigureAwait(false);
        var whole = await RouteAsync(PaceStore.Whole, question with { Wish = answer.Messages, News = PaceNews.None }, cancellationToken).ConfigureAwait(false);
        if (answer.Messages == 0 || whole.Messages > 0)
            return answer.Messages == 0 ? answer : answer with { Messages = whole.Messages };
        await RouteAsync(host, question with { Wish = 0, Accepted = 0, News = PaceNews.None }, cancellationToken).ConfigureAwait(false);
        return whole;
    }

    /// <summary>Answers for a host kept on this node.</summary>
    public async ValueTask<byte[]> AnswerAsync(int host, byte[] question, CancellationToken cancellationToken) =>
        MemoryPackSerializer.Serialize(await HereAsync(host, MemoryPackSerializer.Deserialize<PaceQuestion>(question)!, cancellationToken).ConfigureAwait(false));

    /// <summary>Hosts asked on this node since it started, as they are now: states newer than the stored ones, and connections that stand.</summary>
    public IReadOnlyDictionary<int, (PaceState State, int Open)> Present() => _paces
        .Where(pace => pace.Value.IsValueCreated && pace.Value.Value.IsCompletedSuccessfully)
        .ToDictionary(pace => pace.Key, pace => (pace.Value.Value.Result.State, pace.Value.Value.Result.Open));

    /// <summary>Stores what changed.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        await _saving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var changed = Present().Where(pace => !_saved.TryGetValue(pace.Key, out var saved) || saved != pace.Value.State).Select(pace => (pace.Key, pace.Value.State)).ToList();
            if (changed.Count == 0)
                return;
            await _store.SaveAsync(changed, cancellationToken).ConfigureAwait(false);
            foreach (var (number, state) in changed)
                _saved[number] = state;
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Stores what is known and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task last = SaveAsync(CancellationToken.None);
        // Where the store is away a restart begins with what was stored before.
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _saving.Dispose();
    }

    private async ValueTask<PaceAnswer> RouteAsync(int host, PaceQuestion question, CancellationToken cancellationToken) => Route is null
        ? await HereAsync(host, question, cancellationToken).ConfigureAwait(false)
        : MemoryPackSerializer.Deserialize<PaceAnswer>(await Route(host, MemoryPackSerializer.Serialize(question), cancellationToken).ConfigureAwait(false))!;

    private async ValueTask<PaceAnswer> HereAsync(int host, PaceQuestion question, CancellationToken cancellationToken)
    {
        var pace = await _paces.GetOrAdd(host, number => new Lazy<Task<DestinationPace>>(() => LoadAsync(number))).Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return pace.Answer(question, await RulesAsync(host, cancellationToken).ConfigureAwait(false));
    }

    private async Task<DestinationPace> LoadAsync(int number)
    {
        try
        {
            var state = await _store.LoadAsync(number, CancellationToken.None).ConfigureAwait(false);
            // The whole has no connections of its own to run short of.
            return new DestinationPace(number == PaceStore.Whole ? state with { Connections = int.MaxValue } : state, _context.Time, () => RandomNumberGenerator.GetInt32(1_000) / 1_000.0);
        }
        catch
        {
            // The next question tries again.
            _paces.TryRemove(number, out _);
            throw;
        }
    }

    private async ValueTask<PaceRules> RulesAsync(int host, CancellationToken cancellationToken)
    {
        var options = _options();
        var pacing = options.Pacing;
        var zone = _context.Organisation.TimeZone;
        if (host != PaceStore.Whole)
            return new PaceRules(options.Delivery.MaxConnections, pacing.ADayToOneHost, options.Delivery.RetrySchedule, zone);
        var today = _context.Today;
        return new PaceRules(int.MaxValue, pacing.LimitOn(pacing.WarmUp.Count == 0 ? 0 : today.DayNumber - await StartedOnAsync(pacing, today, cancellationToken).ConfigureAwait(false)), options.Delivery.RetrySchedule, zone);
    }

    private async ValueTask<int> StartedOnAsync(PacingOptions pacing, DateOnly today, CancellationToken cancellationToken)
    {
        var source = $"{_context.Organisation.Domain.ToLowerInvariant()}|{pacing.SendingAddress}";
        if (_warmUp is { } known && known.Source == source)
            return known.StartedOn;
        var startedOn = await _store.StartedOnAsync(source, today, cancellationToken).ConfigureAwait(false);
        _warmUp = (source, startedOn);
        return startedOn;
    }

    private async Task SaveQuietlyAsync()
    {
        Task saved = SaveAsync(CancellationToken.None);
        await saved.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
