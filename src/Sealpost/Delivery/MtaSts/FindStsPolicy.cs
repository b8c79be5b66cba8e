using DnsClient;
using DnsClient.Protocol;

namespace Sealpost.Delivery.MtaSts;

/// <summary>Finds the MTA-STS policy that applies to a domain now: from the cache where its id still stands, else by fetching. RFC 8461 §3.</summary>
internal sealed class FindStsPolicy(Resolver dns, FetchStsPolicy fetch, StsCache cache, TimeProvider time)
{
    /// <summary>Wait after a failed fetch of the same id. §3.3.</summary>
    public static readonly TimeSpan BackOff = TimeSpan.FromMinutes(5);

    /// <summary>Age from which on a policy is fetched anew although its id stands, so that it never runs out while its host can be reached. §3.3, §10.2.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromDays(1);

    /// <summary>The policy that applies.</summary>
    public async Task<StsFinding> ForAsync(string domain, CancellationToken cancellationToken) =>
        await DecideAsync(domain, await AnnouncedAsync(domain, fresh: false, cancellationToken), cancellationToken);

    /// <summary>Looks whether the domain announces another policy than the one that made delivery fail. §5.1: must be done before a failure is final.</summary>
    /// <returns>The new finding; null where nothing changed.</returns>
    public async Task<StsFinding?> RecheckAsync(string domain, StsFinding used, CancellationToken cancellationToken)
    {
        var id = await AnnouncedAsync(domain, fresh: true, cancellationToken);
        if (id is null || id == used.Entry?.Id)
            return null;
        var now = await DecideAsync(domain, id, cancellationToken);
        return now.Entry is { } entry && entry.Id != used.Entry?.Id ? now : null;
    }

    /// <summary>Fetches anew what was fetched more than a day ago; a domain that one seldom writes to keeps its protection. Returns how many were due.</summary>
    public async Task<int> RefreshAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var stale = cache.Store is null ? [] : await cache.Store.StaleAsync(now - RefreshAfter, now, cancellationToken);
        foreach (var entry in stale)
            _ = await ForAsync(entry.Domain, cancellationToken);
        return stale.Count;
    }

    /// <inheritdoc cref="StsCache.EndingAsync"/>
    public Task<IReadOnlyList<EndingPolicy>> EndingAsync(CancellationToken cancellationToken) => cache.EndingAsync(time.GetUtcNow(), cancellationToken);

    private async Task<StsFinding> DecideAsync(string domain, string? id, CancellationToken cancellationToken)
    {
        var turn = cache.TurnOf(domain);
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var kept = await cache.FindAsync(domain, cancellationToken);
            var valid = kept is not null && kept.ExpiresAt > now ? kept : null;
            // §3.3: a policy that is no longer announced, or whose record cannot be had, applies until it expires.
            if (id is null)
            {
                Missed(domain, valid, now);
                return new StsFinding(valid, null);
            }

            if (valid?.Id == id && now - valid.FetchedAt < RefreshAfter)
                return new StsFinding(valid, null);
            if (cache.FailureOf(domain) is { } failed && failed.Id == id && now - failed.At < BackOff)
                return new StsFinding(valid, failed.Failure);
            var fetched = await fetch.RunAsync(domain, cancellationToken);
            if (fetched.Policy is null)
            {
                cache.Failed(domain, id, fetched.Failure!.Value, time.GetUtcNow());
                return new StsFinding(valid, fetched.Failure); // §3.3, §5: none that is valid means none at all
            }

            var entry = new StsEntry(domain, id, time.GetUtcNow(), fetched.Raw, fetched.Policy);
            await cache.KeepAsync(entry, cancellationToken);
            return new StsFinding(entry, null);
        }
        finally
        {
            turn.Release();
        }
    }

    // §10.2: a record that is kept away keeps the policy from being refreshed, too.
    private void Missed(string domain, StsEntry? valid, DateTimeOffset now)
    {
        if (valid is not null && now - valid.FetchedAt >= RefreshAfter && (cache.FailureOf(domain) is not { } last || now - last.At >= BackOff))
            cache.Failed(domain, "", TlsFailure.StsPolicyFetchError, now);
    }

    // §3.1: aliases are followed by the resolver; a parent's record does not count (§3.4).
    private async Task<string?> AnnouncedAsync(string domain, bool fresh, CancellationToken cancellationToken)
    {
        var name = "_mta-sts." + domain;
        var answer = fresh ? await dns.AskFreshAsync(name, QueryType.TXT, cancellationToken) : await dns.AskAsync(name, QueryType.TXT, cancellationToken);
        return StsRecord.IdOf(answer.Records.OfType<TxtRecord>().Select(record => string.Concat(record.Text)));
    }
}
