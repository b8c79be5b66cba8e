using Hl7.Fhir.Model;
using FhirConsent = Hl7.Fhir.Model.Consent;
using FhirRelatedPerson = Hl7.Fhir.Model.RelatedPerson;

namespace Sealpost.Patients;

/// <summary>Whom a resource is about, and what kind of fact it makes.</summary>
internal static class FhirSubjects
{
    public static ResourceReference? Of(Resource resource) => resource switch
    {
        Condition condition => condition.Subject,
        MedicationRequest request => request.Subject,
        MedicationStatement statement => statement.Subject,
        Observation observation => observation.Subject,
        Encounter encounter => encounter.Subject,
        Procedure procedure => procedure.Subject,
        Immunization immunization => immunization.Patient,
        Coverage coverage => coverage.Beneficiary,
        FhirConsent consent => consent.Patient,
        FhirRelatedPerson related => related.Patient,
        _ => null,
    };

    public static FactKind KindOf(Resource resource) => resource switch
    {
        Condition => FactKind.Condition,
        MedicationRequest => FactKind.MedicationRequest,
        MedicationStatement => FactKind.MedicationStatement,
        Observation => FactKind.Observation,
        Encounter => FactKind.Encounter,
        Procedure => FactKind.Procedure,
        Immunization => FactKind.Immunization,
        Coverage => FactKind.Coverage,
        FhirConsent => FactKind.Consent,
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource.TypeName, "No fact is made of this resource type."),
    };
}
