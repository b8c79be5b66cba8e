using Microsoft.Extensions.Logging;
using Sealpost.Delivery;

namespace Sealpost.Campaigns.TlsReports;

/// <summary>Writes counted sessions down every minute and sends the reports that are due.</summary>
internal sealed partial class KeepTlsReports : IAsyncDisposable
{
    /// <summary>What it does, for the operator.</summary>
    public const string Work = "Telling domains how TLS to them went";

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly SendTlsReports _send;
    private readonly Func<bool> _isOn;
    private readonly ILogger _log;
    private readonly RunEvery _running;

    /// <summary>Starts.</summary>
    /// <param name="send">Writes and sends.</param>
    /// <param name="isOn">Whether reports are to be sent.</param>
    /// <param name="log">Counts alone.</param>
    /// <param name="time">Clock.</param>
    public KeepTlsReports(SendTlsReports send, Func<bool> isOn, ILogger log, TimeProvider time)
    {
        (_send, _isOn, _log) = (send, isOn, log);
        _running = new RunEvery(Work, Every, LookAsync, log, time);
    }

    /// <inheritdoc cref="RunEvery.Failed"/>
    public FailedWork? Failed => _running.Failed;

    /// <summary>Stops, after what was counted is written down.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync().ConfigureAwait(false);
        await RunEvery.TryAsync(Work, _send.FlushAsync, _log, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await _send.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!_isOn())
            return;
        var sent = await _send.RunAsync(cancellationToken).ConfigureAwait(false);
        if (sent > 0)
            LogSent(_log, sent);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sent {Count} TLS reports.")]
    private static partial void LogSent(ILogger log, int count);
}
