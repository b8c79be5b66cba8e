using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>Receiving domains by number, with the tier last seen at each. Domains are stored sealed.</summary>
internal sealed class DestinationStore(OrganisationContext context)
{
    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _domains = new();

    private int Org => context.Organisation.Id.Value;

    /// <summary>The number of a domain, made in the caller's transaction where it is new.</summary>
    public async Task<int> NumberAsync(string domain, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (_numbers.TryGetValue(domain, out var known))
            return known;
        var index = context.Keys.BlindIndex("domain", domain);
        var number = await ScalarAsync(transaction, "SELECT id FROM destination WHERE org = @org AND domain_index = @index", [("@org", Org), ("@index", index)], cancellationToken).ConfigureAwait(false);
        if (number is null)
        {
            number = 1 + (await ScalarAsync(transaction, "SELECT MAX(id) FROM destination WHERE org = @org", [("@org", Org)], cancellationToken).ConfigureAwait(false) ?? 0);
            await Sql.ExecuteAsync(
                transaction,
                "INSERT INTO destination (org, id, domain_index, domain) VALUES (@org, @id, @index, @domain)",
                [("@org", Org), ("@id", number), ("@index", index), ("@domain", context.Keys.Seal(Context(number.Value), Encoding.ASCII.GetBytes(domain)))],
                cancellationToken).ConfigureAwait(false);
        }

        // Remembered only by reads after the commit: a rolled-back number must not stick.
        return checked((int)number.Value);
    }

    /// <summary>The domain of a number; empty for 0, a delivery whose domain is not known (replayed from the journal).</summary>
    public async Task<string> DomainAsync(int number, CancellationToken cancellationToken)
    {
        if (number == 0)
            return "";
        if (_domains.TryGetValue(number, out var known))
            return known;
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT domain FROM destination WHERE org = @org AND id = @id", ("@org", Org), ("@id", number));
        var domain = Open(number, (byte[]?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"Destination {number} is missing. Restore the database from a backup."));
        _domains[number] = domain;
        _numbers[domain] = number;
        return domain;
    }

    /// <summary>All domains by number.</summary>
    public async Task<IReadOnlyDictionary<int, string>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, domain FROM destination WHERE org = @org", ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var all = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var number = checked((int)reader.GetInt64(0));
            all[number] = Open(number, reader.GetFieldValue<byte[]>(1));
        }

        return all;
    }

    /// <summary>Tiers last seen at these domains; a domain never seen is absent.</summary>
    public async Task<IReadOnlyDictionary<string, Tier>> TiersAsync(IReadOnlyCollection<string> domains, CancellationToken cancellationToken)
    {
        var tiers = new Dictionary<string, Tier>(StringComparer.Ordinal);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var domain in domains)
        {
            await using var command = Sql.Command(
                connection, "SELECT tier FROM destination WHERE org = @org AND domain_index = @index AND seen_at > 0", ("@org", Org), ("@index", context.Keys.BlindIndex("domain", domain)));
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long tier)
                tiers[domain] = (Tier)tier;
        }

        return tiers;
    }

    /// <inheritdoc cref="TierHistory.NoteAsync(int, Tier, bool, CancellationToken)"/>
    public Task NoteTierAsync(int number, Tier tier, bool isBest, CancellationToken cancellationToken) => new TierHistory(context).NoteAsync(number, tier, isBest, cancellationToken);

    private static string Context(long number) => string.Create(CultureInfo.InvariantCulture, $"destination:{number}");

    private string Open(long number, byte[] sealedDomain) => Encoding.ASCII.GetString(context.Keys.Open(Context(number), sealedDomain));

    private static async Task<long?> ScalarAsync(DbTransaction transaction, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, text, parameters);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long value ? value : null;
    }
}
