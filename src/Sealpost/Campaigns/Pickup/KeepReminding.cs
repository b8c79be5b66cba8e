using System.Data.Common;
using Microsoft.Extensions.Logging;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Pickup;

/// <summary>Looks every few minutes for links that end soon, while the organisation is open.</summary>
internal sealed partial class KeepReminding : IAsyncDisposable
{
    /// <summary>How often it looks: a reminder leaves at most so much late.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private readonly Func<CancellationToken, Task<int>> _remind;
    private readonly ILogger _log;
    private readonly RunEvery _running;

    /// <summary>Starts.</summary>
    /// <param name="remind">Sends what is due; how many were taken.</param>
    /// <param name="log">Counts alone.</param>
    /// <param name="time">Clock.</param>
    public KeepReminding(Func<CancellationToken, Task<int>> remind, ILogger log, TimeProvider time)
    {
        (_remind, _log) = (remind, log);
        _running = new RunEvery("Reminding patients of messages that wait", Every, LookAsync, log, time);
    }

    /// <inheritdoc cref="RunEvery.Failed"/>
    public FailedWork? Failed => _running.Failed;

    /// <summary>Stops; a message already in DATA ends first.</summary>
    public ValueTask DisposeAsync() => _running.DisposeAsync();

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var taken = await _remind(cancellationToken).ConfigureAwait(false);
            if (taken > 0)
                LogSent(_log, taken);
        }
        catch (Exception exception) when (exception is TransientStoreException or DbException or RefusedException or SmtpConnectionException or LeaseLostException)
        {
            LogTriedAgain(_log, exception.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reminded {Count} patients of messages that wait.")]
    private static partial void LogSent(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reminders could not be sent now ({Cause}). They stay due and are tried again.")]
    private static partial void LogTriedAgain(ILogger log, string cause);
}
