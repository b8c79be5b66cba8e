namespace Sealpost.Content.Advice;

/// <summary>How much a piece of advice matters.</summary>
internal enum AdviceWeight
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Some readers will have trouble.</summary>
    Warning,
}

/// <summary>One piece of advice on a message: what, where, and how to mend it. Advice never stops a message; what must stop it is a problem of the compiler.</summary>
/// <param name="Kind"><c>reading</c>, <c>contrast</c>, <c>alt text</c>, <c>size</c>, <c>link text</c>, <c>client support</c>, <c>subject</c>.</param>
/// <param name="Weight">How much it matters.</param>
/// <param name="Message">What was found.</param>
/// <param name="Mend">What to do.</param>
internal sealed record MailAdvice(string Kind, AdviceWeight Weight, string Message, string Mend)
{
    /// <summary>Language variant.</summary>
    public string Language { get; init; } = Languages.Default;

    /// <summary>File it stands in: <c>body</c>, <c>block:NAME</c>, <c>subject</c>.</summary>
    public string File { get; init; } = "body";

    /// <summary>Line, from 1; null where it concerns the whole.</summary>
    public int? Line { get; init; }
}
