namespace Sealpost.Content;

/// <summary>How the body is written.</summary>
public enum BodyFormat
{
    /// <summary>MJML, compiled to HTML once per template.</summary>
    Mjml,

    /// <summary>HTML.</summary>
    Html,

    /// <summary>CommonMark.</summary>
    Markdown,
}

/// <summary>A template as authored: Liquid in every part.</summary>
/// <param name="From">Display name and address, such as <c>Green Valley Clinic &lt;care@mail.greenvalley.test&gt;</c>.</param>
/// <param name="Subject">Subject line.</param>
/// <param name="Preheader">Preview line, or null.</param>
/// <param name="Body">Body text.</param>
/// <param name="Format">Format of <paramref name="Body"/>.</param>
/// <param name="Text">Text part; null makes it from the HTML.</param>
/// <param name="BodyFile">File name for problems, such as <c>body.mjml</c>.</param>
/// <param name="TextFile">File name of the text part for problems.</param>
/// <param name="Language">BCP 47 tag of the language it is written in; null where the author does not say (the frame is then English).</param>
public sealed record TemplateSource(string From, string Subject, string? Preheader, string Body, BodyFormat Format, string? Text, string BodyFile, string? TextFile, string? Language = null);

/// <summary>One thing wrong with a template.</summary>
/// <param name="File">File it stands in (<c>subject</c>, <c>from</c>, <c>preheader</c> for campaign-file keys).</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
public sealed record TemplateProblem(string File, int Line, string Message)
{
    /// <summary>Column, from 1, where one tag is at fault; null where it is not known.</summary>
    public int? Column { get; init; }

    /// <summary>Characters from <see cref="Column"/> on that are at fault; 0 where that is not known.</summary>
    public int Length { get; init; }

    /// <summary>Language variant it stands in; null for the fallback.</summary>
    public string? Language { get; init; }
}

/// <summary>Result of compiling: a template or problems (all of them).</summary>
/// <param name="Template">Null where there is a problem.</param>
/// <param name="Problems">Empty where there is a template.</param>
public sealed record TemplateResult(Template? Template, IReadOnlyList<TemplateProblem> Problems)
{
    /// <summary>Every use of a field that was understood, in the order of the parts, whether or not there is a template.</summary>
    internal IReadOnlyList<FieldUse> Uses { get; init; } = [];
}
