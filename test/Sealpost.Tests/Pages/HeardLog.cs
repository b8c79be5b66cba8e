using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sealpost.App.Hosting;

namespace Sealpost.Tests.Pages;

/// <summary>What an operator would find in the log of a server: every warning and worse.</summary>
internal sealed class HeardLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Logs as a server does, and is heard.</summary>
    public ILoggerFactory Factory() => LoggerFactory.Create(builder =>
    {
        Logging.Configure(builder);
        builder.AddProvider(this);
    });

    public ILogger CreateLogger(string categoryName) => new Ear(categoryName, _lines);

    public void Dispose()
    {
        // Heard after the server is gone, too.
    }

    private sealed class Ear(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // A busy machine is not the server's fault.
            if (category.EndsWith("LocalSiloHealthMonitor", StringComparison.Ordinal) || eventId.Name is "HeartbeatSlow" or "LogWarningLongRunningTurn")
                return;
            if (IsEnabled(logLevel))
                lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
        }
    }
}
