namespace Sealpost.Audience;

/// <summary>A parsed audience query; text and JSON tree are two forms of it.</summary>
public abstract record AudienceQuery
{
    /// <summary>Parses the text form. Never throws for bad input.</summary>
    public static AudienceParse Parse(string text) => throw new NotImplementedException();

    /// <summary>Reads the JSON tree form. Never throws for bad input.</summary>
    public static AudienceParse FromJson(string json) => throw new NotImplementedException();

    /// <summary>The canonical text; parses back to an equal query.</summary>
    public string ToText() => throw new NotImplementedException();

    /// <summary>The JSON tree; reads back to an equal query.</summary>
    public string ToJson() => throw new NotImplementedException();

    /// <summary>Codes the query names, for sensitive categories and unknown-code warnings: system, code or prefix, whether it is a prefix.</summary>
    public IReadOnlyList<(string System, string Code, bool IsPrefix)> Codes() => throw new NotImplementedException();

    /// <summary>Kinds of data it looks at: <c>age</c>, <c>sex</c>, <c>language</c>, <c>place</c>, <c>condition</c>, <c>medication</c>, <c>lab</c>, <c>encounter</c>, <c>procedure</c>, <c>immunization</c>, <c>appointment</c>, <c>payer</c>, <c>authorization</c>, <c>campaign</c>.</summary>
    public IReadOnlySet<string> Kinds() => throw new NotImplementedException();

    /// <summary>Campaign names it refers to.</summary>
    public IReadOnlyList<string> Campaigns() => throw new NotImplementedException();
}

/// <summary>Result of parsing: a query, or what is wrong and where.</summary>
/// <param name="Query">Null where there is an error.</param>
/// <param name="Error">What was found and what was expected.</param>
/// <param name="Column">Column of the error, from 1.</param>
public sealed record AudienceParse(AudienceQuery? Query, string? Error, int Column);
