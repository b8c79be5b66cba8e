using System.Globalization;
using System.Text.Json;

namespace Sealpost.App.Demo;

/// <summary>Writes one person's record: who they are, and visits, results, prescriptions, vaccinations, cover and appointments that fit together.</summary>
internal sealed class SyntheticRecord(Utf8JsonWriter writer, Action endOfLine, SyntheticPerson person, SeededNumbers numbers, DateOnly today)
{
    private const string ClinicalStatus = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    private const string VerificationStatus = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    private static readonly string[] Payers = ["Harborline Health Plan", "Commonwealth Mutual Health", "Bluestone Health Partners", "Summit Peak Insurance", "Medicaid"];
    private static readonly string[] Reasons = ["Annual physical", "Follow-up visit", "Blood pressure check", "Laboratory visit", "Vaccination"];

    private readonly SyntheticFhir _fhir = new(writer, person);
    private readonly int _age = person.AgeOn(today);
    private readonly DateOnly _last = person.DiedOn ?? today;

    /// <summary>Writes all resources.</summary>
    public void Write()
    {
        WritePatient();
        foreach (var problem in person.Problems)
            WriteProblem(problem);
        var visits = Visits();
        foreach (var visit in visits)
            WriteVisit(visit, visit == visits[0]);
        WriteVaccinations();
        WriteCoverage();
        if (person.DiedOn is null && numbers.Chance(0.22))
            WriteAppointment();
    }

    /// <summary>Days of visits, newest first; the more conditions, the more visits.</summary>
    private List<DateOnly> Visits()
    {
        List<DateOnly> days = [];
        var day = _last.AddDays(-numbers.Between(6, 330));
        for (var left = 1 + Math.Min(3, person.Problems.Count); left > 0 && day > person.Born; left--, day = day.AddDays(-numbers.Between(85, 220)))
            days.Add(day);
        return days;
    }

    private void WritePatient()
    {
        _fhir.Begin("Patient", subject: null);
        writer.WriteStartArray("identifier");
        writer.WriteStartObject();
        _fhir.Status("type", "http://terminology.hl7.org/CodeSystem/v2-0203", "MR");
        _fhir.Text("system", "https://greenvalley.example/mrn");
        _fhir.Text("value", string.Create(CultureInfo.InvariantCulture, $"GV{person.Number + 100_000:D7}"));
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteBoolean("active", true);
        writer.WriteStartArray("name");
        writer.WriteStartObject();
        _fhir.Text("use", "official");
        _fhir.Text("family", person.Family);
        writer.WriteStartArray("given");
        writer.WriteStringValue(person.Given);
        if (person.Middle is not null)
            writer.WriteStringValue(person.Middle);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        WriteTelecom();
        _fhir.Text("gender", person.Sex);
        _fhir.Date("birthDate", person.Born);
        if (person.DiedOn is { } died)
            _fhir.Date("deceasedDateTime", died);
        WriteHome();
        writer.WriteStartArray("communication");
        writer.WriteStartObject();
        _fhir.Status("language", "urn:ietf:bcp:47", person.Language);
        writer.WriteBoolean("preferred", true);
        writer.WriteEndObject();
        writer.WriteEndArray();
        End();
    }

    private void WriteTelecom()
    {
        writer.WriteStartArray("telecom");
        writer.WriteStartObject();
        _fhir.Text("system", "phone");
        _fhir.Text("value", person.Phone);
        _fhir.Text("use", "mobile");
        writer.WriteEndObject();
        foreach (var email in person.Emails)
        {
            writer.WriteStartObject();
            _fhir.Text("system", "email");
            _fhir.Text("value", email.Value);
            _fhir.Text("use", email.Use);
            if (email.Rank is { } rank)
                writer.WriteNumber("rank", rank);
            if (email.EndedOn is { } ended)
                _fhir.Period(ended.AddYears(-1), ended);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteHome()
    {
        writer.WriteStartArray("address");
        writer.WriteStartObject();
        _fhir.Text("use", "home");
        writer.WriteStartArray("line");
        writer.WriteStringValue(person.Street);
        writer.WriteEndArray();
        _fhir.Text("city", person.Place.City);
        _fhir.Text("state", person.Place.State);
        _fhir.Text("postalCode", person.Place.Zip);
        _fhir.Text("country", "US");
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WriteProblem(SyntheticProblem problem)
    {
        _fhir.Begin("Condition", "subject");
        _fhir.Status("clinicalStatus", ClinicalStatus, "active");
        _fhir.Status("verificationStatus", VerificationStatus, "confirmed");
        _fhir.Concept("code", problem.Condition.Snomed, problem.Condition.Icd10);
        _fhir.Date("onsetDateTime", problem.Since);
        _fhir.Date("recordedDate", problem.Since);
        End();
        foreach (var drug in problem.Drugs)
        {
            _fhir.Begin("MedicationRequest", "subject");
            _fhir.Text("status", numbers.Chance(0.9) ? "active" : "stopped");
            _fhir.Text("intent", "order");
            _fhir.Concept("medicationCodeableConcept", drug);
            _fhir.Date("authoredOn", problem.Since.AddDays(numbers.Below(30)));
            End();
        }
    }

    private void WriteVisit(DateOnly day, bool newest)
    {
        var hour = numbers.Between(8, 16);
        _fhir.Begin("Encounter", "subject");
        _fhir.Text("status", "finished");
        writer.WriteStartObject("class");
        _fhir.Text("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
        _fhir.Text("code", "AMB");
        writer.WriteEndObject();
        _fhir.Concepts("type", _age < 18 ? SyntheticCatalog.ChildVisit : newest && person.Problems.Count > 0 ? SyntheticCatalog.FollowUp : SyntheticCatalog.CheckUp);
        writer.WriteStartObject("period");
        _fhir.Instant("start", day, hour, 0);
        _fhir.Instant("end", day, hour, 30);
        writer.WriteEndObject();
        End();
        foreach (var problem in person.Problems.Where(problem => problem.Since <= day))
        {
            foreach (var lab in problem.Condition.Labs)
                WriteResult(lab, day, hour, "laboratory");
        }

        if (!newest || _age < 18)
            return;
        var heavy = person.Problems.Any(problem => problem.Condition.Key == "obesity");
        WriteResult(heavy ? SyntheticCatalog.BodyMass with { Mean = 34, Deviation = 3, Least = 30, Most = 48 } : SyntheticCatalog.BodyMass, day, hour, "vital-signs");
        WritePressure(day, hour);
    }

    private void WriteResult(SyntheticLab lab, DateOnly day, int hour, string category)
    {
        BeginObservation(lab.Code, day, hour, category);
        _fhir.Quantity(Math.Clamp(numbers.Bell(lab.Mean, lab.Deviation), lab.Least, lab.Most), lab.Unit, lab.Decimals);
        End();
    }

    private void WritePressure(DateOnly day, int hour)
    {
        var high = person.Problems.Any(problem => problem.Condition.Key == "hypertension");
        BeginObservation(SyntheticCatalog.Pressure, day, hour, "vital-signs");
        writer.WriteStartArray("component");
        foreach (var (code, mean) in new[] { (SyntheticCatalog.Systolic, high ? 142.0 : 121), (SyntheticCatalog.Diastolic, high ? 88.0 : 76) })
        {
            writer.WriteStartObject();
            _fhir.Concept("code", code);
            _fhir.Quantity(Math.Clamp(numbers.Bell(mean, 8), mean - 22, mean + 32), "mm[Hg]", 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        End();
    }

    private void BeginObservation(SyntheticCode code, DateOnly day, int hour, string category)
    {
        _fhir.Begin("Observation", "subject");
        _fhir.Text("status", "final");
        writer.WriteStartArray("category");
        writer.WriteStartObject();
        writer.WriteStartArray("coding");
        writer.WriteStartObject();
        _fhir.Text("system", "http://terminology.hl7.org/CodeSystem/observation-category");
        _fhir.Text("code", category);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        _fhir.Concept("code", code);
        _fhir.Instant("effectiveDateTime", day, hour, 10);
    }

    private void WriteVaccinations()
    {
        var influenza = _age >= 65 ? SyntheticCatalog.InfluenzaHighDose : SyntheticCatalog.Influenza;
        if (numbers.Chance(0.3))
            WriteVaccination(influenza, _last.AddDays(-numbers.Between(5, 75)));
        if (numbers.Chance(0.5))
            WriteVaccination(influenza, _last.AddDays(-numbers.Between(370, 440)));
        if (_age is >= 2 and < 18)
            WriteVaccination(SyntheticCatalog.Mmr, person.Born.AddDays(numbers.Between(370, 470)));
        if (_age >= 19 && numbers.Chance(0.6))
            WriteVaccination(SyntheticCatalog.Tdap, _last.AddDays(-numbers.Between(200, 3_400)));
        if (_age >= 52 && numbers.Chance(0.4))
            WriteVaccination(SyntheticCatalog.Zoster, _last.AddDays(-numbers.Between(100, 700)));
    }

    private void WriteVaccination(SyntheticCode vaccine, DateOnly day)
    {
        if (day <= person.Born)
            return;
        _fhir.Begin("Immunization", "patient");
        _fhir.Text("status", "completed");
        _fhir.Concept("vaccineCode", vaccine);
        _fhir.Date("occurrenceDateTime", day);
        writer.WriteBoolean("primarySource", true);
        End();
    }

    private void WriteCoverage()
    {
        _fhir.Begin("Coverage", "beneficiary");
        _fhir.Text("status", "active");
        _fhir.Period(today.AddDays(-numbers.Between(100, 1_500)), null);
        writer.WriteStartArray("payor");
        writer.WriteStartObject();
        _fhir.Text("display", _age >= 65 ? "Medicare" : numbers.Pick(Payers));
        writer.WriteEndObject();
        writer.WriteEndArray();
        End();
    }

    private void WriteAppointment()
    {
        var day = today.AddDays(numbers.Between(3, 60));
        day = day.DayOfWeek switch { DayOfWeek.Saturday => day.AddDays(2), DayOfWeek.Sunday => day.AddDays(1), _ => day };
        var hour = numbers.Between(8, 16);
        writer.WriteStartObject();
        _fhir.Text("resourceType", "Appointment");
        _fhir.Text("id", person.Id + "-next");
        _fhir.Text("status", "booked");
        _fhir.Text("description", numbers.Pick(Reasons));
        _fhir.Instant("start", day, hour, 0);
        _fhir.Instant("end", day, hour, 30);
        writer.WriteStartArray("participant");
        writer.WriteStartObject();
        writer.WriteStartObject("actor");
        _fhir.Text("reference", "Patient/" + person.Id);
        writer.WriteEndObject();
        _fhir.Text("status", "accepted");
        writer.WriteEndObject();
        writer.WriteEndArray();
        End();
    }

    private void End()
    {
        _fhir.End();
        endOfLine();
    }
}
