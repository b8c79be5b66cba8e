using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Sealpost.Content.Drafts;

namespace Sealpost.Content.Advice;

/// <summary>Looks at a message as it is rendered, and at its source for places, and says what readers will have trouble with.</summary>
internal sealed class AdviseMessage
{
    /// <summary>Bytes of HTML after which Gmail cuts a message off and hides the rest behind a link.</summary>
    public const int GmailClipsAt = 102 * 1024;

    private static readonly string[] EmptyWords =
    [
        "click here", "here", "click", "read more", "more", "learn more", "this link", "link", "this page", "go",
        "haga clic aquí", "clic aquí", "aquí", "pulse aquí", "leer más", "más", "más información", "este enlace", "enlace",
    ];

    private readonly DraftCheck check;
    private readonly string language;
    private readonly List<MailAdvice> advice = [];

    private AdviseMessage(DraftCheck check, string language) => (this.check, this.language) = (check, language);

    /// <summary>Advice on one variant.</summary>
    /// <param name="check">The checked draft.</param>
    /// <param name="language">The variant.</param>
    /// <param name="typical">It, as a typical patient gets it.</param>
    /// <param name="longest">It, with the longest values.</param>
    public static IReadOnlyList<MailAdvice> Run(DraftCheck check, string language, RenderedMessage typical, RenderedMessage longest)
    {
        var adviser = new AdviseMessage(check, language);
        using var document = new HtmlParser().ParseDocument(typical.Html);
        adviser.Subject(longest);
        adviser.Reading(typical);
        adviser.Size(longest);
        adviser.Pictures(document);
        adviser.Links(document);
        foreach (var (ink, ground, ratio, needed, dark) in MeasureContrast.In(typical.Html))
        {
            adviser.Add("contrast", AdviceWeight.Warning, Text($"{ink} on {ground} has a contrast of {ratio:0.0}:1{(dark ? " where the reader prefers dark" : "")}; it needs {needed:0.0}:1 (WCAG 2.2 SC 1.4.3)."), "Choose a darker or lighter colour for the text or what is behind it.", ink.ToString(), ground.ToString());
        }

        adviser.advice.AddRange(ClientSupport.Of(check.Sources[language].Text).Where(finding => !check.Sources[language].IsOnlyInValues(finding.Needle))
            .Select(finding => adviser.At(new MailAdvice("client support", finding.Clients.Count > 2 ? AdviceWeight.Warning : AdviceWeight.Note, $"{finding.Title}: not supported by {string.Join(", ", finding.Clients)}.", "Make sure that the message reads well without it, or take another way.") { Language = language }, finding.Needle)));
        return adviser.advice;
    }

    private void Subject(RenderedMessage longest)
    {
        var variant = check.Expanded.All.First(variant => variant.Language == language);
        if (longest.Subject.Length > 70)
            advice.Add(new MailAdvice("subject", AdviceWeight.Note, Text($"The subject has up to {longest.Subject.Length} characters; telephones show about 40, desktops about 70."), "Put what matters first, or shorten it.") { Language = language, File = "subject", Line = 1 });
        if (string.IsNullOrWhiteSpace(variant.Preheader))
            advice.Add(new MailAdvice("subject", AdviceWeight.Note, "There is no preview line; readers see the organisation's name beside the subject.", "Write one sentence that says what the message is for.") { Language = language, File = "preheader", Line = 1 });
    }

    private void Reading(RenderedMessage typical)
    {
        var end = typical.Text.LastIndexOf("\n-- \n", StringComparison.Ordinal);
        if (ReadingGrade.Of(end > 0 ? typical.Text[..end] : typical.Text, language) is not { } grade)
            return;
        var what = grade.Formula == "Flesch-Kincaid" ? Text($"The text reads at school grade {grade.Score:0.0} (Flesch-Kincaid)") : Text($"The text has a reading ease of {grade.Score:0} of 100 (Fernández-Huerta)");
        advice.Add(grade.IsHard
            ? new MailAdvice("reading", AdviceWeight.Warning, $"{what}; health information should be easier ({(grade.Formula == "Flesch-Kincaid" ? "grade 8 or below" : "60 or above")}).", "Shorten sentences, use everyday words, say one thing at a time.") { Language = language }
            : new MailAdvice("reading", AdviceWeight.Note, what + ": easy enough for most readers.", "Nothing to do.") { Language = language });
    }

    private void Size(RenderedMessage longest)
    {
        var bytes = Encoding.UTF8.GetByteCount(longest.Html);
        if (bytes > GmailClipsAt)
            advice.Add(new MailAdvice("size", AdviceWeight.Warning, Text($"With the longest values the HTML has {bytes / 1024.0:0} KB; Gmail cuts it off at 102 KB and hides the rest, the unsubscribe link too."), "Shorten lists with \"limit\", take out what is not needed.") { Language = language });
        else if (bytes > GmailClipsAt * 8 / 10)
            advice.Add(new MailAdvice("size", AdviceWeight.Note, Text($"With the longest values the HTML has {bytes / 1024.0:0} KB of the 102 KB at which Gmail cuts off."), "Shorten lists with \"limit\".") { Language = language });
    }

    private void Pictures(IHtmlDocument document)
    {
        foreach (var image in document.QuerySelectorAll("img"))
        {
            var source = image.GetAttribute("src") ?? "";
            var isLinkAlone = image.Closest("a") is { } link && string.IsNullOrWhiteSpace(link.TextContent);
            if (!image.HasAttribute("alt"))
                Add("alt text", AdviceWeight.Warning, $"The picture {NameOf(source)} has no alternative text; readers who do not see it learn nothing, and screen readers read its address.", "Say in \"alt\" what it shows; write alt=\"\" if it only decorates.", source, "<mj-image", "<img");
            else if (isLinkAlone && string.IsNullOrWhiteSpace(image.GetAttribute("alt")))
                Add("alt text", AdviceWeight.Warning, $"The picture {NameOf(source)} is a link by itself and has no alternative text, so the link has no name.", "Say in \"alt\" where the link leads.", source, "<mj-image", "<img");
        }
    }

    private void Links(IHtmlDocument document)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var link in document.QuerySelectorAll("a[href]"))
        {
            var (words, href) = (string.Join(' ', link.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), link.GetAttribute("href")!);
            if (EmptyWords.Contains(words.TrimEnd('.', '!', '>', '»', '→', ' '), StringComparer.OrdinalIgnoreCase))
                Add("link text", AdviceWeight.Warning, $"The link \"{words}\" does not say where it leads (WCAG 2.2 SC 2.4.4).", "Name the goal: \"Book your eye exam\".", href);
            else if (words.StartsWith("http", StringComparison.OrdinalIgnoreCase))
                Add("link text", AdviceWeight.Note, "A link shows its bare address; screen readers spell it out.", "Give it words.", href);
            else if (words.Length > 0 && seen.TryGetValue(words, out var other) && other != href)
                Add("link text", AdviceWeight.Note, $"Two links say \"{words}\" and lead to different places.", "Tell them apart in words.", href);
            if (words.Length > 0)
                seen.TryAdd(words, href);
        }
    }

    private void Add(string kind, AdviceWeight weight, string message, string mend, params string[] needles)
    {
        var piece = At(new MailAdvice(kind, weight, message, mend) { Language = language }, needles);
        if (!advice.Contains(piece))
            advice.Add(piece);
    }

    private MailAdvice At(MailAdvice piece, params string[] needles)
    {
        var source = check.Sources[language].Text;
        foreach (var needle in needles.Where(needle => needle.Length > 0))
        {
            var at = source.IndexOf(needle, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                at = source.IndexOf(needle.Replace("&", "&amp;", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                continue;
            var (file, line) = check.Origin(language, 1 + source.AsSpan(0, at).Count('\n'));
            return piece with { File = file, Line = line };
        }

        return piece;
    }

    private static string NameOf(string source) => source.Length == 0 ? "without an address" : $"\"{source[(source.LastIndexOf('/') + 1)..]}\"";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
