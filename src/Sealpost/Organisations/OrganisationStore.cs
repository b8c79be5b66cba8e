using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.People;
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
        await RefuseTakenNameAsync(draft, cancellationToken).ConfigureAwait(false);
        var added = await database.WriteAsync((transaction, token) => InsertAsync(draft, source, actor, transaction, token), cancellationToken).ConfigureAwait(false);
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        using var keys = await KeyRing.OpenAsync(added.Id, source, connection, time, cancellationToken).ConfigureAwait(false);
        using var dkim = await OpenDkimAsync(keys, cancellationToken).ConfigureAwait(false);
        return (added, dkim.DnsRecords);
    }

    /// <summary>Refuses a name that another organisation has.</summary>
    internal async Task RefuseTakenNameAsync(Organisation draft, CancellationToken cancellationToken)
    {
        if ((await ListAsync(cancellationToken).ConfigureAwait(false)).Any(other => other.Id != draft.Id && string.Equals(other.Name, draft.Name, StringComparison.OrdinalIgnoreCase)))
            throw new RefusedException($"There is already an organisation '{draft.Name}'. Choose another name.");
    }

    /// <summary>Adds an organisation within a transaction.</summary>
    internal async Task<Organisation> InsertAsync(Organisation draft, IKeySource source, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        using var dkim = DkimKeys.Create(draft.Domain, time);
        await using var next = Sql.Command(transaction, "SELECT COALESCE(MAX(org), 0) + 1 FROM organisation");
        var id = new OrganisationId(Convert.ToInt32(await next.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture));
        using var keys = await KeyRing.CreateAsync(id, source, transaction, time, cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(
            transaction,
            $"INSERT INTO organisation ({Columns}, created_at, dkim) VALUES (@org, @name, @domain, @address, @url, @zone, @now, @dkim)",
            [.. Values(draft with { Id = id }), ("@domain", draft.Domain), ("@now", Sql.Stored(time.GetUtcNow())), ("@dkim", keys.Seal("dkim", dkim.Export()))],
            cancellationToken).ConfigureAwait(false);
        await ledger.AppendAsync(new AuditEvent(id, "organisation.added", actor, null, id.ToString(), "done"), transaction, cancellationToken).ConfigureAwait(false);
        return draft with { Id = id };
    }

    /// <summary>Changes name, postal address, public URL and time zone. A ledger event.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, or the name is taken.</exception>
    public async Task ChangeAsync(Organisation changed, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "change the organisation");
        await RefuseTakenNameAsync(changed, cancellationToken).ConfigureAwait(false);
        await database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE organisation SET name = @name, postal_address = @address, public_url = @url, time_zone = @zone WHERE org = @org",
                    Values(changed),
                    token).ConfigureAwait(false);
                return await ledger.AppendAsync(new AuditEvent(changed.Id, "organisation.changed", actor.Id, null, changed.Id.ToString(), "done"), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
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

    private static (string Name, object? Value)[] Values(Organisation organisation) =>
    [
        ("@org", organisation.Id.Value), ("@name", organisation.Name), ("@address", organisation.PostalAddress), ("@url", organisation.PublicUrl.AbsoluteUri), ("@zone", organisation.TimeZone.Id),
    ];

    private static Organisation Read(DbDataReader reader) => new(
        new OrganisationId(checked((int)reader.GetInt64(0))),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        new Uri(reader.GetString(4)),
        TimeZoneInfo.FindSystemTimeZoneById(reader.GetString(5)));
}
