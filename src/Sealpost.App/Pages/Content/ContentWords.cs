using Sealpost.Content;

namespace Sealpost.App.Pages.Content;

/// <summary>Words for content.</summary>
internal static class ContentWords
{
    /// <summary>What a text is written in, as its makers spell it.</summary>
    public static string Of(BodyFormat format) => format switch
    {
        BodyFormat.Mjml => "MJML",
        BodyFormat.Html => "HTML",
        _ => "Markdown",
    };
}
