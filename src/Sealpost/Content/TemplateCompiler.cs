using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluid;
using MimeKit;
using Sealpost.Content.Fields;
using Sealpost.Content.Html;
using Sealpost.Content.Liquid;
using Sealpost.Content.Mjml;
using Sealpost.Content.PlainText;

namespace Sealpost.Content;

/// <summary>Compiles a template part by part and collects all problems.</summary>
internal static class TemplateCompiler
{
    /// <summary>Part of the hash: a new compiler makes a new template, which is approved anew.</summary>
    public const string Version = "sealpost-content-1";

    /// <summary>Characters a body or text may have.</summary>
    public const int MaxSource = 500_000;

    /// <summary>Characters a subject or preheader may have.</summary>
    public const int MaxLine = 500;

    /// <summary>Whether a field is not about a patient.</summary>
    public static bool IsImpersonal(string path) => path == "today" || path.StartsWith("organisation.", StringComparison.Ordinal) || path.StartsWith("forloop.", StringComparison.Ordinal);

    /// <summary>Compiles.</summary>
    public static TemplateResult Compile(TemplateSource source, IReadOnlySet<string> ownHosts)
    {
        try
        {
            return CompileParts(source, ownHosts);
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            return new TemplateResult(null, [new TemplateProblem(source.BodyFile, 1, "The body takes too long to check: simplify its markup.")]);
        }
    }

    private static TemplateResult CompileParts(TemplateSource source, IReadOnlySet<string> ownHosts)
    {
        var problems = new List<TemplateProblem>();
        CheckFrom(source.From, problems);
        var subject = Line(source.Subject, Place.Subject, "subject", NullEncoder.Default, problems);
        var preheader = source.Preheader is { } line
            ? Line(line, Place.Preheader, "preheader", HtmlFrame.Encoder, problems)
            : LiquidPart.Compile([new TagPiece(new LiquidTag(true, "", "organisation.name", 1, false, false), Place.Preheader)], HtmlFrame.Encoder, "preheader", problems);
        if (string.IsNullOrWhiteSpace(source.Subject))
            problems.Add(new TemplateProblem("subject", 1, "The subject is empty: write one."));
        if (source.Body.Length > MaxSource || source.Text?.Length > MaxSource)
            return new TemplateResult(null, [new TemplateProblem(source.BodyFile, 1, string.Create(CultureInfo.InvariantCulture, $"The body is longer than {MaxSource} characters: shorten it."))]);

        var hosts = new HostRules(ownHosts);
        var guarded = GuardedSource.Of(source.Body, source.BodyFile, problems);
        if (problems.Count > 0 || ToHtml(source, guarded, problems) is not { } html)
            return new TemplateResult(null, InOrder(problems)) { Uses = [.. subject.Uses, .. preheader.Uses] };
        using var document = MailSanitizer.Clean(html, guarded, source.Body, source.BodyFile, hosts, problems);
        var text = source.Text is { } authored
            ? AuthoredText(authored, source.TextFile ?? "text", problems)
            : LiquidPart.Compile(TextFromHtml.Of(document.Body!, guarded), NullEncoder.Default, source.BodyFile, problems);
        var body = LiquidPart.Compile(HtmlPieces.Of(document.Body!, guarded, hosts, source.BodyFile, problems), HtmlFrame.Encoder, source.BodyFile, problems);
        IReadOnlyList<FieldUse> uses = [.. subject.Uses, .. source.Preheader is null ? [] : preheader.Uses, .. body.Uses, .. source.Text is null ? [] : text.Uses];
        if (problems.Count > 0)
            return new TemplateResult(null, InOrder(problems)) { Uses = uses };
        if (source.Language is { } language)
            document.DocumentElement.SetAttribute("lang", language); // WCAG 2.2 SC 3.1.1.
        var (beforeTitle, afterTitle) = HtmlFrame.Head(document);
        var hash = Hash(source);
        var taint = subject.Taint.With(preheader.Taint).With(body.Taint).With(text.Taint);
        return new TemplateResult(new Template(source, hash, new TemplateParts(subject, preheader, beforeTitle, afterTitle, body, text, "f" + hash[..16]), taint), []) { Uses = uses };
    }

    private static string? ToHtml(TemplateSource source, GuardedSource guarded, List<TemplateProblem> problems) => source.Format switch
    {
        BodyFormat.Markdown => MarkdownBody.ToHtml(guarded.Text),
        BodyFormat.Html => guarded.Text,
        _ => MjmlBody.ToHtml(guarded, source.BodyFile, problems),
    };

    private static LiquidPart Line(string source, Place place, string file, System.Text.Encodings.Web.TextEncoder encoder, List<TemplateProblem> problems)
    {
        if (source.Length > MaxLine)
            problems.Add(new TemplateProblem(file, 1, string.Create(CultureInfo.InvariantCulture, $"The {file} is longer than {MaxLine} characters: shorten it.")));
        var pieces = LiquidLexer.Split(source, file, problems).Select(token => token.Tag is { } tag
            ? (Piece)new TagPiece(tag, place)
            : new TextPiece(Escape(string.Join(' ', token.Text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)), place)));
        return LiquidPart.Compile([.. pieces], encoder, file, problems);
    }

    private static string Escape(string text, Place place) => place == Place.Preheader ? HtmlFrame.Encoder.Encode(text) : text;

    private static LiquidPart AuthoredText(string source, string file, List<TemplateProblem> problems)
    {
        var pieces = LiquidLexer.Split(source, file, problems).Select(token => token.Tag is { } tag ? (Piece)new TagPiece(tag, Place.Text) : new TextPiece(token.Text.ReplaceLineEndings("\n")));
        return LiquidPart.Compile([.. pieces], NullEncoder.Default, file, problems);
    }

    private static void CheckFrom(string from, List<TemplateProblem> problems)
    {
        if (from.Contains("{{", StringComparison.Ordinal) || from.Contains("{%", StringComparison.Ordinal))
            problems.Add(new TemplateProblem("from", 1, "The sender is the same for every patient and holds no field: write the organisation's name out."));
        else if (from.AsSpan().ContainsAny('\r', '\n') || !MailboxAddress.TryParse(from, out var mailbox) || Patients.EmailAddress.Normalise(mailbox.Address) is null)
            problems.Add(new TemplateProblem("from", 1, "The sender must be one mailbox, such as Green Valley Clinic <care@mail.greenvalley.test>."));
    }

    private static string Hash(TemplateSource source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[] { Version, source.From, source.Subject, source.Preheader, source.Body, source.Format.ToString(), source.Text }.Concat(source.Language is { } language ? [language] : []))
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(BitConverter.GetBytes(part is null ? -1 : bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static List<TemplateProblem> InOrder(List<TemplateProblem> problems) =>
        [.. problems.Distinct().OrderBy(problem => problem.File, StringComparer.Ordinal).ThenBy(problem => problem.Line)];
}
