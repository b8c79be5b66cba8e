namespace Sealpost.App.Hosting;

/// <summary>Logs go to stderr: warnings and worse, or as SEALPOST_LOG says (trace, debug, information, warning, error, none).</summary>
internal static class Logging
{
    public static ILoggerFactory Create() => LoggerFactory.Create(Configure);

    public static void Configure(ILoggingBuilder logging)
    {
        var level = Enum.TryParse<LogLevel>(Environment.GetEnvironmentVariable("SEALPOST_LOG"), ignoreCase: true, out var asked) ? asked : LogLevel.Warning;
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        // At its first look it takes the machine's uptime for the time a check took, and warns.
        if (level < LogLevel.Error)
            logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        // Its keys are sealed in our store, by a repository of ours that it does not know; and our own headers already forbid caching.
        if (level < LogLevel.Error)
            logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error).AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error);
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "HH:mm:ss.fff ";
        });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
