namespace Sealpost.App.Pages.SignIn;

/// <summary>Browser and system in the words of a person, from the User-Agent header; for recognising one's own sessions, no more.</summary>
internal static class Device
{
    public static string Of(HttpContext http)
    {
        var text = http.Request.Headers.UserAgent.ToString();
        return $"{First(text, Browsers) ?? "A browser"} on {First(text, Systems) ?? "an unknown system"}";
    }

    // In this order: each browser also names those after it.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    private static string? First(string text, (string Mark, string Name)[] known) =>
        known.FirstOrDefault(one => text.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
