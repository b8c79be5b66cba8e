using MemoryPack;

namespace Sealpost.Patients;

/// <summary>What a fact states.</summary>
public enum FactKind
{
    /// <summary>FHIR Condition.</summary>
    Condition = 0,

    /// <summary>FHIR MedicationRequest.</summary>
    MedicationRequest = 1,

    /// <summary>FHIR MedicationStatement; reported, so it does not count as "on the drug" without review.</summary>
    MedicationStatement = 2,

    /// <summary>FHIR Observation, or one component of it.</summary>
    Observation = 3,

    /// <summary>FHIR Encounter.</summary>
    Encounter = 4,

    /// <summary>FHIR Procedure.</summary>
    Procedure = 5,

    /// <summary>FHIR Immunization.</summary>
    Immunization = 6,

    /// <summary>FHIR Appointment.</summary>
    Appointment = 7,

    /// <summary>FHIR Coverage; the payer's name is <see cref="Fact.Text"/>.</summary>
    Coverage = 8,

    /// <summary>FHIR Consent as a source sent it: a record, never by itself an authorization of 45 CFR 164.508.</summary>
    Consent = 9,
}

/// <summary>One coded clinical statement in a chart.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record Fact
{
    /// <summary>What it states.</summary>
    [MemoryPackOrder(0)]
    public FactKind Kind { get; init; }

    /// <summary>The source's id, unique in the chart: <c>Observation/abc</c>, component 2 as <c>Observation/abc#2</c>.</summary>
    [MemoryPackOrder(1)]
    public string SourceId { get; init; } = "";

    /// <summary>Codings, most specific first as sent.</summary>
    [MemoryPackOrder(2)]
    public IReadOnlyList<Concept> Codes { get; init; } = [];

    /// <summary>The status words as sent, such as <c>active/confirmed</c> or <c>final</c>.</summary>
    [MemoryPackOrder(3)]
    public string Status { get; init; } = "";

    /// <summary>Whether audiences may count it at all (see the audience language: not refuted, not entered in error, final, …).</summary>
    [MemoryPackOrder(4)]
    public bool Counts { get; init; }

    /// <summary>Whether it holds now: a condition active, recurring or relapsed; a request active with intent order; a coverage active.</summary>
    [MemoryPackOrder(5)]
    public bool Active { get; init; }

    /// <summary>The calendar date that windows look at, as written in the source's own offset; a partial date counts as its first day.</summary>
    /// <remarks>Condition: onset, else recorded date. MedicationRequest: authoredOn. Observation: effective, else issued. Encounter, Procedure: start. Immunization: occurrence. Appointment: start.</remarks>
    [MemoryPackOrder(6)]
    public DateOnly? On { get; init; }

    /// <summary>The last calendar date, where it ended (abatement, period end, supply end).</summary>
    [MemoryPackOrder(7)]
    public DateOnly? Until { get; init; }

    /// <summary>The exact start, for appointments.</summary>
    [MemoryPackOrder(8)]
    public DateTimeOffset? At { get; init; }

    /// <summary>A numeric result. One reported as beyond the limit of measurement ("under 5", "over 60") lies just beyond it; <see cref="Text"/> then holds the words.</summary>
    [MemoryPackOrder(9)]
    public double? Value { get; init; }

    /// <summary>UCUM code of <see cref="Value"/>.</summary>
    [MemoryPackOrder(10)]
    public string? Unit { get; init; }

    /// <summary>Payer name, appointment description, dosage text, coded result's text.</summary>
    [MemoryPackOrder(11)]
    public string? Text { get; init; }

    /// <summary>Codes of <c>meta.security</c>.</summary>
    [MemoryPackOrder(12)]
    public IReadOnlyList<string> SecurityLabels { get; init; } = [];

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A code in a system.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record Concept
{
    /// <summary>Short name as the audience language writes it: <c>snomed</c>, <c>icd10</c>, <c>rxnorm</c>, <c>loinc</c>, <c>cvx</c>, <c>cpt</c>, <c>hcpcs</c>, <c>ndc</c>; any other system keeps its URI.</summary>
    [MemoryPackOrder(0)]
    public string System { get; init; } = "";

    /// <summary>The code.</summary>
    [MemoryPackOrder(1)]
    public string Code { get; init; } = "";

    /// <summary>Display as sent.</summary>
    [MemoryPackOrder(2)]
    public string? Display { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
