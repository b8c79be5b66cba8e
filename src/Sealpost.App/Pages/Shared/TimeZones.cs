namespace Sealpost.App.Pages.Shared;

/// <summary>Time zones to choose from.</summary>
internal static class TimeZones
{
    /// <summary>IANA names of places, by name.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Append(TimeZoneInfo.Local.Id).Where(id => id.Contains('/', StringComparison.Ordinal) || id is "UTC").Where(id => !id.StartsWith("Etc/", StringComparison.Ordinal)).Append("UTC").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>This machine's zone, where it is one of them.</summary>
    public static string Here => All.Contains(TimeZoneInfo.Local.Id) ? TimeZoneInfo.Local.Id : "UTC";
}
