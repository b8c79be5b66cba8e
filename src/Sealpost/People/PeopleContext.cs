using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>What the operations on people share: the store, the installation's own keys, the ledger, the clock.</summary>
internal sealed record PeopleContext(IDatabase Database, KeyRing Keys, Ledger Ledger, TimeProvider Time)
{
    /// <summary>Ledger events of people who belong to no organisation yet.</summary>
    public static readonly OrganisationId Installation = new(0);

    /// <summary>Owner of the keys that seal what belongs to no organisation. Organisations count from 1, and 0 is the ledger's.</summary>
    private static readonly OrganisationId OwnKeys = new(-1);

    /// <summary>Opens the installation's keys, making them the first time.</summary>
    public static async Task<PeopleContext> OpenAsync(IDatabase database, IKeySource source, Ledger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        if (!await AnyKeyAsync(Sql.Command(connection, KeyQuery, ("@org", OwnKeys.Value)), cancellationToken).ConfigureAwait(false))
        {
            await database.WriteAsync(
                async (transaction, token) =>
                {
                    if (!await AnyKeyAsync(Sql.Command(transaction, KeyQuery, ("@org", OwnKeys.Value)), token).ConfigureAwait(false))
                        (await KeyRing.CreateAsync(OwnKeys, source, transaction, time, token).ConfigureAwait(false)).Dispose();
                    return 0;
                },
                cancellationToken).ConfigureAwait(false);
        }

        return new PeopleContext(database, await KeyRing.OpenAsync(OwnKeys, source, connection, time, cancellationToken).ConfigureAwait(false), ledger, time);
    }

    /// <summary>Runs a work on people in a transaction, its ledger events with it.</summary>
    public Task<T> WriteAsync<T>(Func<PeopleWork, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        Database.WriteAsync(
            async (transaction, token) =>
            {
                await using var model = await PeopleModel.OverAsync(Database, transaction, token).ConfigureAwait(false);
                using var users = new IdentityUsers(new PersonRows(model, Keys), Time, token);
                return await work(new PeopleWork(this, users, transaction), token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Reads people.</summary>
    public async Task<T> ReadAsync<T>(Func<IdentityUsers, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var model = PeopleModel.Over(Database, connection);
        using var users = new IdentityUsers(new PersonRows(model, Keys), Time, cancellationToken);
        return await read(users, cancellationToken).ConfigureAwait(false);
    }

    private const string KeyQuery = "SELECT COUNT(*) FROM keys.organisation_key WHERE org = @org";

    private static async Task<bool> AnyKeyAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) > 0;
    }
}
