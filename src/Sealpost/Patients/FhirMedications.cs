using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Maps MedicationRequest and MedicationStatement, and finds the codes of the medication they name.</summary>
internal static class FhirMedications
{
    public static MedicationCodes CodesOf(Medication medication) => new(medication.Code.Concepts(), medication.Code.Words());

    /// <summary>The fact, and the Medication it still needs, where that is another resource.</summary>
    public static (Fact Fact, string? Pending) Map(Resource resource, Fact stub, FhirReferences references)
    {
        var (medication, fact) = resource switch
        {
            MedicationRequest request => (request.Medication, Map(request, stub)),
            MedicationStatement statement => (statement.Medication, Map(statement, stub)),
            _ => throw new ArgumentOutOfRangeException(nameof(resource), resource.TypeName, "Not a resource about a medication."),
        };
        if (medication is CodeableConcept concept)
            return (fact with { Codes = concept.Concepts(), Text = concept.Words() ?? fact.Text }, null);
        if (medication is not ResourceReference reference || references.Resolve(reference) is not { } target)
            return (fact, null);
        fact = fact with { Text = reference.DisplayElement.Text() ?? fact.Text };
        if (!target.StartsWith('#'))
            return (fact, target);
        var contained = ((DomainResource)resource).Contained.OfType<Medication>().FirstOrDefault(inner => inner.IdElement.Text() is { } id && target.AsSpan(1).SequenceEqual(id.AsSpan().TrimStart('#')));
        return (contained is null ? fact : With(fact, CodesOf(contained)), null);
    }

    public static Fact With(Fact fact, MedicationCodes medication) =>
        fact with { Codes = medication.Codes, Text = fact.Text ?? medication.Words };

    private static Fact Map(MedicationRequest request, Fact stub)
    {
        var status = request.StatusElement.Text();
        var intent = request.IntentElement.Text();

        // Proposals and plans are no prescription; drafts, withdrawn and mistaken ones never were.
        var counts = intent == "order" && request.DoNotPerformElement.Flag() != true
            && status is not (null or "draft" or "cancelled" or "entered-in-error");
        var reported = (request.Reported as FhirBoolean)?.Flag() == true || request.Reported is ResourceReference;
        return stub with
        {
            Status = $"{status}/{intent}{(reported ? "/reported" : "")}",
            Counts = counts,
            Active = counts && status == "active",
            On = request.AuthoredOnElement.Date(),
            Until = SupplyEnd(request),
        };
    }

    private static Fact Map(MedicationStatement statement, Fact stub)
    {
        var status = statement.StatusElement.Text();
        var (on, until) = FhirPeriods.Of(statement.Effective);
        return stub with
        {
            Status = status ?? "",
            Counts = status is "active" or "completed" or "stopped" or "on-hold",
            Active = false,
            On = on ?? statement.DateAssertedElement.Date(),
            Until = until,
        };
    }

    // The validity the prescriber wrote, else the days supplied times the fills allowed.
    private static DateOnly? SupplyEnd(MedicationRequest request)
    {
        if (request.DispenseRequest is not { } dispense)
            return null;
        if (FhirPeriods.LastDay(dispense.ValidityPeriod?.EndElement) is { } end)
            return end;
        var start = dispense.ValidityPeriod?.StartElement.Date() ?? request.AuthoredOnElement.Date();
        var fills = 1L + Math.Clamp(dispense.NumberOfRepeatsAllowedElement.Whole() ?? 0, 0, 100);
        return start is { } first && Days(dispense.ExpectedSupplyDuration) is { } days && days * fills < DateOnly.MaxValue.DayNumber - first.DayNumber
            ? first.AddDays((int)(days * fills))
            : null;
    }

    private static double? Days(Duration? duration)
    {
        var number = duration?.ValueElement.Number();
        if (number is null or < 0 or > 36_500)
            return null;
        return (duration!.CodeElement.Text() ?? duration.UnitElement.Text()) switch
        {
            "d" or "day" or "days" => number,
            "wk" or "week" or "weeks" => number * 7,
            "mo" or "month" or "months" => number * 30,
            "a" or "year" or "years" => number * 365,
            _ => null,
        };
    }
}
