using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Organisations;

/// <summary>The organisations of an installation and their settings.</summary>
public sealed class OrganisationStore(IDatabase database, Ledger ledger, TimeProvider time)
{
    private const string Columns = "org, name, domain, postal_address, public_url, time_zone";

    /// <summary>Adds an organisation with fresh keys and DKIM keys; returns it with the records to publish.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    public async Task<(Organisation Organisation, IReadOnlyList<(string Name, string Value)> DkimRecords)> AddAsync(
        Organisation draft, IKeySource source, string actor, CancellationToken cancellationToken)
    {
        if ((await ListAsync(cancellationToken).ConfigureAwait(false)).Any(other => string.Equals(other.Name, draft.Name, StringComparison.OrdinalIgnoreCase)))
            throw new RefusedException($"There is already an organisation '{draft.Name}'. Choose another name.");
        using var dkim = DkimKeys.Create(draft.Domain, time);
        var added = await database.WriteAsync(
            async (transaction, token) =>
            {
                await using var next = Sql.Command(transaction, "SELECT COALESCE(MAX(org), 0) + 1 FROM organisation");
                var id = new OrganisationId(Convert.ToInt32(await next.ExecuteScalarAsync(token).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture));
                using var keys = await KeyRing.CreateAsync(id, source, transaction, time, token).ConfigureAwait(false);
                await Sql.ExecuteAsync(
                    transaction,
                    $"INSERT INTO organisation ({Columns}, created_at, dkim) VALUES (@org, @name, @domain, @address, @url, @zone, @now, @dkim)",
                    [
                        ("@org", id.Value), ("@name", draft.Name), ("@domain", draft.Domain), ("@address", draft.PostalAddress),
                        ("@url", draft.PublicUrl.AbsoluteUri), ("@zone", draft.TimeZone.Id), ("@now", Sql.Stored(time.GetUtcNow())),
                        ("@dkim", keys.Seal("dkim", dkim.Export())),
                    ],
                    token).ConfigureAwait(false);
                await ledger.AppendAsync(new AuditEvent(id, "organisation.added", actor, null, id.ToString(), "done"), transaction, token).ConfigureAwait(false);
                return draft with { Id = id };
            },
            cancellationToken).ConfigureAwait(false);
        return (added, dkim.DnsRecords);
    }

    /// <summary>All organisations, by number.</summary>
    public async Task<IReadOnlyList<Organisation>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT {Columns} FROM organisation ORDER BY org");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var organisations = new List<Organisation>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            organisations.Add(Read(reader));
        return organisations;
    }

    /// <summary>An organisation's DKIM keys, opened. Dispose them.</summary>
    public async Task<DkimKeys> OpenDkimAsync(KeyRing keys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT dkim FROM organisation WHERE org = @org", ("@org", keys.Organisation.Value));
        var sealedKeys = (byte[]?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("The organisation is gone.");
        return DkimKeys.Import(keys.Open("dkim", sealedKeys));
    }

    /// <summary>Settings of an organisation by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SettingsAsync(OrganisationId organisation, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT name, value FROM setting WHERE org = @org ORDER BY name", ("@org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            settings[reader.GetString(0)] = reader.GetString(1);
        return settings;
    }

    /// <summary>Sets a setting, or removes it with null. A ledger event.</summary>
    public Task SetAsync(OrganisationId organisation, string name, string? value, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (transaction, token) =>
            {
                if (value is null)
                    await Sql.ExecuteAsync(transaction, "DELETE FROM setting WHERE org = @org AND name = @name", [("@org", organisation.Value), ("@name", name)], token).ConfigureAwait(false);
                else
                {
                    await Sql.ExecuteAsync(
                        transaction,
                        "INSERT INTO setting (org, name, value) VALUES (@org, @name, @value) ON CONFLICT (org, name) DO UPDATE SET value = excluded.value",
                        [("@org", organisation.Value), ("@name", name), ("@value", value)],
                        token).ConfigureAwait(false);
                }

                return await ledger.AppendAsync(new AuditEvent(organisation, "setting.changed", actor, null, name, "done", value), transaction, token).ConfigureAwait(false);
            },
            cancellationToken);

    private static Organisation Read(DbDataReader reader) => new(
        new OrganisationId(checked((int)reader.GetInt64(0))),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        new Uri(reader.GetString(4)),
        TimeZoneInfo.FindSystemTimeZoneById(reader.GetString(5)));
}
