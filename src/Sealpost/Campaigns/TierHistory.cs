using System.Data.Common;
using System.Globalization;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>A domain that is less well protected than it was.</summary>
/// <param name="Destination">Its number.</param>
/// <param name="Domain">Its name.</param>
/// <param name="Before">The best tier it had.</param>
/// <param name="Now">The tier last seen.</param>
/// <param name="Since">UTC.</param>
public sealed record LoweredDomain(int Destination, string Domain, Tier Before, Tier Now, DateTimeOffset Since)
{
    /// <summary>Its number; never its name.</summary>
    public override string ToString() => $"destination {Destination}";
}

/// <summary>Compares each domain with its own past: an attacker who strips a policy looks like a domain that never had one.</summary>
internal sealed class TierHistory(OrganisationContext context)
{
    /// <summary>After this the lower tier is the domain's new normal.</summary>
    public static readonly TimeSpan AlarmFor = TimeSpan.FromDays(14);

    private int Org => context.Organisation.Id.Value;

    /// <summary>Notes a tier. A fall below the domain's best is written to the ledger once, and stays an alarm until it is as good again or two weeks have passed.</summary>
    /// <param name="destination">Number of the domain.</param>
    /// <param name="tier">The tier seen.</param>
    /// <param name="isBest">No host of the domain was left unasked. Where a connection sufficed for what it carried, the others may be better, and a lower tier is no fall.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public Task NoteAsync(int destination, Tier tier, bool isBest, CancellationToken cancellationToken) =>
        context.Database.WriteAsync((transaction, token) => NoteAsync(destination, tier, isBest, transaction, token), cancellationToken);

    /// <inheritdoc cref="NoteAsync(int, Tier, bool, CancellationToken)"/>
    public async Task<int> NoteAsync(int destination, Tier tier, bool isBest, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await ReadAsync(destination, transaction, cancellationToken).ConfigureAwait(false) is not var (best, lowered) || (tier < best && !isBest))
            return 0;
        var now = context.Time.GetUtcNow();
        var isNormal = lowered is { } since && now - since >= AlarmFor;
        var isLower = tier < best && !isNormal;
        await Sql.ExecuteAsync(
            transaction,
            "UPDATE destination SET tier = @tier, seen_at = @now, best_tier = @best, lowered_at = @lowered WHERE org = @org AND id = @id",
            [
                ("@tier", (int)tier), ("@now", Sql.Stored(now)), ("@best", (int)(isLower ? best : tier)), ("@lowered", isLower ? Sql.Stored(lowered ?? now) : 0L),
                ("@org", Org), ("@id", destination),
            ],
            cancellationToken).ConfigureAwait(false);
        if (isLower && lowered is null)
        {
            await context.Ledger.AppendAsync(
                new AuditEvent(context.Organisation.Id, "destination.lowered", "system", null, destination.ToString(CultureInfo.InvariantCulture), "done", $"{best} to {tier}"), transaction, cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>Domains whose alarm stands, the newest first.</summary>
    public async Task<IReadOnlyList<LoweredDomain>> LoweredAsync(CancellationToken cancellationToken)
    {
        var found = new List<(int Id, Tier Best, Tier Now, DateTimeOffset Since)>();
        await using (var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await using var command = Sql.Command(
                connection,
                "SELECT id, best_tier, tier, lowered_at FROM destination WHERE org = @org AND lowered_at > @since ORDER BY lowered_at DESC LIMIT 100",
                ("@org", Org), ("@since", Sql.Stored(context.Time.GetUtcNow() - AlarmFor)));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add((checked((int)reader.GetInt64(0)), (Tier)reader.GetInt64(1), (Tier)reader.GetInt64(2), Sql.Instant(reader.GetInt64(3))));
        }

        var store = new DestinationStore(context);
        var lowered = new List<LoweredDomain>();
        foreach (var (id, best, now, since) in found)
            lowered.Add(new LoweredDomain(id, await store.DomainAsync(id, cancellationToken).ConfigureAwait(false), best, now, since));
        return lowered;
    }

    private async Task<(Tier Best, DateTimeOffset? Lowered)?> ReadAsync(int destination, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, "SELECT tier, best_tier, seen_at, lowered_at FROM destination WHERE org = @org AND id = @id", ("@org", Org), ("@id", destination));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        // A row from before the history was kept has its last tier alone.
        var best = reader.GetInt64(2) == 0 ? 0 : Math.Max(reader.GetInt64(0), reader.GetInt64(1));
        return ((Tier)best, reader.GetInt64(3) == 0 ? null : Sql.Instant(reader.GetInt64(3)));
    }
}
