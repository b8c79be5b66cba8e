using Sealpost.Content.Previews;

namespace Sealpost.Content.Fields;

/// <summary>A field as a picker offers it.</summary>
/// <param name="Path">What it is called in a template.</param>
/// <param name="Label">What it reveals, in words.</param>
/// <param name="Says">One line about it.</param>
/// <param name="Example">As a typical synthetic patient's message shows it; empty where it is a list.</param>
/// <param name="Insert">Liquid to insert, with a default where a chart may lack the value.</param>
/// <param name="InSubject">May stand in subject and preview line.</param>
internal sealed record FieldEntry(string Path, string Label, string Says, string Example, string Insert, bool InSubject)
{
    /// <summary>Group it is listed under, in words.</summary>
    public required string Group { get; init; }
}

/// <summary>The fields for a picker, with examples that are rendered, not written down.</summary>
internal static class FieldGuide
{
    private const string A1c = "4548-4";

    /// <summary>All fields in the order of the catalogue.</summary>
    /// <param name="today">Date of the examples.</param>
    /// <param name="footer">The organisation's own values.</param>
    public static IReadOnlyList<FieldEntry> All(DateOnly today, SenderFooter footer)
    {
        var input = new RenderInput(SyntheticCharts.Typical(today, [$"labs[\"{A1c}\"].value"]), footer, today);
        var entries = new List<FieldEntry>();
        foreach (var root in FieldCatalog.Roots)
        {
            switch (root.Kind)
            {
                case FieldKind.List:
                    entries.Add(Loop(root, input));
                    break;
                case FieldKind.Labs:
                    entries.AddRange(FieldCatalog.Lab(A1c).Members.Select(member => Entry(member, input, Facts(FieldCatalog.Lab(A1c), input), "Results (by LOINC code)", $"Latest hemoglobin A1c; put another LOINC code in its place. {member.Says}")));
                    break;
                case FieldKind.Group:
                    entries.AddRange(root.Members.Select(member => Entry(member, input, Facts(root, input), GroupOf(root), member.Says)));
                    break;
                default:
                    entries.Add(Entry(root, input, null, "Organisation", root.Says));
                    break;
            }
        }

        return entries;
    }

    private static FieldEntry Entry(Field field, RenderInput input, Patients.Fact? fact, string group, string says)
    {
        var value = field.Read!(input, fact);
        var isOwn = field.Label == FieldLabel.None;
        return new FieldEntry(
            field.Path, FieldLabels.Say(field.Label), says, value?.ToStringValue() ?? "",
            isOwn ? $"{{{{ {field.Path} }}}}" : $"{{{{ {field.Path} | default: \"{DefaultOf(field)}\" }}}}",
            field.Label is FieldLabel.None or FieldLabel.GivenName)
        {
            Group = group,
        };
    }

    private static FieldEntry Loop(Field list, RenderInput input)
    {
        var item = list.Name[..^1];
        var first = list.Facts!(input);
        return new FieldEntry(
            list.Path, FieldLabels.Say(list.Label), list.Says, string.Join(", ", first.Select(fact => list.Members[0].Read!(input, fact)?.ToStringValue())),
            $"{{% for {item} in {list.Path} limit: 3 %}}{{{{ {item}.name | default: \"{item}\" }}}}{{% unless forloop.last %}}, {{% endunless %}}{{% else %}}…{{% endfor %}}", false)
        {
            Group = "Lists",
        };
    }

    private static Patients.Fact? Facts(Field group, RenderInput input) => group.Facts?.Invoke(input) is [var first, ..] ? first : null;

    private static string GroupOf(Field root) => root.Path switch { "patient" => "Patient", "organisation" => "Organisation", "last_visit" => "Last visit", "next_appointment" => "Next appointment", "coverage" => "Coverage", _ => root.Path };

    private static string DefaultOf(Field field) => field.Path switch
    {
        "patient.given_name" => "there",
        "patient.full_name" or "patient.family_name" => "patient",
        "patient.city" => "your town",
        _ => "…",
    };
}
