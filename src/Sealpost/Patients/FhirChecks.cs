using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Remarks about elements that were sent and could not be used, so that nothing is dropped in silence.</summary>
internal static class FhirChecks
{
    public static void Look(Resource resource, ImportedRecord record, ImportPlace place, ImportTally tally)
    {
        foreach (var (path, value) in Dates(resource))
        {
            if (value?.JsonValue is not null && !value.IsAbsent() && value.Date() is null)
                tally.Remark(place, record.Type, ImportReason.ElementIgnored, record.Type + "." + path);
        }

        if (record.Facts.Count > 0 && record.Facts[0].Codes.Count == 0 && record.Pending is null && NeedsCode(resource))
            tally.Remark(place, record.Type, ImportReason.ElementIgnored, record.Type + ".code");
    }

    private static bool NeedsCode(Resource resource) => resource is Condition or MedicationRequest or MedicationStatement or Observation or Procedure or Immunization;

    private static IEnumerable<(string Path, PrimitiveType? Value)> Dates(Resource resource) => resource switch
    {
        Condition condition => [("onset", condition.Onset as FhirDateTime), ("recordedDate", condition.RecordedDateElement), ("abatement", condition.Abatement as FhirDateTime)],
        MedicationRequest request => [("authoredOn", request.AuthoredOnElement)],
        Observation observation => [("effective", observation.Effective as FhirDateTime), ("issued", observation.IssuedElement)],
        Encounter encounter => [("period.start", encounter.Period?.StartElement), ("period.end", encounter.Period?.EndElement)],
        Procedure procedure => [("performed", procedure.Performed as FhirDateTime)],
        Immunization immunization => [("occurrence", immunization.Occurrence as FhirDateTime)],
        _ => [],
    };
}
