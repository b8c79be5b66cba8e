using System.Data.Common;
using System.Globalization;
using MemoryPack;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Destinations;

/// <summary>How far a look at mail hosts is.</summary>
/// <param name="Done">Domains looked at.</param>
/// <param name="Total">Domains to look at; those seen lately are not looked at again.</param>
public readonly record struct ProbeProgress(int Done, int Total);

/// <summary>Looks at the mail hosts of domains, each once, and keeps what was found for a day.</summary>
internal sealed class ProbeDestinations(OrganisationContext context, ConnectDestination connect, DestinationStore destinations)
{
    private const int AtOnce = 16;

    /// <summary>A person waits for it: a host slower than this counts as unreachable.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private int Org => context.Organisation.Id.Value;

    /// <summary>What is known of these domains and still fresh.</summary>
    public async Task<Dictionary<string, HostProbe>> KnownAsync(IReadOnlyCollection<string> domains, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var known = new Dictionary<string, HostProbe>(StringComparer.Ordinal);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var domain in domains)
        {
            await using var command = Sql.Command(
                connection,
                "SELECT p.destination, p.found FROM destination_probe p JOIN destination d ON d.org = p.org AND d.id = p.destination WHERE d.org = @org AND d.domain_index = @index",
                ("@org", Org), ("@index", context.Keys.BlindIndex("domain", domain)));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                continue;
            var probe = MemoryPackSerializer.Deserialize<HostProbe>(context.Keys.Open(Context(reader.GetInt64(0)), reader.GetFieldValue<byte[]>(1)))!;
            if (now - Sql.Instant(probe.At) < probe.GoodFor)
                known[domain] = probe;
        }

        return known;
    }

    /// <summary>Looks at those of the domains that were not seen lately. Returns what is known of all.</summary>
    public async Task<Dictionary<string, HostProbe>> RunAsync(IReadOnlyCollection<string> domains, IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(domains, cancellationToken).ConfigureAwait(false);
        var unseen = domains.Where(domain => !known.ContainsKey(domain)).ToList();
        var done = 0;
        progress?.Report(new ProbeProgress(0, unseen.Count));
        foreach (var batch in unseen.Chunk(4 * AtOnce))
        {
            var found = new HostProbe?[batch.Length];
            await Parallel.ForAsync(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            {
                found[i] = await LookAsync(batch[i], token).ConfigureAwait(false);
                progress?.Report(new ProbeProgress(Interlocked.Increment(ref done), unseen.Count));
            }).ConfigureAwait(false);
            // Batch by batch: what was seen is kept, whoever stops the rest.
            await context.Database.WriteAsync((transaction, token) => SaveAsync(batch, found, transaction, token), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < batch.Length; i++)
            {
                if (found[i] is { } probe)
                    known[batch[i]] = probe;
            }
        }

        return known;
    }

    /// <summary>Null where nothing can be said: the look met an error that nobody foresaw, which says nothing about the domain and nothing about the others.</summary>
    private async Task<HostProbe?> LookAsync(string domain, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var result = await connect.ConnectAsync(domain, HopNeed.Best, linked.Token).ConfigureAwait(false);
            var probe = result is ConnectResult.Deferred { Fault: not null } ? null : HostProbe.Of(result, context.Time.GetUtcNow());
            if (result is ConnectResult.Connected connected)
                await connected.Session.DisposeAsync().ConfigureAwait(false);
            return probe;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HostProbe.Of(new ConnectResult.Deferred($"no answer within {Patience.TotalSeconds:0} seconds", null), context.Time.GetUtcNow());
        }
    }

    private async Task<int> SaveAsync(string[] domains, HostProbe?[] found, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var history = new TierHistory(context);
        for (var i = 0; i < domains.Length; i++)
        {
            if (found[i] is not { } probe)
                continue;
            var number = await destinations.NumberAsync(domains[i], transaction, cancellationToken).ConfigureAwait(false);
            await Sql.ExecuteAsync(
                transaction,
                """
                INSERT INTO destination_probe (org, destination, at, found) VALUES (@org, @id, @at, @found)
                ON CONFLICT (org, destination) DO UPDATE SET at = excluded.at, found = excluded.found
                """,
                [("@org", Org), ("@id", number), ("@at", probe.At), ("@found", context.Keys.Seal(Context(number), MemoryPackSerializer.Serialize(probe)))],
                cancellationToken).ConfigureAwait(false);
            // A look asks every host for the best it has, so it is the domain's best of today.
            if (probe.SeenTier is { } tier)
                await history.NoteAsync(number, tier, isBest: true, transaction, cancellationToken).ConfigureAwait(false);
        }

        return domains.Length;
    }

    private static string Context(long number) => string.Create(CultureInfo.InvariantCulture, $"destination:{number}:probe");
}
