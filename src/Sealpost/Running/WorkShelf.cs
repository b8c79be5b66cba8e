using Sealpost.People;

namespace Sealpost.Running;

/// <summary>Long work that goes on when the page that began it is left, and is found again by whoever opens the page anew. One piece of a kind at a time.</summary>
/// <remarks>Lives in memory: what a stop of the server cuts short is begun again by a person. Words of it name no patient.</remarks>
internal sealed class WorkShelf(TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long an end is kept, unless somebody says that it was seen.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, PieceOfWork> _pieces = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private bool _closed;

    /// <summary>Now, for showing how long ago.</summary>
    public TimeProvider Time => time;

    /// <summary>What runs of a kind, or ended lately and was not seen; null where there is nothing.</summary>
    public PieceOfWork? Find(string kind)
    {
        lock (_lock)
        {
            if (_pieces.TryGetValue(kind, out var piece) && piece.EndedAt is { } ended && time.GetUtcNow() - ended >= Kept)
                _pieces.Remove(kind);
            return _pieces.GetValueOrDefault(kind);
        }
    }

    /// <summary>Whether a piece of the kind runs.</summary>
    public bool Runs(string kind) => Find(kind) is { EndedAt: null };

    /// <summary>Runs work to its end and says what came of it. Leaving stops the waiting, never the work.</summary>
    /// <param name="kind">What kind, a word of <see cref="WorkKinds"/>.</param>
    /// <param name="actor">Who began it.</param>
    /// <param name="work">The work; its answer is a sentence for people. Its token is cancelled when the server stops.</param>
    /// <param name="leaving">Cancelled when the one who waits goes elsewhere.</param>
    /// <returns>The work's answer.</returns>
    /// <exception cref="RefusedException">Work of the kind runs already, the server stops, or the work itself was refused.</exception>
    public async Task<string> RunAsync(string kind, Actor actor, Func<IProgress<WorkProgress>, CancellationToken, Task<string>> work, CancellationToken leaving)
    {
        PieceOfWork piece;
        lock (_lock)
        {
            if (_closed)
                throw new RefusedException("The server is being stopped. Try again once it runs.");
            if (_pieces.TryGetValue(kind, out var before) && before.EndedAt is null)
                throw new RefusedException($"This runs already, begun by {before.By.Name}. Wait for its end.") { Kind = RefusalKind.Changed };
            piece = _pieces[kind] = new PieceOfWork(actor, time);
            piece.Start(work, _stop.Token);
        }

        try
        {
            return await piece.Run.WaitAsync(leaving).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!leaving.IsCancellationRequested)
        {
            throw new RefusedException(piece.Problem ?? PieceOfWork.StoppedWords, exception);
        }
        finally
        {
            // A refusal is told to the one who waits; what was done stays to be seen.
            if (piece.Problem is not null && !leaving.IsCancellationRequested)
                Dismiss(kind, piece);
        }
    }

    /// <summary>Forgets an end that was seen.</summary>
    public void Dismiss(string kind, PieceOfWork piece)
    {
        lock (_lock)
        {
            if (piece.EndedAt is not null && _pieces.GetValueOrDefault(kind) == piece)
                _pieces.Remove(kind);
        }
    }

    /// <summary>Stops what runs, and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        PieceOfWork[] open;
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            open = [.. _pieces.Values];
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var piece in open)
            await piece.EndedAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
    }
}
