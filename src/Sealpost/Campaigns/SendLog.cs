using Microsoft.Extensions.Logging;

namespace Sealpost.Campaigns;

/// <summary>What sending tells the operator: numbers and kinds only.</summary>
internal static partial class SendLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "Campaign {Campaign} is being sent.")]
    public static partial void Started(ILogger logger, long campaign);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "Campaign {Campaign} has stopped for now.")]
    public static partial void Stopped(ILogger logger, long campaign);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Information, Message = "Campaign {Campaign} is finished.")]
    public static partial void Finished(ILogger logger, long campaign);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning, Message = "Campaign {Campaign} met an error of kind {Kind} and starts again in {Seconds} seconds.")]
    public static partial void StartsAgain(ILogger logger, long campaign, string kind, int seconds);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Error, Message = "Campaign {Campaign} stopped after an error of kind {Kind} that does not mend itself. Nothing more is sent until the program is started again.")]
    public static partial void Broken(ILogger logger, long campaign, string kind);

    [LoggerMessage(EventId = 4019, Level = LogLevel.Warning, Message = "Campaign {Campaign} is due and was refused. It is tried again in five minutes; the first page and `sealpost campaign send` say why.")]
    public static partial void NotBegun(ILogger logger, long campaign);

    [LoggerMessage(EventId = 4020, Level = LogLevel.Error, Message = "Campaign {Campaign} met an error of kind {Kind} while it spoke to the servers of destination {Destination}. Its messages wait and are tried again; the other destinations go on.")]
    public static partial void HostUnclear(ILogger logger, long campaign, int destination, string kind);

    [LoggerMessage(EventId = 4021, Level = LogLevel.Error, Message = "Campaign {Campaign} met an error of kind {Kind} while it sent to destination {Destination}. Its messages wait until {Until:u} and are tried again; {Doubted} are in doubt. The other destinations go on.")]
    public static partial void LaneBroken(ILogger logger, long campaign, int destination, string kind, DateTimeOffset until, int doubted);

    [LoggerMessage(EventId = 4022, Level = LogLevel.Error, Message = "Campaign {Campaign} paused by itself: its unsubscribe links do not work. `sealpost domain check` says why.")]
    public static partial void OptOutGone(ILogger logger, long campaign);

    [LoggerMessage(EventId = 4023, Level = LogLevel.Warning, Message = "Whether the unsubscribe links of campaign {Campaign} work could not be found out ({Kind}); it is asked again in an hour.")]
    public static partial void OptOutNotAsked(ILogger logger, long campaign, string kind);

    [LoggerMessage(EventId = 4024, Level = LogLevel.Error, Message = "Reminders of campaign {Campaign} to one destination met an error of kind {Kind}. What stays due is tried again; the other destinations go on.")]
    public static partial void RemindersBroken(ILogger logger, long campaign, string kind);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Warning, Message = "{Count} deliveries were in flight when the program last ended. They are in doubt and are not sent again; see the campaign reports.")]
    public static partial void InDoubt(ILogger logger, int count);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Warning, Message = "The database was older than the outcome journal. {Frames} frames were replayed before sending.")]
    public static partial void Replayed(ILogger logger, long frames);

    [LoggerMessage(EventId = 4008, Level = LogLevel.Warning, Message = "{Count} accepted messages could not be told to the audience index yet ({Kind}); tried again in a second.")]
    public static partial void IndexBehind(ILogger logger, int count, string kind);
}
