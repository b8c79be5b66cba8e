using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sealpost.Imports;

/// <summary>What a person chose for a column.</summary>
/// <param name="Column">Name in the first line.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="DateFormat">.NET format of its dates, where it holds dates.</param>
internal sealed record PlannedColumn(string Column, ColumnMeaning Meaning, string? DateFormat);

/// <summary>A map as it is put together from columns; written out as the YAML that the command line reads too.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Create">A row that matches nobody makes a new patient.</param>
/// <param name="RecordNumberSystem">URI of the record number's system.</param>
/// <param name="Columns">Every column with what it means.</param>
internal sealed record ColumnPlan(string Source, bool Create, string RecordNumberSystem, IReadOnlyList<PlannedColumn> Columns)
{
    /// <summary>The map. See docs/import-csv.md.</summary>
    /// <exception cref="RefusedException">No column finds a patient, one meaning is given twice, or a record number has no system.</exception>
    public string ToYaml()
    {
        Check();
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"source: {Quoted(Source.Trim())}\ncreate: {(Create ? "true" : "false")}\n");
        yaml.Append("match:\n");
        if (Of(ColumnMeaning.FhirId) is { } id)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{column: {id}, source: fhir, prefix: Patient/}}\n");
        if (Of(ColumnMeaning.RecordNumber) is { } number)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{column: {number}, system: {Quoted(RecordNumberSystem.Trim())}}}\n");
        if (Of(ColumnMeaning.Email) is { } mailbox)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{column: {mailbox}}}\n");
        if (Of(ColumnMeaning.RecordNumber) is { } record)
            yaml.Append(CultureInfo.InvariantCulture, $"identifiers:\n  - {{column: {record}, system: {Quoted(RecordNumberSystem.Trim())}, type: MR}}\n");
        AddPerson(yaml);
        AddContacts(yaml);
        AddFacts(yaml);
        return yaml.ToString();
    }

    private void Check()
    {
        if (Columns.Where(column => column.Meaning != ColumnMeaning.Ignore).GroupBy(column => column.Meaning).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new RefusedException($"Two columns are chosen as '{ColumnWords.Of(twice.Key)}': {string.Join(" and ", twice.Select(column => $"'{column.Column}'"))}. Choose one of them.");
        if (Of(ColumnMeaning.FhirId) is null && Of(ColumnMeaning.RecordNumber) is null && Of(ColumnMeaning.Email) is null)
            throw new RefusedException("Choose the column by which a row finds its patient: the FHIR id, the record number, or the email address.");
        if (Of(ColumnMeaning.RecordNumber) is not null && RecordNumberSystem.Trim().Length == 0)
            throw new RefusedException("Give the URI of the record number's system, such as http://clinic.example/mrn: the same number means another patient elsewhere.");
    }

    private void AddPerson(StringBuilder yaml)
    {
        AddFlow(yaml, "name", ("family", ColumnMeaning.FamilyName), ("given", ColumnMeaning.GivenName), ("text", ColumnMeaning.FullName));
        if (Date(ColumnMeaning.BirthDate) is { } birth)
            yaml.Append(CultureInfo.InvariantCulture, $"birthDate: {{{birth}}}\n");
        if (Of(ColumnMeaning.Sex) is { } sex)
            yaml.Append(CultureInfo.InvariantCulture, $"sex: {{column: {sex}, values: {{F: female, M: male, f: female, m: male, Female: female, Male: male}}}}\n");
        if (Of(ColumnMeaning.Language) is { } language)
            yaml.Append(CultureInfo.InvariantCulture, $"language: {{column: {language}, values: {{English: en, Spanish: es, english: en, spanish: es, EN: en, ES: es}}}}\n");
        if (Of(ColumnMeaning.Deceased) is { } deceased)
            yaml.Append(CultureInfo.InvariantCulture, $"deceased: {{column: {deceased}, values: {{Y: \"yes\", y: \"yes\", Yes: \"yes\", \"yes\": \"yes\", \"true\": \"yes\", \"1\": \"yes\"}}}}\n");
        var places = Flow(("city", ColumnMeaning.City), ("state", ColumnMeaning.State), ("postalCode", ColumnMeaning.PostalCode), ("country", ColumnMeaning.Country));
        if (Of(ColumnMeaning.Street) is { } street)
            places = string.Join(", ", new[] { $"lines: [{street}]", places }.Where(part => part.Length > 0));
        if (places.Length > 0)
            yaml.Append(CultureInfo.InvariantCulture, $"address: {{use: home, {places}}}\n");
    }

    private void AddContacts(StringBuilder yaml)
    {
        var contacts = new List<string>();
        if (Of(ColumnMeaning.Email) is { } email)
            contacts.Add($"{{kind: email, column: {email}, use: home, rank: 1{(Of(ColumnMeaning.EmailVerified) is { } verified ? $", verifiedColumn: {verified}" : "")}}}");
        if (Of(ColumnMeaning.Mobile) is { } mobile)
            contacts.Add($"{{kind: phone, column: {mobile}, use: mobile}}");
        if (Of(ColumnMeaning.Phone) is { } phone)
            contacts.Add($"{{kind: phone, column: {phone}, use: home}}");
        AddList(yaml, "contacts", contacts);
    }

    private void AddFacts(StringBuilder yaml)
    {
        var facts = new List<string>();
        if (Of(ColumnMeaning.Conditions) is { } conditions)
            facts.Add($"{{kind: condition, column: {conditions}, system: icd10, separator: \";\"}}");
        if (Of(ColumnMeaning.Medications) is { } medications)
            facts.Add($"{{kind: medication, column: {medications}, system: rxnorm, separator: \";\"}}");
        if (Date(ColumnMeaning.LastVisit) is { } visit)
            facts.Add($"{{kind: encounter, date: {{{visit}}}}}");
        if (Date(ColumnMeaning.NextAppointment) is { } appointment)
            facts.Add($"{{kind: appointment, date: {{{appointment}}}}}");
        if (Of(ColumnMeaning.Payer) is { } payer)
            facts.Add($"{{kind: coverage, text: {payer}}}");
        AddList(yaml, "facts", facts);
    }

    private static void AddList(StringBuilder yaml, string name, List<string> items)
    {
        if (items.Count > 0)
            yaml.Append(CultureInfo.InvariantCulture, $"{name}:\n{string.Concat(items.Select(item => $"  - {item}\n"))}");
    }

    private void AddFlow(StringBuilder yaml, string name, params ReadOnlySpan<(string Key, ColumnMeaning Meaning)> parts)
    {
        if (Flow(parts) is { Length: > 0 } flow)
            yaml.Append(CultureInfo.InvariantCulture, $"{name}: {{{flow}}}\n");
    }

    private string Flow(params ReadOnlySpan<(string Key, ColumnMeaning Meaning)> parts)
    {
        var words = new List<string>();
        foreach (var (key, meaning) in parts)
        {
            if (Of(meaning) is { } column)
                words.Add($"{key}: {column}");
        }

        return string.Join(", ", words);
    }

    private string? Date(ColumnMeaning meaning) => Columns.FirstOrDefault(column => column.Meaning == meaning) is { } found
        ? $"column: {Quoted(found.Column)}" + (found.DateFormat is null or "yyyy-MM-dd" ? "" : $", formats: [{Quoted(found.DateFormat)}]")
        : null;

    private string? Of(ColumnMeaning meaning) => Columns.FirstOrDefault(column => column.Meaning == meaning) is { } found ? Quoted(found.Column) : null;

    // A JSON string is a YAML double-quoted scalar. YAML 1.2 §1.3.
    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}

/// <summary>Meanings in plain words.</summary>
internal static class ColumnWords
{
    /// <summary>A meaning's name.</summary>
    public static string Of(ColumnMeaning meaning) => meaning switch
    {
        ColumnMeaning.Ignore => "Leave out",
        ColumnMeaning.FhirId => "FHIR patient id",
        ColumnMeaning.RecordNumber => "Record number (MRN)",
        ColumnMeaning.GivenName => "Given name",
        ColumnMeaning.FamilyName => "Family name",
        ColumnMeaning.FullName => "Whole name",
        ColumnMeaning.BirthDate => "Birth date",
        ColumnMeaning.EmailVerified => "Email was verified",
        ColumnMeaning.Email => "Email address",
        ColumnMeaning.Mobile => "Mobile telephone",
        ColumnMeaning.Phone => "Telephone",
        ColumnMeaning.Street => "Street",
        ColumnMeaning.PostalCode => "Postal code",
        ColumnMeaning.Deceased => "Has died",
        ColumnMeaning.Conditions => "Conditions (ICD-10)",
        ColumnMeaning.Medications => "Medications (RxNorm)",
        ColumnMeaning.LastVisit => "Last visit",
        ColumnMeaning.NextAppointment => "Next appointment",
        _ => meaning.ToString(),
    };
}
