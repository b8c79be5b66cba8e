using MemoryPack;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>A patient's record, open in memory: a head and pages of facts. The store only ever holds it sealed.</summary>
/// <param name="Number">The patient's number in the organisation.</param>
/// <param name="Head">Identity, contact points, consent-relevant flags.</param>
/// <param name="Pages">Facts in pages of at most <see cref="FactPage.Capacity"/>, so that a new result does not re-seal ten years.</param>
public sealed record Chart(PatientNumber Number, ChartHead Head, IReadOnlyList<FactPage> Pages)
{
    /// <summary>All facts, page by page.</summary>
    public IEnumerable<Fact> Facts => Pages.SelectMany(page => page.Facts);

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A page of facts, sealed as one value.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record FactPage
{
    /// <summary>Facts a page holds before the next one is begun.</summary>
    public const int Capacity = 64;

    /// <summary>Place in the chart, from 0.</summary>
    [MemoryPackOrder(0)]
    public int Number { get; init; }

    /// <summary>Facts in order of arrival.</summary>
    [MemoryPackOrder(1)]
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Who the patient is and how to reach them.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record ChartHead
{
    /// <summary>Ids under which sources know the patient, such as <c>fhir</c> / <c>Patient/123</c>; the first is shown as the patient's id.</summary>
    [MemoryPackOrder(0)]
    public IReadOnlyList<Identifier> SourceIds { get; init; } = [];

    /// <summary>Business identifiers (MRN, …).</summary>
    [MemoryPackOrder(1)]
    public IReadOnlyList<Identifier> Identifiers { get; init; } = [];

    /// <summary>Names, as sent.</summary>
    [MemoryPackOrder(2)]
    public IReadOnlyList<PersonName> Names { get; init; } = [];

    /// <summary>Birth date; a partial one counts as its first day.</summary>
    [MemoryPackOrder(3)]
    public DateOnly? BirthDate { get; init; }

    /// <summary><c>female</c>, <c>male</c>, <c>other</c>, <c>unknown</c>; null where absent.</summary>
    [MemoryPackOrder(4)]
    public string? Sex { get; init; }

    /// <summary>Recorded as deceased, by flag or date.</summary>
    [MemoryPackOrder(5)]
    public bool Deceased { get; init; }

    /// <summary>Postal addresses; old and ended ones are kept and marked by their period.</summary>
    [MemoryPackOrder(6)]
    public IReadOnlyList<PostalAddress> Addresses { get; init; } = [];

    /// <summary>Telephone and email, as sent.</summary>
    [MemoryPackOrder(7)]
    public IReadOnlyList<ContactPoint> ContactPoints { get; init; } = [];

    /// <summary>BCP 47 tag of the preferred language.</summary>
    [MemoryPackOrder(8)]
    public string? Language { get; init; }

    /// <summary>False where the source says the record is not in use.</summary>
    [MemoryPackOrder(9)]
    public bool Active { get; init; } = true;

    /// <summary>Source id of the record that replaced this one (Patient.link replaced-by); such a patient is in no audience.</summary>
    [MemoryPackOrder(10)]
    public string? ReplacedBy { get; init; }

    /// <summary>Codes of <c>meta.security</c>.</summary>
    [MemoryPackOrder(11)]
    public IReadOnlyList<string> SecurityLabels { get; init; } = [];

    /// <summary>Related persons (parents, guardians), kept for the representative workflow; never mailed in this version.</summary>
    [MemoryPackOrder(12)]
    public IReadOnlyList<RelatedPerson> RelatedPersons { get; init; } = [];

    /// <summary>The id shown to people: the first source id without its type prefix, else the first identifier's value.</summary>
    [MemoryPackIgnore]
    public string DisplayId =>
        SourceIds.Count > 0 ? SourceIds[0].Value[(SourceIds[0].Value.IndexOf('/', StringComparison.Ordinal) + 1)..]
        : Identifiers.Count > 0 ? Identifiers[0].Value
        : "";

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>An identifier within a system.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record Identifier
{
    /// <summary>URI of the system, or the import source's name.</summary>
    [MemoryPackOrder(0)]
    public string System { get; init; } = "";

    /// <summary>The value.</summary>
    [MemoryPackOrder(1)]
    public string Value { get; init; } = "";

    /// <summary>HL7 v2-0203 type code (<c>MR</c>, <c>SS</c>, …), where given.</summary>
    [MemoryPackOrder(2)]
    public string? Type { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A name with its use.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record PersonName
{
    /// <summary><c>official</c>, <c>usual</c>, <c>nickname</c>, <c>maiden</c>, <c>old</c>, …</summary>
    [MemoryPackOrder(0)]
    public string? Use { get; init; }

    /// <summary>Family name.</summary>
    [MemoryPackOrder(1)]
    public string? Family { get; init; }

    /// <summary>Given names in order.</summary>
    [MemoryPackOrder(2)]
    public IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>Mr., Dr., …</summary>
    [MemoryPackOrder(3)]
    public string? Prefix { get; init; }

    /// <summary>The whole name where the source gives it as text only.</summary>
    [MemoryPackOrder(4)]
    public string? Text { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A postal address.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record PostalAddress
{
    /// <summary><c>home</c>, <c>work</c>, <c>temp</c>, <c>old</c>, …</summary>
    [MemoryPackOrder(0)]
    public string? Use { get; init; }

    /// <summary>Street lines.</summary>
    [MemoryPackOrder(1)]
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>City.</summary>
    [MemoryPackOrder(2)]
    public string? City { get; init; }

    /// <summary>Two-letter state where the source's value could be mapped to one, else as sent.</summary>
    [MemoryPackOrder(3)]
    public string? State { get; init; }

    /// <summary>Postal code as sent; queries look at the first five characters.</summary>
    [MemoryPackOrder(4)]
    public string? PostalCode { get; init; }

    /// <summary>Country as sent.</summary>
    [MemoryPackOrder(5)]
    public string? Country { get; init; }

    /// <summary>Last day of use, where it ended.</summary>
    [MemoryPackOrder(6)]
    public DateOnly? EndsOn { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A telephone number or email address (FHIR ContactPoint).</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record ContactPoint
{
    /// <summary><c>email</c>, <c>phone</c>, …</summary>
    [MemoryPackOrder(0)]
    public string Kind { get; init; } = "";

    /// <summary>The address or number as sent.</summary>
    [MemoryPackOrder(1)]
    public string Value { get; init; } = "";

    /// <summary><c>home</c>, <c>work</c>, <c>mobile</c>, <c>temp</c>, <c>old</c>.</summary>
    [MemoryPackOrder(2)]
    public string? Use { get; init; }

    /// <summary>1 is preferred; null sorts last.</summary>
    [MemoryPackOrder(3)]
    public int? Rank { get; init; }

    /// <summary>First day of use.</summary>
    [MemoryPackOrder(4)]
    public DateOnly? StartsOn { get; init; }

    /// <summary>Last day of use.</summary>
    [MemoryPackOrder(5)]
    public DateOnly? EndsOn { get; init; }

    /// <summary>Name of the import source it came from (<c>fhir</c>, or the CSV map's source); attestation is per source.</summary>
    [MemoryPackOrder(6)]
    public string Source { get; init; } = "";

    /// <summary>The source's data itself says the address was verified (CSV verified flag).</summary>
    [MemoryPackOrder(7)]
    public bool Verified { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A related person; the relationship is no proof of legal authority (45 CFR 164.502(g)).</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record RelatedPerson
{
    /// <summary>Source id, such as <c>RelatedPerson/1</c>.</summary>
    [MemoryPackOrder(0)]
    public string SourceId { get; init; } = "";

    /// <summary>v3-RoleCode, where given.</summary>
    [MemoryPackOrder(1)]
    public string? Relationship { get; init; }

    /// <summary>Name.</summary>
    [MemoryPackOrder(2)]
    public PersonName? Name { get; init; }

    /// <summary>Telephone and email.</summary>
    [MemoryPackOrder(3)]
    public IReadOnlyList<ContactPoint> ContactPoints { get; init; } = [];

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
