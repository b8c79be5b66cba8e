using System.Collections.Concurrent;

namespace Sealpost.Delivery.MtaSts;

/// <summary>Policies known to this process, in front of those on disk; and which fetches failed lately. Thread-safe; one per organisation.</summary>
internal sealed class StsCache(StsStore? store)
{
    private const int MostFailures = 10_000;

    /// <summary>Failures in a row from which on somebody should know.</summary>
    private const int Repeatedly = 3;

    /// <summary>RFC 8461 §10.2: long before the policy expires.</summary>
    private static readonly TimeSpan LongBefore = TimeSpan.FromDays(30);

    private static readonly TimeSpan ToldAfterwardsFor = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<string, StsEntry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StsFailure> _failures = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Policies on disk; null where nothing is kept.</summary>
    public StsStore? Store => store;

    /// <summary>Enforced policies that could not be refreshed again and again and end within a month, or ended lately; the first to end first. RFC 8461 §10.2: who keeps a policy away long enough is rid of it.</summary>
    public async Task<IReadOnlyList<EndingPolicy>> EndingAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ending = new List<EndingPolicy>();
        foreach (var (domain, failure) in _failures.Where(one => one.Value.Times >= Repeatedly))
        {
            if (await FindAsync(domain, cancellationToken) is { Policy.Mode: MtaStsMode.Enforce } kept && kept.ExpiresAt - now < LongBefore && now - kept.ExpiresAt < ToldAfterwardsFor)
                ending.Add(new EndingPolicy(domain, kept.ExpiresAt, failure.Times, failure.At));
        }

        return [.. ending.OrderBy(one => one.EndsAt)];
    }

    /// <summary>One at a time per domain: many connections need one fetch.</summary>
    public SemaphoreSlim TurnOf(string domain) => _turns.GetOrAdd(domain, _ => new SemaphoreSlim(1, 1));

    /// <summary>The policy kept for a domain, expired or not.</summary>
    public async Task<StsEntry?> FindAsync(string domain, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(domain, out var known))
            return known;
        var kept = store is null ? null : await store.FindAsync(domain, cancellationToken);
        return kept is null ? null : _entries[domain] = kept;
    }

    /// <summary>Keeps a policy.</summary>
    public async Task KeepAsync(StsEntry entry, CancellationToken cancellationToken)
    {
        _entries[entry.Domain] = entry;
        _failures.TryRemove(entry.Domain, out _);
        try
        {
            if (store is not null)
                await store.KeepAsync(entry, cancellationToken);
        }
        catch (Storage.TransientStoreException)
        {
            // It applies from memory; the next refresh writes it.
        }
    }

    /// <summary>The last failed fetch for a domain.</summary>
    public StsFailure? FailureOf(string domain) => _failures.GetValueOrDefault(domain);

    /// <summary>Notes a failed fetch.</summary>
    public void Failed(string domain, string id, TlsFailure failure, DateTimeOffset at)
    {
        if (_failures.Count >= MostFailures)
            _failures.Clear();
        _failures.AddOrUpdate(domain, _ => new StsFailure(id, failure, at, 1), (_, before) => new StsFailure(id, failure, at, before.Times + 1));
    }
}

/// <summary>A failed fetch.</summary>
/// <param name="Id">Id announced then.</param>
/// <param name="Failure">Why.</param>
/// <param name="At">UTC of the last try.</param>
/// <param name="Times">Tries in a row that failed.</param>
internal sealed record StsFailure(string Id, TlsFailure Failure, DateTimeOffset At, int Times);
