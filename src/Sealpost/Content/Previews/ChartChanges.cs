using Sealpost.Content.Liquid;
using Sealpost.Patients;

namespace Sealpost.Content.Previews;

/// <summary>Makes variants of a synthetic chart that a template's conditions may tell apart: each field absent, and with the values that the conditions compare with.</summary>
internal sealed class ChartChanges(TemplateSet set, IReadOnlyCollection<TemplateShape> shapes, DateOnly today)
{
    private const int MaxValues = 24;

    private readonly string[] texts = [.. shapes.SelectMany(shape => shape.Texts).Distinct(StringComparer.Ordinal).Take(MaxValues)];
    private readonly double[] numbers = [.. shapes.SelectMany(shape => shape.Numbers).Distinct().Take(MaxValues).Select(number => (double)Math.Clamp(number, -1_000_000, 1_000_000))];

    /// <summary>Every change to one field that the template uses.</summary>
    public IReadOnlyList<Func<Chart, Chart>> All()
    {
        var changes = new List<Func<Chart, Chart>>();
        foreach (var path in set.Fields)
            changes.AddRange(Of(path));
        return changes;
    }

    private IEnumerable<Func<Chart, Chart>> Of(string path) => path switch
    {
        "patient.given_name" => Names((name, value) => name with { Given = value is null ? [] : [value] }),
        "patient.family_name" or "patient.full_name" => Names((name, value) => name with { Family = value }),
        "patient.prefix" => Names((name, value) => name with { Prefix = value }),
        "patient.age" or "patient.birth_date" => Ages(),
        "patient.sex" => Texts(["female", "male", "other", "unknown"]).Select(value => Head(head => head with { Sex = value })),
        "patient.language" => Texts([.. set.Languages, "en", "es", "fr"]).Select(value => Head(head => head with { Language = value })),
        "patient.city" => Addresses((address, value) => address with { City = value }),
        "patient.state" => Addresses((address, value) => address with { State = value }),
        "patient.zip" => Addresses((address, value) => address with { PostalCode = value }),
        "patient.street" => Addresses((address, value) => address with { Lines = value is null ? [] : [value] }),
        "patient.phone" => Texts(["(555) 010-0199"]).Select(value => Head(head => head with { ContactPoints = value is null ? [] : [new ContactPoint { Kind = "phone", Value = value }] })),
        "patient.mrn" => Texts(["MRN-1"]).Select(value => Head(head => head with { Identifiers = value is null ? [] : [new Identifier { Type = "MR", Value = value }] })),
        _ => Facts(path),
    };

    private IEnumerable<Func<Chart, Chart>> Facts(string path)
    {
        if (path.StartsWith("labs[", StringComparison.Ordinal))
            return Labs(SyntheticCharts.CodesIn([path]).First());
        return path.Split('.')[0] switch
        {
            "conditions" => Lists(FactKind.Condition, (value, i) => SyntheticCharts.Condition(CodeOf(value, i), value, today.AddDays(-30 * i - 1)) with { Codes = CodesOf("snomed", value, i) }),
            "medications" => Lists(FactKind.MedicationRequest, (value, i) => SyntheticCharts.Medication(CodeOf(value, i), value, today.AddDays(-30 * i - 1)) with { Codes = CodesOf("rxnorm", value, i) }),
            "immunizations" => Lists(FactKind.Immunization, (value, i) => SyntheticCharts.Immunization(CodeOf(value, i), value, today.AddDays(-30 * i - 1)) with { Codes = CodesOf("cvx", value, i) }),
            "last_visit" => One(FactKind.Encounter, value => SyntheticCharts.Visit(value, today.AddDays(-7))).Append(Only(FactKind.Encounter, [SyntheticCharts.Visit("Office visit", today.AddYears(-3))])),
            "next_appointment" => One(FactKind.Appointment, value => SyntheticCharts.Appointment(value, today.AddDays(3))).Append(Only(FactKind.Appointment, [SyntheticCharts.Appointment("Visit", today)])),
            "coverage" => One(FactKind.Coverage, value => SyntheticCharts.Payer(value, today.AddYears(-1))),
            _ => [],
        };
    }

    private IEnumerable<Func<Chart, Chart>> Labs(string code)
    {
        bool Same(Fact fact) => fact.Kind == FactKind.Observation && fact.Codes.Any(concept => concept.Code == code);
        Func<Chart, Chart> With(Fact? lab) => chart => WithFacts(chart, [.. chart.Facts.Where(fact => !Same(fact)), .. lab is null ? Array.Empty<Fact>() : [lab]]);
        yield return With(null);
        foreach (var number in Around().Append(0))
            yield return With(SyntheticCharts.Lab(code, number, today.AddMonths(-1)));
        foreach (var value in texts)
            yield return With(SyntheticCharts.Lab(code, null, today.AddMonths(-1), value));
        yield return With(SyntheticCharts.Lab(code, 7.2, today.AddYears(-5)));
    }

    private IEnumerable<Func<Chart, Chart>> Lists(FactKind kind, Func<string, int, Fact> make)
    {
        yield return Only(kind, []);
        foreach (var count in numbers.Where(number => number is >= 0 and <= 60).SelectMany(number => new[] { (int)number, (int)number + 1 }).Append(1).Append(2).Append(3).Distinct())
            yield return Only(kind, [.. Enumerable.Range(0, count).Select(i => make($"Example {i + 1}", i))]);
        foreach (var value in texts)
        {
            yield return Only(kind, [make(value, 0)]);
            yield return chart => WithFacts(chart, [make(value, 90), .. chart.Facts]);
        }
    }

    private IEnumerable<Func<Chart, Chart>> One(FactKind kind, Func<string, Fact> make) => texts.Prepend("Example").Select(value => Only(kind, [make(value)])).Prepend(Only(kind, []));

    private IEnumerable<Func<Chart, Chart>> Ages() =>
        Around().Concat([0, 1, 17, 18, 40, 64, 65, 90]).Where(age => age is >= 0 and <= 120).Distinct()
            .Select(age => Head(head => head with { BirthDate = today.AddYears(-(int)age).AddDays(-1) }))
            .Append(Head(head => head with { BirthDate = null }));

    private IEnumerable<Func<Chart, Chart>> Names(Func<PersonName, string?, PersonName> change) =>
        Texts(["Alex"]).Select(value => Head(head => head with { Names = [change(head.Names.Count > 0 ? head.Names[0] : new PersonName { Use = "official" }, value)] }));

    private IEnumerable<Func<Chart, Chart>> Addresses(Func<PostalAddress, string?, PostalAddress> change) =>
        Texts(["Elsewhere"]).Select(value => Head(head => head with { Addresses = [change(head.Addresses.Count > 0 ? head.Addresses[0] : new PostalAddress { Use = "home" }, value)] }));

    private IEnumerable<string?> Texts(string[] usual) => texts.Concat(usual).Distinct(StringComparer.Ordinal).Prepend(null);

    private IEnumerable<double> Around() => numbers.SelectMany(number => new[] { number, number - 1, number + 1, number - 0.1, number + 0.1 }).Distinct();

    private static string CodeOf(string value, int i) => value.Contains(':', StringComparison.Ordinal) ? value[(value.IndexOf(':', StringComparison.Ordinal) + 1)..] : $"{i + 1}";

    /// <summary>A text compared with may be a code such as <c>snomed:44054006</c>, or a name.</summary>
    private static IReadOnlyList<Concept> CodesOf(string system, string value, int i)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? [new Concept { System = value[..colon], Code = value[(colon + 1)..], Display = value }] : [new Concept { System = system, Code = $"{i + 1}", Display = value }];
    }

    private static Func<Chart, Chart> Head(Func<ChartHead, ChartHead> change) => chart => chart with { Head = change(chart.Head) };

    private static Func<Chart, Chart> Only(FactKind kind, IReadOnlyList<Fact> facts) => chart => WithFacts(chart, [.. chart.Facts.Where(fact => fact.Kind != kind), .. facts]);

    private static Chart WithFacts(Chart chart, IReadOnlyList<Fact> facts) => chart with { Pages = [new FactPage { Facts = facts }] };
}
