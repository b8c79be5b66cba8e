using System.Globalization;

namespace Sealpost.App.Pages.People;

/// <summary>Instants in the words of the pages on people.</summary>
internal static class Times
{
    /// <summary>How long ago, roughly; a date where it is long.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalMinutes: < 1 } => "just now",
        { TotalMinutes: < 2 } => "a minute ago",
        { TotalHours: < 1 } gone => string.Create(CultureInfo.InvariantCulture, $"{(int)gone.TotalMinutes} minutes ago"),
        { TotalHours: < 2 } => "an hour ago",
        { TotalDays: < 1 } gone => string.Create(CultureInfo.InvariantCulture, $"{(int)gone.TotalHours} hours ago"),
        { TotalDays: < 2 } => "yesterday",
        { TotalDays: < 30 } gone => string.Create(CultureInfo.InvariantCulture, $"{(int)gone.TotalDays} days ago"),
        _ => at.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
    };
}
