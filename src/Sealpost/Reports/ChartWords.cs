using System.Globalization;
using Sealpost.Patients;

namespace Sealpost.Reports;

/// <summary>Says a chart in words, section by section; of results the latest of each code.</summary>
internal static class ChartWords
{
    private const int MostShown = 12;

    private static readonly (string Title, Func<Fact, DateOnly, bool> Takes, bool OncePerCode)[] Sections =
    [
        ("Conditions", static (fact, _) => fact is { Kind: FactKind.Condition, Active: true, Counts: true }, true),
        ("Medications", static (fact, _) => fact is { Kind: FactKind.MedicationRequest, Active: true, Counts: true }, true),
        ("Latest results", static (fact, _) => fact is { Kind: FactKind.Observation, Counts: true }, true),
        ("Coming appointments", static (fact, today) => fact is { Kind: FactKind.Appointment, Counts: true } && fact.On >= today, false),
        ("Visits", static (fact, _) => fact is { Kind: FactKind.Encounter, Counts: true }, false),
        ("Immunizations", static (fact, _) => fact is { Kind: FactKind.Immunization, Counts: true }, false),
        ("Procedures", static (fact, _) => fact is { Kind: FactKind.Procedure, Counts: true }, true),
        ("Coverage", static (fact, _) => fact is { Kind: FactKind.Coverage, Active: true }, false),
        ("Past conditions", static (fact, _) => fact is { Kind: FactKind.Condition, Active: false, Counts: true }, true),
        ("Past medications", static (fact, _) => fact is { Kind: FactKind.MedicationRequest, Active: false, Counts: true }, true),
    ];

    /// <summary>Sections that hold something.</summary>
    public static IReadOnlyList<ChartSection> Of(Chart chart, DateOnly today) =>
        [.. Sections.Select(section => Section(chart, section, today)).Where(section => section.Lines.Count > 0)];

    /// <summary>A postal address in one line.</summary>
    public static string Place(PostalAddress place) =>
        string.Join(", ", new[] { string.Join(", ", place.Lines), place.City, $"{place.State} {place.PostalCode}".Trim() }.Where(part => !string.IsNullOrEmpty(part)));

    /// <summary>Why the patient is in no audience at all, in a sentence; null where nothing stands against it.</summary>
    public static string? OutOfUse(ChartHead head) =>
        head.Deceased ? "Recorded as deceased." : head.ReplacedBy is not null ? "Replaced by another record." : !head.Active ? "The record is not in use." : null;

    private static ChartSection Section(Chart chart, (string Title, Func<Fact, DateOnly, bool> Takes, bool OncePerCode) section, DateOnly today)
    {
        var facts = chart.Facts.Where(fact => section.Takes(fact, today)).OrderByDescending(fact => fact.On).ToList();
        if (section.OncePerCode)
            facts = [.. facts.DistinctBy(Key, StringComparer.OrdinalIgnoreCase)];
        return new ChartSection(section.Title, [.. facts.Take(MostShown).Select(Line)], Math.Max(0, facts.Count - MostShown));
    }

    private static string Key(Fact fact) => fact.Codes.Count > 0 ? $"{fact.Codes[0].System}:{fact.Codes[0].Code}" : fact.SourceId;

    private static ChartLine Line(Fact fact)
    {
        var code = fact.Codes.Count > 0 ? fact.Codes[0] : null;
        var words = code?.Display ?? (fact.Kind is FactKind.Coverage or FactKind.Appointment or FactKind.MedicationRequest ? fact.Text : null) ?? code?.Code ?? "not coded";
        return new ChartLine(words, code is null ? "" : $"{code.System}:{code.Code}", fact.On, Note(fact));
    }

    private static string Note(Fact fact) => fact.Kind switch
    {
        FactKind.Observation when fact.Value is { } value => string.Create(CultureInfo.InvariantCulture, $"{value:0.###} {fact.Unit}").Trim(),
        FactKind.Observation => fact.Text ?? "",
        FactKind.Appointment => fact.Status,
        _ when fact.Until is { } until && until != fact.On => string.Create(CultureInfo.InvariantCulture, $"until {until:yyyy-MM-dd}"),
        _ => "",
    };
}
