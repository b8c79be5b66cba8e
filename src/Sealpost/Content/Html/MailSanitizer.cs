using AngleSharp;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Ganss.Xss;

namespace Sealpost.Content.Html;

/// <summary>Parses a body and takes out everything but layout and text; addresses that a message must not load are problems.</summary>
/// <remarks>Works on the template's compiled output once; values put in later are escaped, so a hostile name stays a name.</remarks>
internal sealed class MailSanitizer
{
    private readonly GuardedSource guarded;
    private readonly string source;
    private readonly string file;
    private readonly HostRules hosts;
    private readonly ICollection<TemplateProblem> problems;

    private MailSanitizer(GuardedSource guarded, string source, string file, HostRules hosts, ICollection<TemplateProblem> problems)
    {
        this.guarded = guarded;
        this.source = source;
        this.file = file;
        this.hosts = hosts;
        this.problems = problems;
    }

    /// <summary>Parses and cleans.</summary>
    /// <param name="html">HTML with marks.</param>
    /// <param name="guarded">The author's source with marks.</param>
    /// <param name="source">The author's source, to find lines in.</param>
    /// <param name="file">Its name.</param>
    /// <param name="hosts">Where it may point.</param>
    /// <param name="problems">Receives problems.</param>
    public static IHtmlDocument Clean(string html, GuardedSource guarded, string source, string file, HostRules hosts, ICollection<TemplateProblem> problems)
    {
        var cleaner = new MailSanitizer(guarded, source, file, hosts, problems);
        var document = Parser().ParseDocument(html);
        TableBlocks.Mend(document, guarded);
        cleaner.CheckAddresses(document);
        cleaner.CheckComments(document);
        cleaner.CheckStyles(document);
        var sanitizer = cleaner.Create();
        sanitizer.SanitizeDom(document);
        cleaner.CheckStyles(document);
        foreach (var meta in document.QuerySelectorAll("meta").Where(meta => !IsKept(meta)).ToList())
            meta.Remove();
        return document;
    }

    private static HtmlParser Parser() => new(
        new HtmlParserOptions { IsScripting = false, DisableElementPositionTracking = true },
        BrowsingContext.New(Configuration.Default.WithCss(new CssParserOptions { IsIncludingUnknownDeclarations = true, IsIncludingUnknownRules = true, IsToleratingInvalidSelectors = true })));

    private HtmlSanitizer Create()
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(EmailMarkup.Elements, StringComparer.OrdinalIgnoreCase),
            AllowedAttributes = new HashSet<string>(EmailMarkup.Attributes, StringComparer.OrdinalIgnoreCase),
            AllowedSchemes = new HashSet<string>(["https", "mailto", "tel"], StringComparer.OrdinalIgnoreCase),
            UriAttributes = new HashSet<string>(EmailMarkup.Addresses.Where(name => name != "srcset"), StringComparer.OrdinalIgnoreCase),
            UriListAttributes = new HashSet<string>(["srcset"], StringComparer.OrdinalIgnoreCase),
            AllowedAtRules = new HashSet<CssRuleType>([CssRuleType.Style, CssRuleType.Media, CssRuleType.FontFace, CssRuleType.Supports, CssRuleType.Keyframes, CssRuleType.Keyframe]),
            AllowedCssProperties = new HashSet<string>(HtmlSanitizerDefaults.AllowedCssProperties.Except(EmailMarkup.RemovedProperties, StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase),
        })
        {
            EncodeComment = static _ => { },
        };
        sanitizer.RemovingStyle += static (_, e) => e.Cancel = e.Reason == RemoveReason.NotAllowedStyle && EmailMarkup.IsMailProperty(e.Style.Name);
        sanitizer.RemovingComment += (_, e) => e.Cancel = IsKept(e.Comment);
        sanitizer.RemovingAtRule += (_, e) =>
        {
            if (e.Rule is ICssImportRule import)
                Problem(import.Href, hosts.RefuseResource(import.Href) ?? $"@import of \"{import.Href}\": put the style into the template.");
        };
        sanitizer.FilterUrl += (_, e) =>
        {
            if (IsLink(e))
                return;
            if (e.OriginalUrl.Length > 0 && hosts.RefuseResource(e.OriginalUrl.Trim()) is { } refusal)
            {
                Problem(e.OriginalUrl, refusal);
                e.SanitizedUrl = null;
            }
        };
        return sanitizer;
    }

    private void CheckAddresses(IHtmlDocument document)
    {
        foreach (var element in document.All)
        {
            foreach (var attribute in element.Attributes.Where(attribute => EmailMarkup.Addresses.Contains(attribute.Name, StringComparer.OrdinalIgnoreCase)).ToList())
            {
                var value = attribute.Value.Trim();
                if (value.Length == 0)
                    continue;
                if (guarded.Mark.Match(value) is { Success: true } mark)
                    ProblemAt(guarded.Tags[GuardedSource.NumberOf(mark)].Line, $"attribute \"{attribute.Name}\" of <{element.LocalName}> is an address, and addresses are the same for every patient: write it out.");
                else if (element.LocalName is "a" or "area" && attribute.Name == "href")
                    Problem(value, HostRules.RefuseLink(value));
                else if (element.LocalName is "img" or "td" or "th" or "table" or "tr" or "body" or "link" or "source" or "video" or "audio" or "iframe" or "input" or "embed" or "object" && attribute.Name is not "srcset" and not "cite")
                    Problem(value, hosts.RefuseResource(value));
                else if (attribute.Name == "srcset")
                    foreach (var candidate in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                        Problem(candidate, hosts.RefuseResource(candidate.Split(' ')[0]));
            }
        }
    }

    private void CheckStyles(IHtmlDocument document)
    {
        // Before the sanitiser, so that what it would drop is named; after it, as a second net: whatever looks like an address in a style, however it is written, loads from the organisation or not at all.
        foreach (var style in document.QuerySelectorAll("style").Select(element => element.TextContent).Concat(document.QuerySelectorAll("[style]").Select(element => element.GetAttribute("style")!)))
        {
            foreach (var address in StyleAddresses.In(style))
                Problem(address, hosts.RefuseResource(address));
        }
    }

    private void CheckComments(IHtmlDocument document)
    {
        foreach (var comment in document.Descendants<IComment>().Where(comment => ConditionalComment.Is(comment.Data) && guarded.Mark.Match(comment.Data) is { Success: true }).ToList())
        {
            var mark = guarded.Mark.Match(comment.Data);
            ProblemAt(guarded.Tags[GuardedSource.NumberOf(mark)].Line, "a Liquid tag reaches markup that only Outlook reads: move it into the text of an element.");
        }
    }

    private bool IsKept(IComment comment) =>
        guarded.TagOf(comment) is not null
        || (ConditionalComment.Is(comment.Data) && ConditionalComment.IsSafe(comment.Data, hosts, Problem));

    private static bool IsLink(FilterUrlEventArgs e) => e.Tag.LocalName is "a" or "area" && e.Tag.GetAttribute("href") == e.OriginalUrl;

    private static bool IsKept(IElement meta) =>
        meta.HasAttribute("charset") || EmailMarkup.Metas.Contains(meta.GetAttribute("name") ?? meta.GetAttribute("http-equiv") ?? "", StringComparer.OrdinalIgnoreCase);

    private void Problem(string where, string? reason)
    {
        if (reason is null)
            return;
        var at = source.IndexOf(where, StringComparison.Ordinal);
        if (at < 0)
            at = source.IndexOf(where.Replace("&", "&amp;", StringComparison.Ordinal), StringComparison.Ordinal);
        ProblemAt(at < 0 ? 1 : 1 + source.AsSpan(0, at).Count('\n'), reason);
    }

    private void ProblemAt(int line, string reason)
    {
        var problem = new TemplateProblem(file, line, reason);
        if (!problems.Contains(problem))
            problems.Add(problem);
    }
}
