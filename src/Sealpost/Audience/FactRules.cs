using Sealpost.Patients;

namespace Sealpost.Audience;

/// <summary>Where the language looks for a fact. Past and present ones are kept apart.</summary>
internal enum FactFamily : byte
{
    ConditionNow,
    ConditionPast,
    MedicationNow,
    MedicationPast,
    Lab,
    Procedure,
    Immunization,
    Payer,
    State,
    Zip,
    Language,
    Sex,
    Authorization,
    Received,
    Opened,
    Clicked,
    PickedUp,
    Encounter,
    Appointment,
}

/// <summary>What counts, in one place for the view and the index.</summary>
internal static class FactRules
{
    private static readonly string[] CalledOff = ["cancelled", "noshow", "entered-in-error"];

    /// <summary>Nobody recorded as deceased, merged away or not in use is in an audience, whatever the query says.</summary>
    public static bool MayBeIn(ChartHead head) => !head.Deceased && head.Active && head.ReplacedBy is null;

    /// <summary>The family a fact is in; null where audiences do not see it.</summary>
    public static FactFamily? FamilyOf(Fact fact) => !fact.Counts ? null : fact.Kind switch
    {
        FactKind.Condition => fact.Active ? FactFamily.ConditionNow : FactFamily.ConditionPast,
        FactKind.MedicationRequest => fact.Active ? FactFamily.MedicationNow : FactFamily.MedicationPast,
        FactKind.Observation => FactFamily.Lab,
        FactKind.Procedure => FactFamily.Procedure,
        FactKind.Immunization => FactFamily.Immunization,
        FactKind.Encounter => FactFamily.Encounter,
        FactKind.Appointment => CalledOff.Contains(fact.Status) ? null : FactFamily.Appointment,
        FactKind.Coverage => fact.Active && fact.Text is not null ? FactFamily.Payer : null,
        _ => null,
    };

    /// <summary>Families a query part looks at.</summary>
    public static (FactFamily Now, FactFamily? Past) FamiliesOf(CodedFact query) => query.Kind switch
    {
        CodedKind.Condition => (FactFamily.ConditionNow, query.Ever ? FactFamily.ConditionPast : null),
        CodedKind.Medication => (FactFamily.MedicationNow, query.Ever ? FactFamily.MedicationPast : null),
        CodedKind.Procedure => (FactFamily.Procedure, null),
        _ => (FactFamily.Immunization, null),
    };

    public static FactFamily FamilyOf(EngagementKind kind) => kind switch
    {
        EngagementKind.Received => FactFamily.Received,
        EngagementKind.Opened => FactFamily.Opened,
        EngagementKind.Clicked => FactFamily.Clicked,
        _ => FactFamily.PickedUp,
    };

    /// <summary>Addresses in use; an end date is looked at when a query is read.</summary>
    public static IEnumerable<PostalAddress> Places(ChartHead head) => head.Addresses.Where(address => address.Use != "old");

    /// <summary>The five digits that queries look at; shorter ones as they are.</summary>
    public static string? Zip(PostalAddress address) => address.PostalCode?.Trim() is { Length: > 0 } zip ? zip.Length > 5 ? zip[..5] : zip : null;

    /// <summary>A name as compared: without regard to case and outer white space.</summary>
    public static string? Fold(string? name) => name?.Trim() is { Length: > 0 } text ? text.ToUpperInvariant() : null;

    /// <summary>The numeric result, where there is one.</summary>
    public static double? Value(Fact fact) => fact.Value is { } value && double.IsFinite(value) ? value : null;

    /// <summary>Whether something that began and may have ended holds on a day.</summary>
    public static bool HoldsOn(ushort day, ushort from, ushort until) =>
        (from == FactDay.None || from <= day) && (until == FactDay.None || until >= day);

    /// <summary>A language and the more special ones under it: es and es-MX.</summary>
    public static bool IsLanguage(string folded, string wanted) =>
        folded.StartsWith(wanted, StringComparison.Ordinal) && (folded.Length == wanted.Length || folded[wanted.Length] is '-' or '_');

    public static bool Holds(Comparison comparison, double left, double right) => comparison switch
    {
        Comparison.Equal => left == right,
        Comparison.Less => left < right,
        Comparison.LessOrEqual => left <= right,
        Comparison.Greater => left > right,
        _ => left >= right,
    };

    /// <summary>First and last birth date (as day codes) of those who are of an age on a day; a person born later has no age yet.</summary>
    public static (ushort From, ushort To) BirthDays(DateOnly asOf, int youngest, int oldest) => (
        asOf.Year > oldest + 1 ? FactDay.Code(asOf.AddYears(-oldest - 1).AddDays(1)) : (ushort)1,
        asOf.Year > youngest ? FactDay.CodeOrNone(asOf.AddYears(-youngest)) : FactDay.None);

    /// <summary>Youngest and oldest age of a comparison; the youngest above the oldest for none.</summary>
    public static (int Youngest, int Oldest) Ages(AgeIs age) => age.Is switch
    {
        Comparison.Equal => (age.Years, age.Years),
        Comparison.Less => (0, age.Years - 1),
        Comparison.LessOrEqual => (0, age.Years),
        Comparison.Greater => (age.Years + 1, Everyone),
        _ => (age.Years, Everyone),
    };

    /// <summary>Older than anyone: no upper bound.</summary>
    public const int Everyone = 1_000;
}
