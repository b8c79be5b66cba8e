using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Reads the first and last calendar day of what FHIR writes as a date, a period or a timing.</summary>
internal static class FhirPeriods
{
    /// <summary>First day and, for a period, last day; ages, ranges and free text have none.</summary>
    public static (DateOnly? On, DateOnly? Until) Of(DataType? value) => value switch
    {
        FhirDateTime dateTime => (dateTime.Date(), null),
        Instant instant => (instant.Date(), null),
        Period period when !period.IsAbsent() => (period.StartElement.Date(), LastDay(period.EndElement)),
        Timing timing when timing.EventElement.Count > 0 => (timing.EventElement[0].Date(), null),
        _ => (null, null),
    };

    /// <summary>The last day an end names. FHIR R4 Period.end: "the end value includes any matching date/time", so 2019-02 ends on the 28th.</summary>
    public static DateOnly? LastDay(PrimitiveType? end)
    {
        var text = end.Text();
        return FhirValues.Date(text) is not { } first ? null : text!.Length switch
        {
            4 => first.AddYears(1).AddDays(-1),
            7 => first.AddMonths(1).AddDays(-1),
            _ => first,
        };
    }

    /// <summary>Whether a period ended before a day.</summary>
    public static bool Ended(Period? period, DateOnly today) => LastDay(period?.EndElement) is { } last && last < today;
}
