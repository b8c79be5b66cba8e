using System.Collections.Concurrent;

namespace Sealpost.App.Hosting;

/// <summary>The pages that are open in browsers, also those whose browser has gone. At a stop they end before the stores do: nothing new begins, and what runs is cancelled and awaited.</summary>
internal sealed class OpenPages : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<object, Func<Task>> _pages = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _running;
    private bool _ended;

    public OpenPages() => Ending = _ending.Token;

    /// <summary>Cancelled once pages may begin nothing any more.</summary>
    public CancellationToken Ending { get; }

    /// <summary>How often an open page asks whether its session lasts. Default: twice a minute.</summary>
    public TimeSpan AskEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Counts work on the stores, until what it returns is disposed.</summary>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public IDisposable Begin()
    {
        lock (_lock)
        {
            if (_ended)
                throw new OperationCanceledException("The server stops.", Ending);
            _running++;
        }

        return new Entry(Left);
    }

    /// <summary>Has a page taken down at the stop, until what it returns is disposed. At the stop <paramref name="takeDown"/> disposes what the page holds.</summary>
    public IDisposable Add(Func<Task> takeDown)
    {
        var key = new object();
        _pages[key] = takeDown;
        return new Entry(() => _pages.TryRemove(key, out _));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last request was answered, so that no page is left waiting for what it asked.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _ended = true;
            if (_running == 0)
                _quiet.TrySetResult();
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_pages.Values.Select(takeDown => takeDown())).WaitAsync(cancellationToken).ConfigureAwait(false);
            await _quiet.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host waits no longer; what still runs meets a closed store and says so in the log.
        }
    }

    public void Dispose() => _ending.Dispose();

    private void Left()
    {
        lock (_lock)
        {
            if (--_running == 0 && _ended)
                _quiet.TrySetResult();
        }
    }

    private sealed class Entry(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
