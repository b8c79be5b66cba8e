using System.Globalization;

namespace Sealpost.Patients;

/// <summary>Maps one row to a record for a chart.</summary>
internal sealed class CsvMapping(CsvMap map, ImportTally tally)
{
    private static readonly string[] Sexes = ["female", "male", "other", "unknown"];

    /// <summary>The record, or null where the row names no patient or could not be used.</summary>
    public ImportedRecord? Map(CsvRow row, ImportPlace place)
    {
        var keys = map.Match.Select(key => KeyOf(key, row)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (keys.Count == 0)
        {
            tally.Skip(place, CsvImportTypes.Row, ImportReason.NoPatient, map.Match[0].Column);
            return null;
        }

        var record = new ImportedRecord
        {
            Patient = keys[0],
            Keys = keys,
            Type = CsvImportTypes.Row,
            Id = string.Create(CultureInfo.InvariantCulture, $"{CsvImportTypes.Row}/{row.Line}"),
            File = place.File,
            Line = place.Line,
            Head = Head(row, keys[0], place),
            Facts = [.. map.Facts.SelectMany((fact, index) => Facts(fact, index, row))],
        };
        foreach (var column in row.Bad)
            tally.Remark(place, CsvImportTypes.Row, ImportReason.BadColumn, column);
        return record;
    }

    private static string? KeyOf(CsvKey key, CsvRow row)
    {
        if (row.Text(key.Column) is not { } value)
            return null;
        if (key.Source is not null)
            return $"source|{key.Source}|{key.Prefix}{value}";
        if (key.System is not null)
            return $"identifier|{key.System}|{key.Prefix}{value}";
        return EmailAddress.Normalise(value) is { } mailbox ? "email|" + mailbox : null;
    }

    private ChartHead Head(CsvRow row, string key, ImportPlace place) => new()
    {
        SourceIds = [new Identifier { System = map.Source, Value = "Patient/" + key[(key.LastIndexOfAny(['|', '/']) + 1)..] }],
        Identifiers = [.. map.Identifiers
            .Select(identifier => row.Text(identifier.Column) is { } value ? new Identifier { System = identifier.System!, Value = identifier.Prefix + value, Type = identifier.Type } : null)
            .OfType<Identifier>()],
        Names = Name(row) is { } name ? [name] : [],
        BirthDate = row.Date(map.BirthDate),
        Sex = row.Word(map.Sex, value => Sexes.Contains(value, StringComparer.Ordinal)),
        Language = row.Word(map.Language, value => value.Length is >= 2 and <= 35 && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')),
        Deceased = string.Equals(row.Word(map.Deceased, _ => true), "yes", StringComparison.OrdinalIgnoreCase),
        Addresses = Address(row) is { } address ? [address] : [],
        ContactPoints = [.. map.Contacts.Select(contact => Contact(contact, row, place)).OfType<ContactPoint>().Distinct()],
    };

    private PersonName? Name(CsvRow row)
    {
        if (map.Name is null)
            return null;
        var given = row.Text(map.Name.Given);
        var name = new PersonName { Family = row.Text(map.Name.Family), Given = given is null ? [] : [given], Prefix = row.Text(map.Name.Prefix), Text = row.Text(map.Name.Text) };
        return name is { Family: null, Given.Count: 0, Text: null } ? null : name;
    }

    private PostalAddress? Address(CsvRow row)
    {
        if (map.Address is not { } columns)
            return null;
        var country = row.Text(columns.Country);
        var address = new PostalAddress
        {
            Use = columns.Use,
            Lines = [.. columns.Lines.Select(row.Text).OfType<string>()],
            City = row.Text(columns.City),
            State = UsStates.Code(row.Text(columns.State), country),
            PostalCode = row.Text(columns.PostalCode),
            Country = country,
        };
        return address is { Lines.Count: 0, City: null, State: null, PostalCode: null } ? null : address;
    }

    private ContactPoint? Contact(CsvContact contact, CsvRow row, ImportPlace place)
    {
        if (row.Text(contact.Column) is not { } value)
            return null;

        // An address that cannot be mailed would only hide that the patient has none.
        if (contact.Kind == "email" && EmailAddress.Normalise(value) is null)
        {
            tally.Remark(place, CsvImportTypes.Row, ImportReason.BadMailbox, contact.Column);
            return null;
        }

        return new ContactPoint
        {
            Kind = contact.Kind,
            Value = value,
            Use = contact.Use,
            Rank = contact.Rank,
            Source = map.Source,
            Verified = contact.Verified || row.IsYes(contact.VerifiedColumn, contact.VerifiedValues),
        };
    }

    private IEnumerable<Fact> Facts(CsvFact fact, int index, CsvRow row)
    {
        var date = row.Date(fact.Date);
        var value = row.Number(fact.Value);
        var text = row.Text(fact.Text);
        var id = row.Text(fact.Id);
        var codes = fact.Column is null ? [fact.Code ?? ""] : Codes(fact, row);
        if (fact.Column is null && date is null && value is null && text is null && id is null)
            yield break;
        if (fact.Value is not null && value is null && text is null)
            yield break;
        var holds = !string.Equals(row.Word(fact.Active, _ => true), "no", StringComparison.OrdinalIgnoreCase);
        var system = CodeSystems.ShortName(fact.System ?? "");
        foreach (var code in codes)
        {
            var made = string.Create(CultureInfo.InvariantCulture, $"{code}:{date:yyyy-MM-dd}:{(fact.FactKind == FactKind.Coverage ? text : "")}");
            yield return new Fact
            {
                Kind = fact.FactKind,
                SourceId = string.Create(CultureInfo.InvariantCulture, $"{map.Source}/{index}/{(id is null ? made : id + ":" + code)}"),
                Codes = code.Length == 0 ? [] : [new Concept { System = system, Code = code, Display = fact.Display }],
                Status = Status(fact.FactKind, holds),
                Counts = holds || fact.FactKind is not (FactKind.Encounter or FactKind.Appointment),
                Active = holds && fact.FactKind is FactKind.Condition or FactKind.MedicationRequest or FactKind.Coverage,
                On = date,
                Value = value,
                Unit = value is null ? null : row.Text(fact.UnitColumn) ?? fact.Unit,
                Text = text,
            };
        }
    }

    private static IEnumerable<string> Codes(CsvFact fact, CsvRow row) =>
        row.Text(fact.Column) is not { } text ? []
        : fact.Separator is { Length: > 0 } separator ? text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)
        : [text];

    private static string Status(FactKind kind, bool holds) => kind switch
    {
        FactKind.Condition => holds ? "active" : "inactive",
        FactKind.MedicationRequest => holds ? "active/order" : "stopped/order",
        FactKind.Observation => "final",
        FactKind.Encounter => holds ? "finished" : "cancelled",
        FactKind.Appointment => holds ? "booked" : "cancelled",
        FactKind.Coverage => holds ? "active" : "cancelled",
        _ => "completed",
    };
}

/// <summary>Names under which CSV rows are counted.</summary>
internal static class CsvImportTypes
{
    public const string Row = "Row";
}
