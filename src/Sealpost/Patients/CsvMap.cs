using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Sealpost.Patients;

/// <summary>Says which column of a CSV file holds what; written in YAML, see docs/import-csv.md.</summary>
public sealed record CsvMap
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(CamelCaseNamingConvention.Instance)
        .WithDuplicateKeyChecking()
        .WithTypeMapping<IReadOnlyList<CsvKey>, List<CsvKey>>()
        .WithTypeMapping<IReadOnlyList<CsvContact>, List<CsvContact>>()
        .WithTypeMapping<IReadOnlyList<CsvFact>, List<CsvFact>>()
        .WithTypeMapping<IReadOnlyList<string>, List<string>>()
        .WithTypeMapping<IReadOnlyDictionary<string, string>, Dictionary<string, string>>()
        .Build();

    /// <summary>Name of the source; its addresses are attested under it. Required.</summary>
    public string Source { get; init; } = "";

    /// <summary>Separator; found from the first lines where absent.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Name of the encoding, such as <c>windows-1252</c>; by byte order mark, else UTF-8, where absent.</summary>
    public string? Encoding { get; init; }

    /// <summary>Whether a row that matches nobody makes a new patient. Default false: the row is skipped and reported.</summary>
    public bool Create { get; init; }

    /// <summary>How a row finds its patient: the first key that names one.</summary>
    public IReadOnlyList<CsvKey> Match { get; init; } = [];

    /// <summary>Business identifiers.</summary>
    public IReadOnlyList<CsvKey> Identifiers { get; init; } = [];

    /// <summary>Name columns.</summary>
    public CsvName? Name { get; init; }

    /// <summary>Birth date.</summary>
    public CsvDate? BirthDate { get; init; }

    /// <summary>Sex; <c>values</c> map to female, male, other, unknown.</summary>
    public CsvWord? Sex { get; init; }

    /// <summary>Language; <c>values</c> map to BCP 47 tags.</summary>
    public CsvWord? Language { get; init; }

    /// <summary>Death; a value mapped to <c>yes</c> records it. It is never taken back by CSV.</summary>
    public CsvWord? Deceased { get; init; }

    /// <summary>Postal address.</summary>
    public CsvAddress? Address { get; init; }

    /// <summary>Email and telephone.</summary>
    public IReadOnlyList<CsvContact> Contacts { get; init; } = [];

    /// <summary>Clinical facts.</summary>
    public IReadOnlyList<CsvFact> Facts { get; init; } = [];

    /// <summary>Reads a map.</summary>
    /// <exception cref="ImportException">Not YAML, an unknown word, or something required is missing; the message says where.</exception>
    public static CsvMap Parse(string yaml)
    {
        try
        {
            var map = Yaml.Deserialize<CsvMap?>(yaml)
                ?? throw new ImportException("The map is empty; docs/import-csv.md shows one.");
            map.Check();
            return map;
        }
        catch (YamlException exception)
        {
            throw new ImportException($"The map cannot be read at line {exception.Start.Line}, column {exception.Start.Column}: {Fault(exception)} docs/import-csv.md lists the words.", exception);
        }
    }

    // YamlDotNet names our types in "Property 'colum' not found on type '…'".
    private static string Fault(YamlException exception)
    {
        var message = exception.InnerException?.Message ?? exception.Message;
        var parts = message.Split('\'');
        return parts is ["Property ", var word, ..] ? $"'{word}' is not a word of the map here." : $"{message.TrimEnd('.')}.";
    }

    internal IEnumerable<string> Columns()
    {
        var keys = Match.Concat(Identifiers).Select(key => key.Column);
        var words = new[] { Sex?.Column, Language?.Column, Deceased?.Column, BirthDate?.Column, Name?.Family, Name?.Given, Name?.Prefix, Name?.Text };
        var address = Address is null ? [] : Address.Lines.Concat([Address.City, Address.State, Address.PostalCode, Address.Country]);
        return keys.Concat(words).Concat(address)
            .Concat(Contacts.SelectMany(contact => new[] { contact.Column, contact.VerifiedColumn }))
            .Concat(Facts.SelectMany(fact => fact.Columns()))
            .Where(column => !string.IsNullOrEmpty(column)).Distinct(StringComparer.OrdinalIgnoreCase)!;
    }

    private void Check()
    {
        if (Source.Length == 0 || Source.Contains('|', StringComparison.Ordinal) || string.Equals(Source, "fhir", StringComparison.OrdinalIgnoreCase))
            throw new ImportException("The map needs 'source': a short name of where the file comes from, other than 'fhir' and without '|'. Addresses are attested under it.");
        if (Match.Count == 0)
            throw new ImportException("The map needs 'match': the columns by which a row finds its patient.");
        if (Match.Any(key => key.Column.Length == 0) || Identifiers.Any(key => key.Column.Length == 0 || key.System is null) || Contacts.Any(contact => contact.Column.Length == 0))
            throw new ImportException("Each entry of 'match', 'identifiers' and 'contacts' needs 'column', and an identifier also 'system'.");
        if (Contacts.FirstOrDefault(contact => contact.Kind is not ("email" or "phone" or "sms")) is { } odd)
            throw new ImportException($"'{odd.Kind}' is no kind of contact; use email, phone or sms.");
        if (Delimiter is { Length: not 1 })
            throw new ImportException("'delimiter' is one character.");
        foreach (var fact in Facts)
            fact.Check();
    }
}

/// <summary>A column that identifies a patient: an id of another source, an identifier in a system, or neither (a mailbox).</summary>
public sealed record CsvKey
{
    /// <summary>Column.</summary>
    public string Column { get; init; } = "";

    /// <summary>Import source that knows the patient by this id, such as <c>fhir</c>.</summary>
    public string? Source { get; init; }

    /// <summary>Put before the value, such as <c>Patient/</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>URI of the identifier's system.</summary>
    public string? System { get; init; }

    /// <summary>HL7 v2-0203 type, such as <c>MR</c>.</summary>
    public string? Type { get; init; }
}

/// <summary>Name columns.</summary>
public sealed record CsvName
{
    /// <summary>Family name.</summary>
    public string? Family { get; init; }

    /// <summary>Given name.</summary>
    public string? Given { get; init; }

    /// <summary>Mr., Dr., …</summary>
    public string? Prefix { get; init; }

    /// <summary>Whole name in one column.</summary>
    public string? Text { get; init; }
}

/// <summary>A date column.</summary>
public sealed record CsvDate
{
    /// <summary>Column.</summary>
    public string Column { get; init; } = "";

    /// <summary>Formats tried in order, as .NET writes them; default <c>yyyy-MM-dd</c>, also before a time.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];
}

/// <summary>A column of words.</summary>
public sealed record CsvWord
{
    /// <summary>Column.</summary>
    public string Column { get; init; } = "";

    /// <summary>What each value means; a value that is not listed is taken as it stands where it is valid.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
}

/// <summary>Address columns.</summary>
public sealed record CsvAddress
{
    /// <summary><c>home</c> where absent.</summary>
    public string Use { get; init; } = "home";

    /// <summary>Columns of street lines.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>City.</summary>
    public string? City { get; init; }

    /// <summary>State, by name or letters.</summary>
    public string? State { get; init; }

    /// <summary>Postal code.</summary>
    public string? PostalCode { get; init; }

    /// <summary>Country.</summary>
    public string? Country { get; init; }
}

/// <summary>A contact column.</summary>
public sealed record CsvContact
{
    /// <summary><c>email</c> (default), <c>phone</c> or <c>sms</c>.</summary>
    public string Kind { get; init; } = "email";

    /// <summary>Column.</summary>
    public string Column { get; init; } = "";

    /// <summary><c>home</c>, <c>work</c>, <c>mobile</c>, …</summary>
    public string? Use { get; init; }

    /// <summary>1 is preferred.</summary>
    public int? Rank { get; init; }

    /// <summary>All addresses of the column were verified by the source.</summary>
    public bool Verified { get; init; }

    /// <summary>Column that says so row by row.</summary>
    public string? VerifiedColumn { get; init; }

    /// <summary>Values of that column that mean yes; default yes, y, true, t, 1, x.</summary>
    public IReadOnlyList<string> VerifiedValues { get; init; } = [];
}
