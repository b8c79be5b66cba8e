using Sealpost.Consent;
using static Sealpost.Content.Fields.FieldLabel;

namespace Sealpost.Content.Fields;

/// <summary>Every name a template may use, typed and labelled.</summary>
/// <remarks>A template opens the fields it names and no others. 45 CFR 164.502(b), 164.514(d).</remarks>
internal static class FieldCatalog
{
    private static readonly Field[] LabMembers =
    [
        new("value", FieldKind.Number, Clinical, "Value of the latest result.", static (_, fact) => FieldText.Of(fact!.Value)),
        new("unit", FieldKind.Text, Clinical, "Its UCUM unit.", static (_, fact) => FieldText.Of(fact!.Unit)),
        new("text", FieldKind.Text, Clinical, "A coded result's text.", static (_, fact) => FieldText.Of(fact!.Text)),
        new("name", FieldKind.Text, Clinical, "Name of the test.", static (_, fact) => FieldText.Of(ChartFacts.NameOf(fact!))),
        new("date", FieldKind.Date, Clinical, "Date of the result.", static (_, fact) => FieldText.Of(fact!.On)),
    ];

    /// <summary>Names at the top.</summary>
    public static IReadOnlyList<Field> Roots { get; } =
    [
        Patient(),
        Group("organisation",
            new("organisation.name", FieldKind.Text, None, "Name of the organisation.", static (input, _) => FieldText.Of(input.Footer.OrganisationName)),
            new("organisation.postal_address", FieldKind.Text, None, "Its postal address.", static (input, _) => FieldText.Of(input.Footer.PostalAddress)),
            new("organisation.phone", FieldKind.Text, None, "Its telephone number.", static (input, _) => FieldText.Of(input.Footer.Phone))),
        new("today", FieldKind.Date, None, "The as-of date of the message.", static (input, _) => FieldText.Of((DateOnly?)input.Today)),
        List("conditions", "Conditions held now, newest first.", ChartFacts.Conditions,
            new("conditions.name", FieldKind.Text, Clinical, "Name as the source displays it.", static (_, fact) => FieldText.Of(ChartFacts.NameOf(fact!))),
            new("conditions.code", FieldKind.Text, Clinical, "First code, such as `snomed:44054006`.", static (_, fact) => FieldText.Of(ChartFacts.CodeOf(fact!))),
            new("conditions.since", FieldKind.Date, Clinical, "Onset, else the day it was recorded.", static (_, fact) => FieldText.Of(fact!.On))),
        List("medications", "Active prescriptions, newest first.", ChartFacts.Medications,
            new("medications.name", FieldKind.Text, Clinical, "Name as the source displays it.", static (_, fact) => FieldText.Of(ChartFacts.NameOf(fact!))),
            new("medications.code", FieldKind.Text, Clinical, "First code, such as `rxnorm:860975`.", static (_, fact) => FieldText.Of(ChartFacts.CodeOf(fact!))),
            new("medications.since", FieldKind.Date, Clinical, "Date of the prescription.", static (_, fact) => FieldText.Of(fact!.On))),
        List("immunizations", "Completed immunizations, newest first.", ChartFacts.Immunizations,
            new("immunizations.name", FieldKind.Text, Clinical, "Name as the source displays it.", static (_, fact) => FieldText.Of(ChartFacts.NameOf(fact!))),
            new("immunizations.code", FieldKind.Text, Clinical, "First code, such as `cvx:140`.", static (_, fact) => FieldText.Of(ChartFacts.CodeOf(fact!))),
            new("immunizations.date", FieldKind.Date, Clinical, "Date given.", static (_, fact) => FieldText.Of(fact!.On))),
        Single("last_visit", "The latest visit up to today.", ChartFacts.LastVisit,
            new("last_visit.date", FieldKind.Date, Clinical, "Its date.", static (_, fact) => FieldText.Of(fact!.On)),
            new("last_visit.description", FieldKind.Text, Clinical, "What kind of visit it was.", static (_, fact) => FieldText.Of(ChartFacts.NameOf(fact!)))),
        Single("next_appointment", "The next appointment from today on.", ChartFacts.NextAppointment,
            new("next_appointment.start", FieldKind.Date, Clinical, "Date and time, in the clinic's own offset.", static (_, fact) => fact!.At is { } at ? FieldText.Of((DateTimeOffset?)at) : FieldText.Of(fact.On)),
            new("next_appointment.date", FieldKind.Date, Clinical, "Date alone.", static (_, fact) => FieldText.Of(fact!.On)),
            new("next_appointment.description", FieldKind.Text, Clinical, "What it is for.", static (_, fact) => FieldText.Of(fact!.Text) ?? FieldText.Of(ChartFacts.NameOf(fact!)))),
        Single("coverage", "The active coverage.", ChartFacts.Coverage,
            new Field("coverage.payer", FieldKind.Text, Clinical, "Name of the payer (payment for care is health information).", static (_, fact) => FieldText.Of(fact!.Text))),
        new("labs", FieldKind.Labs, Clinical, "Latest results by LOINC code: `labs[\"4548-4\"].value`.") { Members = LabMembers },
    ];

    /// <summary>The field at the top of that name, or null.</summary>
    public static Field? Root(string name)
    {
        foreach (var root in Roots)
        {
            if (root.Path == name)
                return root;
        }

        return null;
    }

    /// <summary>The latest result of a LOINC code; sensitive codes carry their categories.</summary>
    public static Field Lab(string code)
    {
        var bare = code.StartsWith("loinc:", StringComparison.OrdinalIgnoreCase) ? code[6..] : code;
        var categories = SensitiveCategories.Of("loinc", bare, isPrefix: false);
        var label = categories.Count > 0 ? Clinical | Sensitive : Clinical;
        var path = $"labs[\"{bare}\"]";
        return new Field(path, FieldKind.Group, label, "")
        {
            Categories = categories,
            Facts = input => ChartFacts.LatestResult(input, bare, named: categories.Count > 0),
            Members = [.. LabMembers.Select(member => member with { Path = $"{path}.{member.Path}", Label = label, Categories = categories })],
        };
    }

    private static Field Patient() => Group("patient",
        new("patient.given_name", FieldKind.Text, GivenName, "First given name.", static (input, _) => FieldText.OfName(ChartPerson.GivenName(input.Chart.Head))),
        new("patient.family_name", FieldKind.Text, Identifier, "Family name.", static (input, _) => FieldText.OfName(ChartPerson.Name(input.Chart.Head)?.Family)),
        new("patient.full_name", FieldKind.Text, Identifier, "Given and family name.", static (input, _) => FieldText.OfName(ChartPerson.FullName(input.Chart.Head))),
        new("patient.prefix", FieldKind.Text, Identifier, "Mr., Ms., Dr. (shown with the family name).", static (input, _) => FieldText.OfName(ChartPerson.Name(input.Chart.Head)?.Prefix)),
        new("patient.age", FieldKind.Number, Demographic, "Whole years on the as-of date.", static (input, _) => ChartPerson.Age(input.Chart.Head, input.Today)),
        new("patient.birth_date", FieldKind.Date, Identifier, "Birth date.", static (input, _) => FieldText.Of(input.Chart.Head.BirthDate)),
        new("patient.sex", FieldKind.Text, Demographic, "`female`, `male`, `other`, `unknown`.", static (input, _) => FieldText.Of(input.Chart.Head.Sex)),
        new("patient.language", FieldKind.Text, Demographic, "BCP 47 tag of the preferred language, such as `es`.", static (input, _) => FieldText.Of(input.Chart.Head.Language)),
        new("patient.city", FieldKind.Text, Demographic, "City of the home address.", static (input, _) => FieldText.Of(ChartPerson.Home(input)?.City)),
        new("patient.state", FieldKind.Text, Demographic, "State of the home address.", static (input, _) => FieldText.Of(ChartPerson.Home(input)?.State)),
        new("patient.zip", FieldKind.Text, Demographic, "Postal code of the home address.", static (input, _) => FieldText.Of(ChartPerson.Home(input)?.PostalCode)),
        new("patient.street", FieldKind.Text, Contact, "Street of the home address.", static (input, _) => FieldText.Of(ChartPerson.Home(input) is { } home ? string.Join(", ", home.Lines) : null)),
        new("patient.phone", FieldKind.Text, Contact, "Telephone.", static (input, _) => FieldText.Of(ChartPerson.Phone(input))),
        new("patient.mrn", FieldKind.Text, Identifier, "Medical record number.", static (input, _) => FieldText.Of(ChartPerson.RecordNumber(input.Chart.Head))));

    private static Field Group(string name, params Field[] members) => new(name, FieldKind.Group, None, "") { Members = members };

    private static Field Single(string name, string says, Func<RenderInput, IReadOnlyList<Patients.Fact>> facts, params Field[] members) =>
        new(name, FieldKind.Group, Clinical, says) { Members = members, Facts = facts };

    private static Field List(string name, string says, Func<RenderInput, IReadOnlyList<Patients.Fact>> facts, params Field[] members) =>
        new(name, FieldKind.List, Clinical, says) { Members = members, Facts = facts };
}
