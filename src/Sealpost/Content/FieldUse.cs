using Sealpost.Content.Fields;
using Sealpost.Content.Liquid;

namespace Sealpost.Content;

/// <summary>What a tag does with a field.</summary>
internal enum FieldRole
{
    /// <summary>Prints its value.</summary>
    Prints,

    /// <summary>Chooses between texts by it.</summary>
    Decides,

    /// <summary>Repeats text for each of its items.</summary>
    Repeats,

    /// <summary>Keeps it in a variable.</summary>
    Sets,
}

/// <summary>One place of a template where fields are used, for the lens that shows authors what is health information.</summary>
/// <param name="File">File, or <c>subject</c>, <c>preheader</c>.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Length">Characters the tag takes.</param>
/// <param name="Source">The tag as written.</param>
/// <param name="Role">What it does.</param>
internal sealed record FieldUse(string File, int Line, int Column, int Length, string Source, FieldRole Role)
{
    /// <summary>Strongest label, in words: <c>none</c>, <c>given name</c>, <c>demographic</c>, <c>identifier</c>, <c>contact</c>, <c>clinical</c>, <c>sensitive</c>.</summary>
    public required string Label { get; init; }

    /// <summary>Paths of the fields.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>Sensitive categories.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Part of the message it stands in: <c>subject</c>, <c>preview line</c>, <c>body</c>, <c>hidden text</c>, <c>attribute</c>, <c>text part</c>.</summary>
    public required string Place { get; init; }

    /// <summary>Language variant; null for the fallback.</summary>
    public string? Language { get; init; }

    /// <summary>The use that a tag makes.</summary>
    public static FieldUse Of(string file, TagPiece piece, FieldRole role, Taint taint) =>
        new(file, piece.Tag.Line, piece.Tag.Column, piece.Tag.Length, piece.Tag.Source, role)
        {
            Label = FieldLabels.Say(taint.Labels),
            Fields = [.. taint.Fields.Where(path => !path.StartsWith("forloop", StringComparison.Ordinal))],
            Categories = [.. taint.Categories],
            Place = piece.Place switch
            {
                Liquid.Place.Subject => "subject",
                Liquid.Place.Preheader => "preview line",
                Liquid.Place.Hidden => "hidden text",
                Liquid.Place.Attribute => "attribute",
                Liquid.Place.Text => "text part",
                _ => "body",
            },
        };
}
