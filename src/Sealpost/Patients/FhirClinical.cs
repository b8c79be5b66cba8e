using Hl7.Fhir.Model;
using FhirConsent = Hl7.Fhir.Model.Consent;

namespace Sealpost.Patients;

/// <summary>Maps Condition, Encounter, Procedure, Immunization and Consent.</summary>
internal static class FhirClinical
{
    public static Fact Map(Resource resource, Fact stub) => resource switch
    {
        Condition condition => Map(condition, stub),
        Encounter encounter => Map(encounter, stub),
        Procedure procedure => Map(procedure, stub),
        Immunization immunization => Map(immunization, stub),
        FhirConsent consent => FhirAdministration.Map(consent, stub),
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource.TypeName, "No fact is made of this resource type."),
    };

    private static Fact Map(Condition condition, Fact stub)
    {
        var clinical = condition.ClinicalStatus.Code();
        var verification = condition.VerificationStatus.Code();
        var (onset, _) = FhirPeriods.Of(condition.Onset);
        var (abatedFrom, abated) = FhirPeriods.Of(condition.Abatement);

        // Unverified words of a differential are no diagnosis; a missing verification status is common and means the record's own.
        var counts = verification is not ("refuted" or "entered-in-error" or "provisional" or "differential");
        return stub with
        {
            Codes = condition.Code.Concepts(),
            Status = Words(clinical, verification),
            Counts = counts,
            Active = counts && (clinical is null ? condition.Abatement is null : clinical is "active" or "recurrence" or "relapse"),
            On = onset ?? condition.RecordedDateElement.Date(),
            Until = abated ?? abatedFrom,
            Text = condition.Code.Words(),
        };
    }

    private static Fact Map(Encounter encounter, Fact stub)
    {
        var status = encounter.StatusElement.Text();
        var types = encounter.Type.SelectMany(type => type.Concepts());
        return stub with
        {
            Codes = FhirValues.Concept(encounter.Class) is { } kind ? [.. types, kind] : [.. types],
            Status = status ?? "",
            Counts = status is not (null or "planned" or "cancelled" or "entered-in-error"),
            On = encounter.Period?.StartElement.Date(),
            Until = FhirPeriods.LastDay(encounter.Period?.EndElement),
            Text = encounter.ServiceType.Words() ?? encounter.Type.Select(type => type.Words()).FirstOrDefault(words => words is not null),
        };
    }

    private static Fact Map(Procedure procedure, Fact stub)
    {
        var status = procedure.StatusElement.Text();
        var (on, until) = FhirPeriods.Of(procedure.Performed);
        return stub with
        {
            Codes = procedure.Code.Concepts(),
            Status = status ?? "",
            Counts = status is not (null or "preparation" or "not-done" or "entered-in-error"),
            On = on,
            Until = until,
            Text = procedure.Code.Words(),
        };
    }

    private static Fact Map(Immunization immunization, Fact stub)
    {
        var status = immunization.StatusElement.Text();
        return stub with
        {
            Codes = immunization.VaccineCode.Concepts(),
            Status = status ?? "",
            Counts = status == "completed",
            On = (immunization.Occurrence as FhirDateTime).Date(),
            Text = immunization.VaccineCode.Words(),
        };
    }

    private static string Words(string? first, string? second) =>
        second is null ? first ?? "" : first is null ? "/" + second : first + "/" + second;
}
