namespace Sealpost.Campaigns;

/// <summary>Spaces messages evenly: at most so many a second over all connections of a campaign.</summary>
internal sealed class RateLimit(int? perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Messages may have to wait.</summary>
    public bool IsLimited => perSecond is not null;

    /// <summary>Waits for this message's turn.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        if (perSecond is not { } rate)
            return Task.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var turn = _next > now ? _next : now;
            _next = turn + (TimeSpan.FromSeconds(1) / rate);
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
