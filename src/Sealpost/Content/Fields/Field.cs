using Fluid.Values;
using Sealpost.Patients;

namespace Sealpost.Content.Fields;

/// <summary>Shape of a field.</summary>
internal enum FieldKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>Number.</summary>
    Number,

    /// <summary>Date, with or without time.</summary>
    Date,

    /// <summary>Has members, such as <c>patient</c>.</summary>
    Group,

    /// <summary>Several items with members, such as <c>conditions</c>.</summary>
    List,

    /// <summary>Latest results by LOINC code: <c>labs["4548-4"].value</c>.</summary>
    Labs,
}

/// <summary>Reads a field of an open chart; null where the chart holds no value.</summary>
/// <param name="input">The patient and what else a message is made from.</param>
/// <param name="fact">The fact an item's member is read from; null for others.</param>
internal delegate FluidValue? ReadField(RenderInput input, Fact? fact);

/// <summary>A name a template may use.</summary>
/// <param name="Path">Full path, such as <c>patient.given_name</c>.</param>
/// <param name="Kind">Shape.</param>
/// <param name="Label">What it reveals.</param>
/// <param name="Says">One line for the documentation.</param>
/// <param name="Read">Reads it; null for groups.</param>
internal sealed record Field(string Path, FieldKind Kind, FieldLabel Label, string Says, ReadField? Read = null)
{
    /// <summary>Last part of the path.</summary>
    public string Name { get; } = Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>Members of a group, a list's items or a result.</summary>
    public IReadOnlyList<Field> Members { get; init; } = [];

    /// <summary>Picks the facts of a list, newest first, or the one fact of a group.</summary>
    public Func<RenderInput, IReadOnlyList<Fact>>? Facts { get; init; }

    /// <summary>Sensitive categories, for a result named by a sensitive code.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>The member of that name, or null.</summary>
    public Field? Member(string name)
    {
        foreach (var member in Members)
        {
            if (member.Name == name)
                return member;
        }

        return null;
    }
}
