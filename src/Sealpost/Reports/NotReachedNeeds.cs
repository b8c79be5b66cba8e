using System.Collections.Concurrent;
using Sealpost.Campaigns;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>Patients whom a message about their care did not reach, by campaign, for whoever is to see that they are told.</summary>
internal sealed class NotReachedNeeds(OrganisationContext context, CampaignStore campaigns)
{
    /// <summary>What is older is history: whoever was not told by then is not told by a page that lists it.</summary>
    public static TimeSpan Within { get; } = TimeSpan.FromDays(90);

    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(2);

    private readonly NotReachedRows _rows = new(context);
    private readonly ConcurrentDictionary<long, bool> _owed = new(); // The purpose of a campaign that has begun stays.
    private Seen? _seen;

    /// <summary>What an actor is told.</summary>
    public async Task<IReadOnlyList<Need>> OfAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (!ReachOtherwise.MayTell(actor))
            return [];

        // Counting walks every message that ended so: it is kept for some minutes, but no longer than until somebody was told.
        var changes = await _rows.ChangesAsync(cancellationToken).ConfigureAwait(false);
        if (Volatile.Read(ref _seen) is { } known && known.Changes == changes && context.Time.GetElapsedTime(known.ReadAt) < KeepFor)
            return known.Needs;
        var needs = new List<Need>();
        foreach (var id in await BegunAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await NeedAsync(id, cancellationToken).ConfigureAwait(false) is { } need)
                needs.Add(need);
        }

        Volatile.Write(ref _seen, new Seen(context.Time.GetTimestamp(), changes, needs));
        return needs;
    }

    private async Task<Need?> NeedAsync(long id, CancellationToken cancellationToken)
    {
        if (_owed.TryGetValue(id, out var owed) && !owed)
            return null;
        var count = await _rows.CountAsync(id, cancellationToken).ConfigureAwait(false);
        if (count == 0 || await campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } campaign || !_owed.GetOrAdd(id, ReachOtherwise.IsOwed(campaign.Content.Purpose)))
            return null;
        var words = $"{SmallCells.Show(count)} {(count == 1 ? "patient was" : "patients were")} not reached by email. Tell them by telephone or letter.";
        return new Need(NeedKind.NotReached, id, campaign.Name, words, campaign.EndedAt ?? campaign.StartedAt ?? campaign.CreatedAt);
    }

    private async Task<IReadOnlyList<long>> BegunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT id FROM campaign WHERE org = @org AND started_at >= @from ORDER BY id", ("@org", context.Organisation.Id.Value), ("@from", Sql.Stored(context.Time.GetUtcNow() - Within)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var begun = new List<long>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            begun.Add(reader.GetInt64(0));
        return begun;
    }

    private sealed record Seen(long ReadAt, long Changes, IReadOnlyList<Need> Needs);
}
