using Fluid.Values;
using Sealpost.Patients;

namespace Sealpost.Content.Fields;

/// <summary>Reads the person out of a chart's head.</summary>
internal static class ChartPerson
{
    private const int NotUsed = 9;

    /// <summary>The name to use: usual, official, unmarked, then any but old, maiden, temporary or anonymous ones.</summary>
    public static PersonName? Name(ChartHead head)
    {
        var (best, rank) = ((PersonName?)null, NotUsed);
        for (var i = 0; i < head.Names.Count; i++)
        {
            if (RankOf(head.Names[i].Use) is var own && own < rank)
                (best, rank) = (head.Names[i], own);
        }

        return best;
    }

    /// <summary>First given name; null where the source sends the name as text only.</summary>
    public static string? GivenName(ChartHead head)
    {
        if (Name(head) is not { } name)
            return null;
        for (var i = 0; i < name.Given.Count; i++)
        {
            if (!string.IsNullOrWhiteSpace(name.Given[i]))
                return name.Given[i];
        }

        return null;
    }

    /// <summary>Given and family name, or the name as text.</summary>
    public static string? FullName(ChartHead head)
    {
        if (Name(head) is not { } name)
            return null;
        var parts = string.Join(' ', name.Given.Append(name.Family).Where(part => !string.IsNullOrWhiteSpace(part)));
        return parts.Length > 0 ? parts : name.Text;
    }

    /// <summary>Whole years.</summary>
    public static FluidValue? Age(ChartHead head, DateOnly today)
    {
        if (head.BirthDate is not { } born || born > today)
            return null;
        var years = today.Year - born.Year;
        return NumberValue.Create(born.AddYears(years) > today ? years - 1 : years);
    }

    /// <summary>The address to name: home first, never an old or ended one.</summary>
    public static PostalAddress? Home(RenderInput input) =>
        input.Chart.Head.Addresses
            .Where(address => address.Use != "old" && (address.EndsOn is null || address.EndsOn >= input.Today))
            .MinBy(address => address.Use == "home" ? 0 : address.Use is null ? 1 : 2);

    /// <summary>Telephone number in use.</summary>
    public static string? Phone(RenderInput input) =>
        input.Chart.Head.ContactPoints
            .Where(point => point.Kind == "phone" && point.Use != "old" && (point.EndsOn is null || point.EndsOn >= input.Today))
            .MinBy(point => point.Rank ?? int.MaxValue)?.Value;

    /// <summary>Medical record number (HL7 v2-0203 <c>MR</c>).</summary>
    public static string? RecordNumber(ChartHead head) => head.Identifiers.FirstOrDefault(identifier => identifier.Type == "MR")?.Value;

    private static int RankOf(string? use) => use switch
    {
        "usual" => 0,
        "official" => 1,
        null => 2,
        "old" or "maiden" or "temp" or "anonymous" => NotUsed,
        _ => 3,
    };
}
