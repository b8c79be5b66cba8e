namespace Sealpost.App.Commands;

/// <summary>One line of progress on a terminal, redrawn at most ten times a second; silent in a pipe.</summary>
internal sealed class ProgressLine(CommandContext context) : IAsyncDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private long _drawnAt;
    private bool _drawn;

    /// <summary>A sink for progress values.</summary>
    public IProgress<T> Of<T>(Func<T, string> line) => new Sink<T>(this, line);

    /// <summary>Draws now, if it is time to.</summary>
    public void Show(Func<string> line)
    {
        if (!context.Interactive)
            return;
        lock (_lock)
        {
            if (_drawn && TimeProvider.System.GetElapsedTime(_drawnAt) < Redraw)
                return;
            (_drawn, _drawnAt) = (true, TimeProvider.System.GetTimestamp());
        }

        context.Error.Write($"\r\u001b[K{line()}");
        context.Error.Flush();
    }

    public async ValueTask DisposeAsync()
    {
        if (_drawn)
            await context.Error.WriteAsync("\r\u001b[K").ConfigureAwait(false);
        _drawn = false;
    }

    private sealed class Sink<T>(ProgressLine owner, Func<T, string> line) : IProgress<T>
    {
        public void Report(T value) => owner.Show(() => line(value));
    }
}
