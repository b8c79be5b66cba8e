using Sealpost.Consent;
using Sealpost.Patients;

namespace Sealpost.Content.Fields;

/// <summary>Picks facts for lists and single fields. Facts of a sensitive category are left out of all of them.</summary>
internal static class ChartFacts
{
    /// <summary>Items a list shows at most; older ones are left out.</summary>
    public const int MaxItems = 100;

    /// <summary>Conditions held now.</summary>
    public static IReadOnlyList<Fact> Conditions(RenderInput input) => Pick(input, static fact => fact is { Kind: FactKind.Condition, Counts: true, Active: true });

    /// <summary>Active prescriptions; a reported drug (MedicationStatement) is none.</summary>
    public static IReadOnlyList<Fact> Medications(RenderInput input) => Pick(input, static fact => fact is { Kind: FactKind.MedicationRequest, Counts: true, Active: true });

    /// <summary>Completed immunizations.</summary>
    public static IReadOnlyList<Fact> Immunizations(RenderInput input) => Pick(input, static fact => fact is { Kind: FactKind.Immunization, Counts: true });

    /// <summary>The latest visit up to today.</summary>
    public static IReadOnlyList<Fact> LastVisit(RenderInput input) =>
        First(Shown(input, fact => fact is { Kind: FactKind.Encounter, Counts: true } && fact.On <= input.Today).MaxBy(fact => fact.On));

    /// <summary>The next appointment from today on.</summary>
    public static IReadOnlyList<Fact> NextAppointment(RenderInput input) =>
        First(Shown(input, fact => fact is { Kind: FactKind.Appointment, Counts: true } && fact.On >= input.Today).OrderBy(fact => fact.On).ThenBy(fact => fact.At).FirstOrDefault());

    /// <summary>The active coverage.</summary>
    public static IReadOnlyList<Fact> Coverage(RenderInput input) =>
        First(Shown(input, static fact => fact is { Kind: FactKind.Coverage, Counts: true, Active: true }).MaxBy(fact => fact.On ?? DateOnly.MinValue));

    /// <summary>The latest result of a LOINC code; ties go to the greater value.</summary>
    /// <param name="input">The patient.</param>
    /// <param name="code">LOINC code.</param>
    /// <param name="named">The code itself is sensitive and the template names it, so its class is N3 and the fact is shown.</param>
    public static IReadOnlyList<Fact> LatestResult(RenderInput input, string code, bool named) =>
        First(input.Chart.Facts
            .Where(fact => fact is { Kind: FactKind.Observation, Counts: true, On: not null } && fact.On <= input.Today
                && fact.Codes.Any(concept => concept.System == "loinc" && concept.Code == code)
                && (named || !IsSensitive(fact)))
            .OrderByDescending(fact => fact.On).ThenByDescending(fact => fact.Value).FirstOrDefault());

    /// <summary>The display of the first coding that has one, else its text.</summary>
    public static string? NameOf(Fact fact) => fact.Codes.FirstOrDefault(concept => !string.IsNullOrWhiteSpace(concept.Display))?.Display ?? fact.Text;

    /// <summary>The first code with its system.</summary>
    public static string? CodeOf(Fact fact) => fact.Codes.Count > 0 ? $"{fact.Codes[0].System}:{fact.Codes[0].Code}" : null;

    private static List<Fact> Pick(RenderInput input, Func<Fact, bool> wanted) =>
        [.. Shown(input, wanted).OrderByDescending(fact => fact.On).DistinctBy(fact => CodeOf(fact) ?? NameOf(fact) ?? fact.SourceId).Take(MaxItems)];

    private static IEnumerable<Fact> Shown(RenderInput input, Func<Fact, bool> wanted) => input.Chart.Facts.Where(fact => wanted(fact) && !IsSensitive(fact));

    private static bool IsSensitive(Fact fact) => SensitiveCategories.Of(fact).Count > 0;

    private static Fact[] First(Fact? fact) => fact is null ? [] : [fact];
}
