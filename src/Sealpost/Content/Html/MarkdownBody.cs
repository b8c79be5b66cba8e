using Markdig;

namespace Sealpost.Content.Html;

/// <summary>Turns CommonMark into a plain page that fits a telephone and a desktop.</summary>
internal static class MarkdownBody
{
    private const string Style =
        """
        body{margin:0;padding:0;background-color:#f4f4f4}
        .page{max-width:600px;margin:0 auto;padding:24px;background-color:#ffffff;color:#222222;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:24px}
        .page h1{font-size:24px;line-height:32px;margin:0 0 16px 0}
        .page h2{font-size:20px;line-height:28px;margin:24px 0 12px 0}
        .page p,.page ul,.page ol{margin:0 0 16px 0}
        .page a{color:#1a5fb4}
        .page img{max-width:100%;height:auto}
        .page th,.page td{padding:4px 12px 4px 0;text-align:left;vertical-align:top}
        @media (max-width:620px){.page{padding:16px}}
        """;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseEmphasisExtras().Build();

    /// <summary>Converts; raw HTML passes through to the sanitiser.</summary>
    public static string ToHtml(string markdown) => $"<!doctype html><html><head><style>{Style}</style></head><body><div class=\"page\">{Markdown.ToHtml(markdown, Pipeline)}</div></body></html>";
}
