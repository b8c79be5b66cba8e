using Microsoft.Extensions.Logging;

namespace Sealpost.Delivery.MtaSts;

/// <summary>Fetches kept policies anew some times a day, so that a domain one seldom writes to keeps its protection. RFC 8461 §3.3.</summary>
internal sealed partial class KeepStsPolicies : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(6);

    private readonly Func<ConnectDestination> _connect;
    private readonly ILogger _log;
    private readonly RunEvery _running;

    /// <summary>Starts.</summary>
    public KeepStsPolicies(Func<ConnectDestination> connect, ILogger log, TimeProvider time)
    {
        (_connect, _log) = (connect, log);
        _running = new RunEvery("Keeping MTA-STS policies fresh", Every, LookAsync, log, time);
    }

    /// <inheritdoc cref="RunEvery.Failed"/>
    public FailedWork? Failed => _running.Failed;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _running.DisposeAsync();

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var due = await _connect().RefreshPoliciesAsync(cancellationToken).ConfigureAwait(false);
        if (due > 0)
            LogRefreshed(_log, due);
        var ending = await _connect().EndingPoliciesAsync(cancellationToken).ConfigureAwait(false);
        if (ending.Count > 0)
            LogEnding(_log, ending.Count);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} MTA-STS policies could not be refreshed again and again and end soon; `sealpost destination list --troubled` names their domains.")]
    private static partial void LogEnding(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Looked after {Count} MTA-STS policies.")]
    private static partial void LogRefreshed(ILogger log, int count);
}
