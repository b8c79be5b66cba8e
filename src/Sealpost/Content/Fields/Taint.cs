using System.Collections.Immutable;

namespace Sealpost.Content.Fields;

/// <summary>What a text may reveal: the labels, sensitive categories and fields it was made from or chosen by.</summary>
/// <param name="Labels">All labels.</param>
/// <param name="Categories">Sensitive categories.</param>
/// <param name="Fields">Field paths.</param>
internal sealed record Taint(FieldLabel Labels, ImmutableSortedSet<string> Categories, ImmutableSortedSet<string> Fields)
{
    private static readonly ImmutableSortedSet<string> Nothing = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Reveals nothing.</summary>
    public static Taint None { get; } = new(FieldLabel.None, Nothing, Nothing);

    /// <summary>What one field reveals.</summary>
    public static Taint Of(Field field) => new(field.Label, Nothing.Union(field.Categories), Nothing.Add(field.Path));

    /// <summary>What both together reveal.</summary>
    public Taint With(Taint other) =>
        ReferenceEquals(this, other) || other.IsNone ? this
        : IsNone ? other
        : new(Labels | other.Labels, Categories.Union(other.Categories), Fields.Union(other.Fields));

    /// <summary>Whether anything but the permitted labels is revealed.</summary>
    public bool Exceeds(FieldLabel permitted) => (Labels & ~permitted) != FieldLabel.None;

    /// <summary>The fields in words.</summary>
    public string FieldList => string.Join(", ", Fields);

    private bool IsNone => Labels == FieldLabel.None && Fields.IsEmpty;
}
