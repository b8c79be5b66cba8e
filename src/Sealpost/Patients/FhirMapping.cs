using Hl7.Fhir.Model;
using FhirRelatedPerson = Hl7.Fhir.Model.RelatedPerson;

namespace Sealpost.Patients;

/// <summary>Maps one parsed resource to records for charts. Pure but for the tables and counts it is given.</summary>
/// <param name="source">Name of the import source, such as <c>fhir</c>.</param>
/// <param name="today">Ends of periods are compared with it.</param>
/// <param name="tables">Takes what other records refer to.</param>
/// <param name="tally">Takes what is left out.</param>
internal sealed class FhirMapping(string source, DateOnly today, FhirTables tables, ImportTally tally)
{
    private const string PsychotherapyLabel = "PSYTHPN";
    private const string TestLabel = "HTEST";

    public void Map(Resource resource, FhirEntry entry, List<ImportedRecord> into)
    {
        var type = resource.TypeName;
        var own = resource.SecurityLabels();
        var labels = own.Count > 0 ? own : entry.BundleLabels;
        if (Refusal(resource, labels) is { } refusal)
        {
            tally.Skip(entry.Place, type, refusal);
            return;
        }

        if (entry.IdOf(resource) is not { } id)
        {
            tally.Skip(entry.Place, type, ImportReason.MissingId);
            return;
        }

        var record = new ImportedRecord
        {
            Type = type,
            Id = type + "/" + id,
            File = entry.Place.File,
            Line = entry.Place.Line,
            Entry = entry.Index,
            LastUpdated = resource.Meta?.LastUpdatedElement.Instant()?.ToUnixTimeMilliseconds() ?? 0,
        };
        switch (resource)
        {
            case Medication medication:
                tables.Add(record.Id, FhirMedications.CodesOf(medication));
                break;
            case Organization organization:
                if (organization.NameElement.Text() is { } name)
                    tables.AddOrganization(record.Id, name);
                break;
            case Patient patient:
                MapPatient(patient, record, labels, entry, into);
                break;
            case Appointment appointment:
                MapAppointment(appointment, record, labels, entry, into);
                break;
            default:
                MapForOne(resource, record, labels, entry, into);
                break;
        }
    }

    private static ImportReason? Refusal(Resource resource, IReadOnlyList<string> labels)
    {
        // 45 CFR 164.508(a)(2): refused whole, also where only a contained resource carries the label.
        if (labels.Contains(PsychotherapyLabel, StringComparer.Ordinal)
            || (resource is DomainResource { Contained.Count: > 0 } domain && domain.Contained.Any(inner => inner.SecurityLabels().Contains(PsychotherapyLabel, StringComparer.Ordinal))))
            return ImportReason.PsychotherapyNotes;
        return labels.Contains(TestLabel, StringComparer.Ordinal) || resource.Tags().Contains(TestLabel, StringComparer.Ordinal) ? ImportReason.TestData : null;
    }

    private void MapPatient(Patient patient, ImportedRecord record, IReadOnlyList<string> labels, FhirEntry entry, List<ImportedRecord> into)
    {
        if (FhirPatients.IsAnimal(patient))
        {
            tally.Skip(entry.Place, record.Type, ImportReason.Animal);
            return;
        }

        var mapping = new FhirPatients(source, today, tally, entry);
        foreach (var (mergedAway, survivor) in mapping.Links(patient, record.Id))
            tables.AddLink(mergedAway, survivor);
        into.Add(record with
        {
            Patient = record.Id,
            Head = mapping.Head(patient, record.Id) with { SecurityLabels = labels },
            SaysAlive = patient.Deceased is FhirBoolean alive && alive.Flag() == false,
        });
    }

    private void MapAppointment(Appointment appointment, ImportedRecord record, IReadOnlyList<string> labels, FhirEntry entry, List<ImportedRecord> into)
    {
        HashSet<string> patients = new(StringComparer.Ordinal);
        foreach (var participant in appointment.Participant)
        {
            if (entry.References.Patient(participant.Actor) is { } patient && patients.Add(patient))
                into.Add(record with { Patient = patient, Facts = [FhirAdministration.Map(appointment, participant, Stub(FactKind.Appointment, record.Id, labels))] });
        }

        if (patients.Count == 0)
            tally.Skip(entry.Place, record.Type, ImportReason.NoPatient);
    }

    private void MapForOne(Resource resource, ImportedRecord record, IReadOnlyList<string> labels, FhirEntry entry, List<ImportedRecord> into)
    {
        if (entry.References.Patient(FhirSubjects.Of(resource)) is not { } patient)
        {
            tally.Skip(entry.Place, record.Type, ImportReason.NoPatient);
            return;
        }

        record = record with { Patient = patient };
        switch (resource)
        {
            case FhirRelatedPerson related:
                record = record with { Related = new FhirPatients(source, today, tally, entry).Related(related, record.Id) };
                if (record.Related is null)
                    tally.Skip(entry.Place, record.Type, ImportReason.NotCurrent);
                break;
            case MedicationRequest or MedicationStatement:
                var (medication, pending) = FhirMedications.Map(resource, Stub(FhirSubjects.KindOf(resource), record.Id, labels), entry.References);
                record = record with { Facts = [medication], Pending = pending };
                break;
            case Coverage coverage:
                var (payers, payer) = FhirAdministration.Map(coverage, Stub(FactKind.Coverage, record.Id, labels), entry.References);
                record = record with { Facts = payers, Pending = payer };
                break;
            case Observation observation:
                record = record with { Facts = FhirObservations.Map(observation, Stub(FactKind.Observation, record.Id, labels), patient, entry.References) };
                break;
            default:
                record = record with { Facts = [FhirClinical.Map(resource, Stub(FhirSubjects.KindOf(resource), record.Id, labels))] };
                break;
        }

        FhirChecks.Look(resource, record, entry.Place, tally);
        into.Add(record);
    }

    private static Fact Stub(FactKind kind, string id, IReadOnlyList<string> labels) => new() { Kind = kind, SourceId = id, SecurityLabels = labels };
}
