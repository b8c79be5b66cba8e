using System.Globalization;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Content.Previews;

/// <summary>Patients that do not exist, to show a message with.</summary>
internal static class SyntheticCharts
{
    /// <summary>A patient as most are.</summary>
    public static Chart Typical(DateOnly today, IEnumerable<string> fields) => Of(
        new ChartHead
        {
            Names = [new PersonName { Use = "official", Given = ["Maria"], Family = "Alvarez", Prefix = "Ms." }],
            Identifiers = [new Identifier { System = "urn:example", Value = "MRN-000123", Type = "MR" }],
            BirthDate = today.AddYears(-58).AddDays(-40),
            Sex = "female",
            Language = "en",
            Addresses = [new PostalAddress { Use = "home", Lines = ["12 Maple Street"], City = "Springfield", State = "MA", PostalCode = "01101" }],
            ContactPoints = [new ContactPoint { Kind = "phone", Value = "(555) 010-0123", Use = "home" }],
        },
        [
            Condition("44054006", "Type 2 diabetes mellitus", today.AddYears(-6)), Condition("38341003", "Hypertension", today.AddYears(-9)),
            Medication("860975", "Metformin 500 MG Oral Tablet", today.AddMonths(-8)), Immunization("140", "Influenza, seasonal", today.AddMonths(-11)),
            Visit("Office visit", today.AddMonths(-3)), Appointment("Follow-up with your care team", today.AddDays(10)), Payer("Example Health Plan", today.AddYears(-1)),
            .. CodesIn(fields).Select(code => Lab(code, 7.2, today.AddMonths(-2))),
        ]);

    /// <summary>The longest of everything, lists that are full.</summary>
    public static Chart Longest(DateOnly today, IEnumerable<string> fields)
    {
        var typical = Typical(today, fields);
        var long_ = "Immunodeficiency-associated progressive degenerative disorder of the musculoskeletal system with complications (finding)";
        return typical with
        {
            Head = typical.Head with
            {
                Names = [new PersonName { Use = "official", Given = ["Maximiliana-Alexandrina"], Family = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", Prefix = "Prof. Dr." }],
                Addresses = [new PostalAddress { Use = "home", Lines = ["12345 South Martin Luther King Junior Memorial Boulevard", "Building 14, Apartment 1022-B"], City = "Chargoggagoggmanchauggagoggchaubunagungamaugg", State = "MA", PostalCode = "01570-1234" }],
            },
            Pages = [new FactPage
            {
                Facts =
                [
                    .. Enumerable.Range(0, 40).Select(i => Condition($"9{i:000}", $"{long_} {i + 1}", today.AddDays(-i))),
                    .. Enumerable.Range(0, 40).Select(i => Medication($"8{i:000}", $"24 HR hydrochlorothiazide 12.5 MG / olmesartan medoxomil 40 MG Extended Release Oral Tablet {i + 1}", today.AddDays(-i))),
                    .. Enumerable.Range(0, 20).Select(i => Immunization($"{i + 1}", $"Diphtheria, tetanus toxoids and acellular pertussis vaccine, inactivated {i + 1}", today.AddDays(-i))),
                    .. typical.Facts.Where(fact => fact.Kind is FactKind.Encounter or FactKind.Appointment or FactKind.Coverage or FactKind.Observation)
                        .Select(fact => fact with { Text = fact.Text is null ? null : $"{fact.Text}: {long_}" }),
                ],
            }],
        };
    }

    /// <summary>Names in scripts that a font or a length may not be ready for.</summary>
    public static Chart OtherScript(DateOnly today, IEnumerable<string> fields)
    {
        var typical = Typical(today, fields);
        return typical with { Head = typical.Head with { Names = [new PersonName { Use = "official", Given = ["Анастасия"], Family = "王小明 العربية" }], Addresses = [new PostalAddress { Use = "home", Lines = ["Ñuñoa 1"], City = "São Tomé", State = "MA", PostalCode = "01101" }] } };
    }

    /// <summary>A chart that holds a name and nothing else.</summary>
    public static Chart NameOnly() => Of(new ChartHead { Names = [new PersonName { Use = "official", Given = ["Sam"], Family = "Doe" }] }, []);

    /// <summary>A chart that holds nothing.</summary>
    public static Chart Empty() => Of(new ChartHead(), []);

    /// <summary>The typical patient, preferring a language.</summary>
    public static Chart Speaking(string language, DateOnly today, IEnumerable<string> fields)
    {
        var typical = Typical(today, fields);
        return typical with { Head = typical.Head with { Language = language } };
    }

    /// <summary>LOINC codes in field paths such as <c>labs["4548-4"].value</c>.</summary>
    public static IEnumerable<string> CodesIn(IEnumerable<string> fields) =>
        fields.Where(path => path.StartsWith("labs[\"", StringComparison.Ordinal)).Select(path => path[6..path.IndexOf('"', 6)]).Distinct(StringComparer.Ordinal);

    public static Fact Condition(string code, string name, DateOnly on) => Fact(FactKind.Condition, "snomed", code, name, on);

    public static Fact Medication(string code, string name, DateOnly on) => Fact(FactKind.MedicationRequest, "rxnorm", code, name, on);

    public static Fact Immunization(string code, string name, DateOnly on) => Fact(FactKind.Immunization, "cvx", code, name, on);

    public static Fact Lab(string code, double? value, DateOnly on, string? text = null) =>
        Fact(FactKind.Observation, "loinc", code, code == "4548-4" ? "Hemoglobin A1c" : $"Test {code}", on) with { Value = value, Unit = value is null ? null : "%", Text = text };

    public static Fact Visit(string name, DateOnly on) => Fact(FactKind.Encounter, "snomed", "185349003", name, on);

    public static Fact Appointment(string what, DateOnly on) =>
        Fact(FactKind.Appointment, "snomed", "390906007", what, on) with { Text = what, At = new DateTimeOffset(on.ToDateTime(new TimeOnly(10, 30)), TimeSpan.FromHours(-5)) };

    public static Fact Payer(string name, DateOnly on) => Fact(FactKind.Coverage, "urn:example", "payer", name, on) with { Text = name };

    private static Fact Fact(FactKind kind, string system, string code, string name, DateOnly on) => new()
    {
        Kind = kind,
        SourceId = string.Create(CultureInfo.InvariantCulture, $"{kind}/{code}/{on.DayNumber}"),
        Codes = [new Concept { System = system, Code = code, Display = name }],
        Counts = true,
        Active = true,
        On = on,
    };

    private static Chart Of(ChartHead head, IReadOnlyList<Fact> facts) => new(new PatientNumber(0), head, [new FactPage { Facts = facts }]);
}
