using System.Text.RegularExpressions;
using AngleSharp;
using AngleSharp.Html.Parser;

namespace Sealpost.Content.Previews;

/// <summary>How a preview shows a message.</summary>
internal enum ViewMode
{
    /// <summary>As it is.</summary>
    Light,

    /// <summary>As a reader sees it who prefers dark.</summary>
    Dark,

    /// <summary>As a reader sees it whose mail program loads no picture.</summary>
    ImagesOff,
}

/// <summary>Changes a rendered message for showing it on a screen of ours; what is sent is never changed.</summary>
internal static partial class MessageView
{
    /// <summary>The message in a mode.</summary>
    /// <param name="html">The HTML part.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="publicRoot">Public URL of the organisation's pictures; they are loaded from the page's own host instead, which serves the same ones.</param>
    public static string Of(string html, ViewMode mode, string publicRoot)
    {
        var shown = html.Replace(publicRoot + "i/", "/i/", StringComparison.Ordinal);
        return mode switch
        {
            ViewMode.Dark => Dark(shown),
            ViewMode.ImagesOff => WithoutImages(shown),
            _ => DarkQuery().Replace(shown, "@media not all"), // A screen of ours may itself be dark.
        };
    }

    /// <summary>Whether the message brings rules of its own for dark; else programs change colours by themselves.</summary>
    public static bool HasDarkRules(string html) => DarkQuery().IsMatch(html);

    private static string Dark(string html)
    {
        if (HasDarkRules(html))
            return DarkQuery().Replace(html, "@media all").Replace("<head>", "<head><style>:root{color-scheme:dark}</style>", StringComparison.Ordinal);

        // What programs do that change colours by themselves, nearly: light becomes dark, hues stay, pictures are left alone.
        return html.Replace("</head>", "<style>html{background:#fff;filter:invert(0.92) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style></head>", StringComparison.Ordinal);
    }

    private static string WithoutImages(string html)
    {
        using var document = new HtmlParser().ParseDocument(html);
        foreach (var image in document.QuerySelectorAll("img"))
        {
            image.RemoveAttribute("src");
            image.RemoveAttribute("srcset");
        }

        foreach (var element in document.QuerySelectorAll("[background]"))
            element.RemoveAttribute("background");
        foreach (var element in document.QuerySelectorAll("[style]"))
            element.SetAttribute("style", Picture().Replace(element.GetAttribute("style")!, "none"));
        return document.ToHtml();
    }

    [GeneratedRegex(@"@media[^{]*prefers-color-scheme\s*:\s*dark[^{]*", RegexOptions.IgnoreCase, 2_000)]
    private static partial Regex DarkQuery();

    [GeneratedRegex(@"url\([^)]*\)", RegexOptions.IgnoreCase, 2_000)]
    private static partial Regex Picture();
}
