using System.Data;
using System.Data.Common;
using Npgsql;

namespace Sealpost.Storage;

/// <summary>The writing connection of a PostgreSQL store.</summary>
internal sealed class PostgresWriteSession(NpgsqlDataSource source) : WriteSession
{
    /// <summary>How often the fate of a commit whose answer was lost is asked for, a tenth of a second apart.</summary>
    private const int FateAttempts = 300;

    private NpgsqlConnection? _connection;
    private string _transactionId = "";

    /// <inheritdoc/>
    public override async Task<DbTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        if (_connection is not { FullState: ConnectionState.Open })
        {
            await ResetAsync(cancellationToken);
            _connection = await source.OpenConnectionAsync(cancellationToken);
        }

        var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        // Travels with BEGIN; needed only where the answer to COMMIT gets lost.
        await using var command = transaction.Command("SELECT pg_current_xact_id()::text");
        _transactionId = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        return transaction;
    }

    /// <inheritdoc/>
    public override async Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException e) when (e is not PostgresException || _connection is not { FullState: ConnectionState.Open })
        {
            if (!await WasCommittedAsync(e))
                throw;
        }
    }

    /// <inheritdoc/>
    public override bool IsTransient(Exception exception) =>
        exception is DbException { IsTransient: true }
        || (exception is DbException or InvalidOperationException && _connection is not { FullState: ConnectionState.Open });

    /// <inheritdoc/>
    public override async Task ResetAsync(CancellationToken cancellationToken)
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null)
            await connection.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync() => await ResetAsync(CancellationToken.None);

    /// <summary>Asks a new connection whether the transaction became part of the database.</summary>
    /// <exception cref="TransientStoreException">The server does not come back: the fate stays unknown.</exception>
    private async Task<bool> WasCommittedAsync(NpgsqlException lost)
    {
        for (var attempt = 0; attempt < FateAttempts; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
                await using var command = connection.Command("SELECT pg_xact_status(@id::xid8)", ("id", _transactionId));
                if (await command.ExecuteScalarAsync(CancellationToken.None) is string status and not "in progress")
                    return status == "committed";
            }
            catch (NpgsqlException)
            {
                // Not back yet: ask again below.
            }

            await Task.Delay(100, CancellationToken.None);
        }

        throw new TransientStoreException("The database went away while it committed and did not come back within 30 s, so whether this work was kept is not known. Look before trying again.", lost);
    }
}
