using System.Globalization;

namespace Sealpost.Delivery.Pacing;

/// <summary>Hours of the patient's day in which nothing leaves that can wait.</summary>
/// <param name="From">First minute of quiet, on the patient's clock.</param>
/// <param name="To">First minute after it; earlier than <paramref name="From"/> where the night lies between.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>Reads <c>21:00-08:00</c>; null where it is not written so, or is no span.</summary>
    public static QuietHours? Read(string text) =>
        text.Split('-') is [var from, var to]
        && TimeOnly.TryParseExact(from, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var begins)
        && TimeOnly.TryParseExact(to, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var ends)
        && begins != ends
            ? new QuietHours(begins, ends)
            : null;

    /// <summary>The end of the quiet that an instant falls into where the patient lives, UTC; null where it does not.</summary>
    public DateTimeOffset? EndFor(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var time = TimeOnly.FromDateTime(local);
        if (!time.IsBetween(From, To))
            return null;
        var end = local.Date.Add(To.ToTimeSpan());
        if (end <= local)
            end = end.AddDays(1);
        // A time that the clock skips counts as the next one that it shows.
        while (zone.IsInvalidTime(end))
            end = end.AddMinutes(15);
        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }
}
