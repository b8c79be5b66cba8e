namespace Sealpost.Delivery;

/// <summary>The time limit of one exchange after another: one timer, set anew for each. Not thread-safe.</summary>
internal sealed class StageLimit(TimeProvider time) : IDisposable
{
    private CancellationTokenSource _source = new(Timeout.InfiniteTimeSpan, time);
    private CancellationTokenRegistration _caller;

    /// <summary>Starts a stage's time; the token fires when it is over or the caller cancels.</summary>
    public CancellationToken Begin(SmtpStage stage, CancellationToken caller)
    {
        _source.CancelAfter(SmtpLimits.Of(stage));
        _caller = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);
        return _source.Token;
    }

    /// <summary>Stops the time; the exchange has ended.</summary>
    public void End()
    {
        _caller.Dispose();
        if (_source.TryReset())
            return;
        _source.Dispose();
        _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _caller.Dispose();
        _source.Dispose();
    }
}
