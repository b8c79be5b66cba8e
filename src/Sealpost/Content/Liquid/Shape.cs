using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>What the compiler knows of a value.</summary>
/// <param name="Kind">Its shape.</param>
/// <param name="Field">The field whose members it has: a group, the list of an item, the list itself; null for plain values and lists of texts.</param>
/// <param name="Taint">What it reveals.</param>
/// <param name="IsMarkup">Whether it is a captured block, printed without escaping.</param>
internal sealed record Shape(FieldKind Kind, Field? Field, Taint Taint, bool IsMarkup = false)
{
    /// <summary>A text that reveals nothing.</summary>
    public static Shape Plain { get; } = new(FieldKind.Text, null, Taint.None);

    /// <summary>A value of either shape, as a variable set in two places has.</summary>
    public Shape Or(Shape other) => new(
        Kind == other.Kind ? Kind : FieldKind.Text,
        Kind == other.Kind && ReferenceEquals(Field, other.Field) ? Field : null,
        Taint.With(other.Taint),
        IsMarkup || other.IsMarkup);

    /// <summary>The same, chosen by a condition.</summary>
    public Shape Under(Taint control) => this with { Taint = Taint.With(control) };
}
