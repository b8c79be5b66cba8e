using System.Globalization;
using Sealpost.App.Pages.Shared;
using Sealpost.Campaigns;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>Words and badges for campaigns.</summary>
internal static class CampaignWords
{
    /// <summary>A length of time in its largest whole unit.</summary>
    public static string Length(TimeSpan time)
    {
        var (count, unit) = time.TotalHours >= 1 && time.Minutes == 0 ? ((long)time.TotalHours, "hour") : time.TotalMinutes >= 1 && time.Seconds == 0 ? ((long)time.TotalMinutes, "minute") : ((long)Math.Max(1, time.TotalSeconds), "second");
        return count == 1 ? $"one {unit}" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} {unit}s");
    }

    public static (string Text, string Kind) Of(CampaignState state) => state switch
    {
        CampaignState.Draft => ("Draft", "quiet"),
        CampaignState.Submitted => ("Waits for approval", "warn"),
        CampaignState.Approved => ("Approved", "good"),
        CampaignState.Scheduled => ("Scheduled", "info"),
        CampaignState.Sending => ("Sending", "info"),
        CampaignState.Paused => ("Paused", "warn"),
        CampaignState.Finished => ("Finished", "good"),
        _ => ("Cancelled", "quiet"),
    };

    /// <summary>What the person who approved is told: what happens next by itself, and what does not.</summary>
    public static string Approved(Campaign campaign, TimeZoneInfo zone, DateTimeOffset now) => campaign switch
    {
        { State: CampaignState.Scheduled, ScheduledAt: { } at } => $"Approved. It starts by itself on {Moments.Minute(at, zone)} ({zone.Id}).",
        { Content.Schedule: { } at } when at <= now => "Approved. The start that its author asked for is past, so it waits until somebody sends it or chooses another time.",
        { Content.Schedule: not null } => "Approved, but not scheduled: nothing may be sent here now.",
        _ => "Approved. Its author may send it.",
    };

    /// <summary>A time on the wall of wherever somebody is.</summary>
    public static string WallClock(DateTime time) => time.ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string People(long count) => count == 1 ? "1 person" : Number(count) + " people";
}
