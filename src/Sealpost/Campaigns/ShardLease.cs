using System.Data.Common;
using System.Security.Cryptography;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>Another process owns the shards now: stop writing and sending at once; do not retry.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LeaseLostException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public LeaseLostException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public LeaseLostException()
        : base("Another process sends for this organisation now.")
    {
    }
}

/// <summary>The right to write and send for an organisation's shards, with a fencing epoch per shard: a write under an old epoch is refused in its own transaction.</summary>
internal sealed class ShardLease : IAsyncDisposable
{
    /// <summary>How long a silent owner keeps its shards.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(60);

    private readonly OrganisationContext _context;
    private readonly string _owner = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly ITimer _renewal;
    private long _epochs;
    private long _liveUntil;

    private ShardLease(OrganisationContext context)
    {
        _context = context;
        _renewal = context.Time.CreateTimer(_ => _ = RenewAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether sending is allowed now.</summary>
    public bool IsLive => Sql.Stored(_context.Time.GetUtcNow()) < Interlocked.Read(ref _liveUntil);

    private int Org => _context.Organisation.Id.Value;

    /// <summary>Takes every shard of the organisation.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="takeOver">True where a lock outside the database proves that no other owner runs (the data folder's): a crashed owner's lease is taken at once.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="LeaseLostException">Another owner's lease has not run out.</exception>
    public static async Task<ShardLease> AcquireAsync(OrganisationContext context, bool takeOver, CancellationToken cancellationToken)
    {
        var lease = new ShardLease(context);
        var shards = (await context.Patients.ShardsAsync(cancellationToken).ConfigureAwait(false)).DefaultIfEmpty(0).ToList();
        var until = await context.Database.WriteAsync((transaction, token) => lease.TakeAsync(shards, takeOver, transaction, token), cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref lease._liveUntil, until);
        lease._renewal.Change(Term / 3, Term / 3);
        return lease;
    }

    /// <summary>Refuses the caller's transaction where a shard has a newer owner.</summary>
    public async Task CheckAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, "SELECT COALESCE(SUM(epoch), -1) FROM shard_lease WHERE org = @org AND owner = @owner", ("@org", Org), ("@owner", _owner));
        if (Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) != _epochs)
        {
            Interlocked.Exchange(ref _liveUntil, 0);
            throw new LeaseLostException();
        }
    }

    /// <summary>Gives the shards back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _renewal.DisposeAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref _liveUntil, 0);
        Task released = _context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE shard_lease SET expires_at = 0 WHERE org = @org AND owner = @owner", [("@org", Org), ("@owner", _owner)], token),
            CancellationToken.None);
        // Where the store is away the lease runs out by itself.
        await released.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<long> TakeAsync(List<int> shards, bool takeOver, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var now = Sql.Stored(_context.Time.GetUtcNow());
        var until = now + (long)Term.TotalMilliseconds;
        foreach (var shard in shards)
        {
            var taken = await Sql.ExecuteAsync(
                transaction,
                """
                INSERT INTO shard_lease (org, shard, owner, epoch, expires_at) VALUES (@org, @shard, @owner, 1, @until)
                ON CONFLICT (org, shard) DO UPDATE SET owner = excluded.owner, epoch = shard_lease.epoch + 1, expires_at = excluded.expires_at
                WHERE shard_lease.expires_at <= @now OR @force = 1
                """,
                [("@org", Org), ("@shard", shard), ("@owner", _owner), ("@until", until), ("@now", now), ("@force", takeOver ? 1 : 0)],
                cancellationToken).ConfigureAwait(false);
            if (taken == 0)
                throw new LeaseLostException("Another process sends for this organisation. Stop it, or wait a minute until its lease has run out.");
        }

        await using var command = Sql.Command(transaction, "SELECT SUM(epoch) FROM shard_lease WHERE org = @org AND owner = @owner", ("@org", Org), ("@owner", _owner));
        _epochs = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
        return until;
    }

    private async Task RenewAsync()
    {
        var until = Sql.Stored(_context.Time.GetUtcNow() + Term);
        Task renewal = _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await CheckAsync(transaction, token).ConfigureAwait(false);
                return await Sql.ExecuteAsync(
                    transaction, "UPDATE shard_lease SET expires_at = @until WHERE org = @org AND owner = @owner", [("@until", until), ("@org", Org), ("@owner", _owner)], token).ConfigureAwait(false);
            },
            CancellationToken.None);
        await renewal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Not renewed: the lease runs out by itself, and with it the right to send.
        if (renewal.IsCompletedSuccessfully)
            Interlocked.Exchange(ref _liveUntil, until);
    }
}
