using Sealpost.Content;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Content;

/// <summary>Templates and synthetic charts for the tests of this slice.</summary>
internal static class Make
{
    public static readonly DateOnly Today = new(2026, 3, 2);

    public static readonly IReadOnlySet<string> OwnHosts = new HashSet<string> { "clinic.example.com" };

    public static readonly SenderFooter Footer = new("Green Valley Clinic", "1 Main St, Springfield, MA 01101", "https://clinic.example.com/u/AbCdEf0123456789", null);

    public static TemplateSource Source(string body, BodyFormat format = BodyFormat.Html, string subject = "News", string? preheader = null, string? text = null) =>
        new("Green Valley Clinic <care@clinic.example.com>", subject, preheader, body, format, text, format switch { BodyFormat.Mjml => "body.mjml", BodyFormat.Markdown => "body.md", _ => "body.html" }, text is null ? null : "body.txt");

    public static Template Compile(string body, BodyFormat format = BodyFormat.Html, string subject = "News", string? preheader = null, string? text = null) => Compile(Source(body, format, subject, preheader, text));

    public static Template Compile(TemplateSource source)
    {
        var result = Template.Compile(source, OwnHosts);
        Assert.True(result.Template is not null, string.Join("; ", result.Problems));
        return result.Template;
    }

    public static IReadOnlyList<TemplateProblem> Problems(TemplateSource source) => Template.Compile(source, OwnHosts).Problems;

    public static RenderedMessage Render(Template template, Chart? chart = null)
    {
        var result = RenderMessage.Preview(template, chart ?? Chart(), Footer, Today);
        Assert.True(result.Message is not null, $"missing {result.MissingField}");
        return result.Message;
    }

    public static string Missing(Template template, Chart? chart = null) => RenderMessage.Preview(template, chart ?? Chart(), Footer, Today).MissingField ?? "";

    public static Chart Chart(string given = "Ana", string family = "Rivera", string? city = "Boston", params Fact[] facts) => new(
        new PatientNumber(7),
        new ChartHead
        {
            Names = [new PersonName { Use = "maiden", Given = ["Ana"], Family = "Old" }, new PersonName { Use = "official", Given = [given], Family = family, Prefix = "Ms." }],
            BirthDate = new DateOnly(1960, 3, 3),
            Sex = "female",
            Language = "en",
            Addresses = [new PostalAddress { Use = "home", Lines = ["2 Elm St"], City = city, State = "MA", PostalCode = "02139" }],
            Identifiers = [new Identifier { System = "urn:mrn", Value = "MRN-778899", Type = "MR" }],
        },
        [new FactPage { Facts = facts }]);

    public static Fact Condition(string code, string name, string on = "2020-01-05") => new()
    {
        Kind = FactKind.Condition,
        SourceId = "Condition/" + code,
        Codes = [Code("snomed", code, name)],
        Counts = true,
        Active = true,
        On = Day(on),
    };

    public static Fact Medication(string code, string name) => new()
    {
        Kind = FactKind.MedicationRequest,
        SourceId = "MedicationRequest/" + code,
        Codes = [Code("rxnorm", code, name)],
        Counts = true,
        Active = true,
        On = Day("2025-01-01"),
    };

    public static Fact Lab(string code, double value, string on) => new()
    {
        Kind = FactKind.Observation,
        SourceId = $"Observation/{code}-{on}",
        Codes = [Code("loinc", code, "Test " + code)],
        Counts = true,
        On = Day(on),
        Value = value,
        Unit = "%",
    };

    public static Fact Appointment(string at, string what) => new()
    {
        Kind = FactKind.Appointment,
        SourceId = "Appointment/" + at,
        Counts = true,
        Active = true,
        At = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture),
        On = Day(at[..10]),
        Text = what,
    };

    private static Concept Code(string system, string code, string name) => new() { System = system, Code = code, Display = name };

    private static DateOnly Day(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
