namespace Sealpost.Patients;

/// <summary>Says how columns make a clinical fact.</summary>
public sealed record CsvFact
{
    private static readonly Dictionary<string, FactKind> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["condition"] = FactKind.Condition,
        ["medication"] = FactKind.MedicationRequest,
        ["observation"] = FactKind.Observation,
        ["encounter"] = FactKind.Encounter,
        ["procedure"] = FactKind.Procedure,
        ["immunization"] = FactKind.Immunization,
        ["appointment"] = FactKind.Appointment,
        ["coverage"] = FactKind.Coverage,
    };

    /// <summary><c>condition</c>, <c>medication</c>, <c>observation</c>, <c>encounter</c>, <c>procedure</c>, <c>immunization</c>, <c>appointment</c> or <c>coverage</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Column of the code; instead of <see cref="Code"/>.</summary>
    public string? Column { get; init; }

    /// <summary>One code for all rows.</summary>
    public string? Code { get; init; }

    /// <summary>Code system: <c>snomed</c>, <c>icd10</c>, <c>rxnorm</c>, <c>loinc</c>, <c>cvx</c>, … or a URI.</summary>
    public string? System { get; init; }

    /// <summary>Splits a column that holds several codes.</summary>
    public string? Separator { get; init; }

    /// <summary>Words for the code.</summary>
    public string? Display { get; init; }

    /// <summary>Column of a number, for observations.</summary>
    public string? Value { get; init; }

    /// <summary>UCUM unit of the number.</summary>
    public string? Unit { get; init; }

    /// <summary>Column of the unit.</summary>
    public string? UnitColumn { get; init; }

    /// <summary>Date column; the start, for appointments.</summary>
    public CsvDate? Date { get; init; }

    /// <summary>Column of words: the payer's name, the appointment's description, a coded result.</summary>
    public string? Text { get; init; }

    /// <summary>Column of an id that stays the same from file to file; made from code and date where absent.</summary>
    public string? Id { get; init; }

    /// <summary>Column that says whether the fact holds now; a value mapped to <c>no</c> says it does not.</summary>
    public CsvWord? Active { get; init; }

    internal FactKind FactKind => Kinds[Kind];

    internal IEnumerable<string?> Columns() => [Column, Value, UnitColumn, Date?.Column, Text, Id, Active?.Column];

    internal void Check()
    {
        if (!Kinds.ContainsKey(Kind))
            throw new ImportException($"'{Kind}' is no kind of fact; use one of {string.Join(", ", Kinds.Keys)}.");
        if (Column is not null && Code is not null)
            throw new ImportException("A fact has 'column' or 'code', not both.");
        if ((Column ?? Code) is not null && System is null)
            throw new ImportException("A fact with a code needs 'system', such as icd10 or loinc.");
        if ((Column ?? Code) is null && FactKind is not (FactKind.Encounter or FactKind.Appointment or FactKind.Coverage))
            throw new ImportException($"A fact of kind '{Kind}' needs 'column' or 'code'.");
        if (Column is null && Value is null && Date is null && Text is null && Id is null)
            throw new ImportException("A fact with a fixed code needs a column that says whether the row has it: 'value', 'date', 'text' or 'id'.");
    }
}
