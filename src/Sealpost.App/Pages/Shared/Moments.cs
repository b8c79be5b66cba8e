using System.Globalization;

namespace Sealpost.App.Pages.Shared;

/// <summary>Instants as the pages write them: in the organisation's time zone, so that what was signed in the evening does not stand under the next day.</summary>
internal static class Moments
{
    public static string Day(DateTimeOffset at, TimeZoneInfo zone) => Write(at, zone, "d MMM yyyy");

    public static string Minute(DateTimeOffset at, TimeZoneInfo zone) => Write(at, zone, "d MMM yyyy, HH:mm");

    public static string Second(DateTimeOffset at, TimeZoneInfo zone) => Write(at, zone, "d MMM yyyy, HH:mm:ss");

    private static string Write(DateTimeOffset at, TimeZoneInfo zone, string format) => TimeZoneInfo.ConvertTime(at, zone).ToString(format, CultureInfo.InvariantCulture);
}
