using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>Where a verification stands.</summary>
/// <param name="By">Name of the person who began it.</param>
/// <param name="StartedAt">UTC.</param>
internal sealed record VerifyState(string By, DateTimeOffset StartedAt)
{
    /// <summary>Rows checked so far.</summary>
    public long Checked { get; init; }

    /// <summary>Rows there were at the start.</summary>
    public long Total { get; init; }

    /// <summary>A checkpoint was given, so a cut tail is found too.</summary>
    public bool Against { get; init; }

    /// <summary>UTC; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What was found; null while it runs, and where it failed.</summary>
    public LedgerVerification? Result { get; init; }

    /// <summary>Why it failed, in a sentence; null where it did not.</summary>
    public string? Failure { get; init; }
}

/// <summary>Verifies the ledger for people, one verification at a time, in the background: it goes on when the person leaves the page. 45 CFR 164.312(c)(2).</summary>
/// <param name="database">Store.</param>
/// <param name="key">The ledger's key.</param>
/// <param name="time">Clock.</param>
internal sealed class VerifyLedger(IDatabase database, LedgerKey key, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private VerifyState? _state;
    private Task _running = Task.CompletedTask;

    /// <summary>How the newest verification stands; null where none was begun since the server started.</summary>
    public VerifyState? State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Begins a verification; where one runs already, that one is shown.</summary>
    /// <param name="checkpoint">Text of an exported checkpoint, or null.</param>
    /// <param name="actor">Who asks.</param>
    /// <exception cref="RefusedException">The actor may not, or the text is no checkpoint.</exception>
    public VerifyState Begin(string? checkpoint, Actor actor)
    {
        Require(actor);
        var against = Parse(checkpoint);
        lock (_lock)
        {
            if (_state is { EndedAt: null } running)
                return running;
            _state = new VerifyState(actor.Name, time.GetUtcNow()) { Against = against is not null };
            _running = Task.Run(() => RunAsync(against, _closing.Token), _closing.Token);
            return _state;
        }
    }

    /// <summary>Verifies and waits for the answer.</summary>
    /// <exception cref="RefusedException">As for <see cref="Begin"/>.</exception>
    public async Task<LedgerVerification> VerifyAsync(string? checkpoint, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await LedgerVerifier.VerifyAsync(connection, key, Parse(checkpoint), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses whoever has no business with the ledger. It is the installation's: any organisation's compliance officer or auditor may verify it.</summary>
    public static void Require(Actor actor) => actor.RequireToRead(RoleSets.LedgerReaders, "verify the ledger");

    /// <summary>Stops what runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task RunAsync(Checkpoint? against, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
            var total = await CountAsync(connection, cancellationToken).ConfigureAwait(false);
            Set(state => state with { Total = total });
            var result = await LedgerVerifier.VerifyAsync(connection, key, against, new Progress(this), cancellationToken).ConfigureAwait(false);
            Set(state => state with { EndedAt = time.GetUtcNow(), Result = result, Checked = result.Entries + result.Receipts });
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException or TransientStoreException or IOException or OperationCanceledException)
        {
            Set(state => state with { EndedAt = time.GetUtcNow(), Failure = exception is OperationCanceledException ? "It was stopped: the server closed." : "The store could not be read. Try again; if it fails again, run `sealpost ledger verify` on the server." });
        }
    }

    private static async Task<long> CountAsync(System.Data.Common.DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT (SELECT COUNT(*) FROM ledger_entry) + (SELECT COUNT(*) FROM ledger_receipt)");
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Checkpoint? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        try
        {
            return Checkpoint.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new RefusedException($"This is no checkpoint: {exception.Message} Give a file that `sealpost ledger checkpoint` wrote.", exception);
        }
    }

    private void Set(Func<VerifyState, VerifyState> change)
    {
        lock (_lock)
            _state = change(_state!);
    }

    // Synchronous, on the verifying thread: System.Progress would post each report elsewhere.
    private sealed class Progress(VerifyLedger owner) : IProgress<long>
    {
        public void Report(long value) => owner.Set(state => state with { Checked = value });
    }
}
