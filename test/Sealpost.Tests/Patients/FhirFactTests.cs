using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class FhirFactTests
{
    private readonly FhirSample _sample = new();

    [Theory]
    [InlineData("""{"coding":[{"code":"active"}]}""", null, null, true, true)]
    [InlineData("""{"coding":[{"code":"recurrence"}]}""", "confirmed", null, true, true)]
    [InlineData("""{"coding":[{"code":"relapse"}]}""", "unconfirmed", null, true, true)]
    [InlineData("""{"coding":[{"code":"remission"}]}""", "confirmed", null, true, false)]
    [InlineData("""{"coding":[{"code":"resolved"}]}""", "confirmed", null, true, false)]
    [InlineData(null, "confirmed", null, true, true)]
    [InlineData(null, "confirmed", "2019-04", true, false)]
    [InlineData(null, "refuted", null, false, false)]
    [InlineData("""{"coding":[{"code":"active"}]}""", "entered-in-error", null, false, false)]
    [InlineData("""{"coding":[{"code":"active"}]}""", "provisional", null, false, false)]
    [InlineData("""{"coding":[{"code":"active"}]}""", "differential", null, false, false)]
    public void A_condition_counts_and_is_active_by_its_two_statuses(string? clinical, string? verification, string? abated, bool counts, bool active)
    {
        var fact = _sample.Fact(
            $$$$"""
            {"resourceType":"Condition","id":"c1",{{{{(clinical is null ? "" : $"\"clinicalStatus\":{clinical},")}}}}
            {{{{(verification is null ? "" : $$$$"""  "verificationStatus":{"coding":[{"code":"{{{{verification}}}}"}]},""")}}}}
            {{{{(abated is null ? "" : $"\"abatementDateTime\":\"{abated}\",")}}}}
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006","display":"Diabetes"}]},
            "subject":{"reference":"Patient/p1"},"onsetDateTime":"2012-05"}
            """);
        Assert.Equal((counts, active), (fact.Counts, fact.Active));
        Assert.Equal(new Concept { System = "snomed", Code = "44054006", Display = "Diabetes" }, Assert.Single(fact.Codes));
        Assert.Equal(new DateOnly(2012, 5, 1), fact.On);
        Assert.Equal("Condition/c1", fact.SourceId);
    }

    [Fact]
    public void A_condition_without_onset_is_dated_by_its_recording() =>
        Assert.Equal(
            new DateOnly(2020, 2, 3),
            _sample.Fact("""{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"onsetString":"as a child","recordedDate":"2020-02-03T23:30:00-05:00"}""").On);

    [Fact]
    public void A_date_time_counts_as_the_calendar_date_written_in_it() =>
        Assert.Equal(
            new DateOnly(2019, 4, 30),
            _sample.Fact("""{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"period":{"start":"2019-04-30T23:59:59-11:00"}}""").On);

    [Theory]
    [InlineData("2019", 2019, 12, 31)]
    [InlineData("2020-02", 2020, 2, 29)]
    [InlineData("2020-02-03", 2020, 2, 3)]
    public void A_partial_end_reaches_to_its_last_day(string end, int year, int month, int day) =>
        Assert.Equal(
            new DateOnly(year, month, day),
            _sample.Fact($$$$"""{"resourceType":"Coverage","id":"c","status":"active","beneficiary":{"reference":"Patient/p"},"period":{"start":"2018","end":"{{{{end}}}}"},"payor":[{"display":"Acme"}]}""").Until);

    [Theory]
    [InlineData("active", "order", true, true)]
    [InlineData("completed", "order", true, false)]
    [InlineData("stopped", "order", true, false)]
    [InlineData("on-hold", "order", true, false)]
    [InlineData("active", "plan", false, false)]
    [InlineData("active", "proposal", false, false)]
    [InlineData("draft", "order", false, false)]
    [InlineData("cancelled", "order", false, false)]
    [InlineData("entered-in-error", "order", false, false)]
    public void A_prescription_needs_the_intent_of_an_order(string status, string intent, bool counts, bool active)
    {
        var fact = _sample.Fact(
            $$$$"""
            {"resourceType":"MedicationRequest","id":"m","status":"{{{{status}}}}","intent":"{{{{intent}}}}","subject":{"reference":"Patient/p"},"authoredOn":"2019-01-02",
            "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}]}}
            """);
        Assert.Equal((counts, active, $"{status}/{intent}"), (fact.Counts, fact.Active, fact.Status));
        Assert.Equal("rxnorm", fact.Codes[0].System);
    }

    [Fact]
    public void A_prescription_ends_when_the_supply_of_all_fills_does() =>
        Assert.Equal(
            new DateOnly(2019, 1, 1).AddDays(90),
            _sample.Fact("""{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/p"},"authoredOn":"2019-01-01","dispenseRequest":{"numberOfRepeatsAllowed":2,"expectedSupplyDuration":{"value":30,"unit":"days","system":"http://unitsofmeasure.org","code":"d"}}}""").Until);

    [Fact]
    public void Codes_come_from_a_contained_medication()
    {
        var fact = _sample.Fact(
            """
            {"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"#med"},
            "contained":[{"resourceType":"Medication","id":"med","code":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"0069-2587-10"}],"text":"Vancomycin"}}]}
            """);
        Assert.Equal(("ndc", "0069-2587-10", "Vancomycin"), (fact.Codes[0].System, fact.Codes[0].Code, fact.Text));
    }

    [Fact]
    public void A_medication_of_its_own_is_looked_up_later()
    {
        var record = Assert.Single(_sample.Read("""{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"Medication/m7"}}"""));
        _sample.Read("""{"resourceType":"Medication","id":"m7","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1"}]}}""");
        Assert.Equal("Medication/m7", record.Pending);
        Assert.Equal("1", _sample.Tables.Medication("Medication/m7")!.Codes[0].Code);
    }

    [Theory]
    [InlineData("final", true)]
    [InlineData("amended", true)]
    [InlineData("corrected", true)]
    [InlineData("preliminary", false)]
    [InlineData("registered", false)]
    [InlineData("cancelled", false)]
    [InlineData("entered-in-error", false)]
    [InlineData("something-else", false)]
    public void An_observation_counts_when_it_is_final_or_changed_since(string status, bool counts)
    {
        var fact = _sample.Fact(Observation($$$$""" "status":"{{{{status}}}}","valueQuantity":{"value":7.25,"unit":"percent","system":"http://unitsofmeasure.org","code":"%"} """));
        Assert.Equal((counts, 7.25, "%"), (fact.Counts, fact.Value, fact.Unit));
    }

    [Fact]
    public void A_unit_outside_ucum_is_kept_as_its_words() =>
        Assert.Equal("tabs", _sample.Fact(Observation(""" "status":"final","valueQuantity":{"value":1,"unit":"tabs","system":"http://example.org/units","code":"T"} """)).Unit);

    [Fact]
    public void Components_are_facts_of_their_own()
    {
        var record = Assert.Single(_sample.Read(Observation(
            """
            "status":"final","component":[
              {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"code":"mm[Hg]"}},
              {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"dataAbsentReason":{"coding":[{"code":"not-performed"}]}}]
            """)));
        Assert.Equal(["Observation/o", "Observation/o#1", "Observation/o#2"], record.Facts.Select(fact => fact.SourceId));
        Assert.Equal([true, true, false], record.Facts.Select(fact => fact.Counts));
        Assert.Equal([null, 120, null], record.Facts.Select(fact => fact.Value));
        Assert.All(record.Facts, fact => Assert.Equal(new DateOnly(2019, 3, 4), fact.On));
    }

    [Theory]
    [InlineData("<", 5, false, true)]
    [InlineData(">", 5, true, false)]
    [InlineData(">=", 5, true, true)]
    public void A_value_beyond_the_limit_of_measurement_lies_beyond_it(string comparator, double limit, bool atLeast, bool atMost)
    {
        var fact = _sample.Fact(Observation($$$$""" "status":"final","valueQuantity":{"value":5,"comparator":"{{{{comparator}}}}","code":"mg"} """));
        Assert.Equal((atLeast, atMost), (fact.Value >= limit, fact.Value <= limit));
        Assert.Equal(comparator + "5 mg", fact.Text);
    }

    [Fact]
    public void A_masked_value_is_absent()
    {
        var fact = _sample.Fact(Observation(""" "status":"final","valueQuantity":{"_value":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]},"code":"mg"} """));
        Assert.Null(fact.Value);
    }

    [Fact]
    public void A_coded_result_is_kept_as_words() =>
        Assert.Equal("Never smoked", _sample.Fact(Observation(""" "status":"final","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"266919005","display":"Never smoked"}]} """)).Text);

    [Fact]
    public void A_result_about_someone_else_does_not_count() =>
        Assert.False(_sample.Fact(Observation(""" "status":"final","focus":[{"reference":"Patient/fetus"}],"valueQuantity":{"value":1} """)).Counts);

    [Theory]
    [InlineData("finished", true)]
    [InlineData("in-progress", true)]
    [InlineData("planned", false)]
    [InlineData("cancelled", false)]
    [InlineData("entered-in-error", false)]
    public void An_encounter_counts_unless_it_never_was(string status, bool counts) =>
        Assert.Equal(counts, _sample.Fact($$$$"""{"resourceType":"Encounter","id":"e","status":"{{{{status}}}}","class":{"code":"AMB"},"subject":{"reference":"Patient/p"}}""").Counts);

    [Theory]
    [InlineData("completed", true)]
    [InlineData("not-done", false)]
    [InlineData("entered-in-error", false)]
    public void A_procedure_counts_when_it_was_done(string status, bool counts)
    {
        var fact = _sample.Fact($$$$"""{"resourceType":"Procedure","id":"e","status":"{{{{status}}}}","subject":{"reference":"Patient/p"},"performedPeriod":{"start":"2018-01-02T03:04:05Z","end":"2018-01-03"}}""");
        Assert.Equal((counts, new DateOnly(2018, 1, 2), new DateOnly(2018, 1, 3)), (fact.Counts, fact.On, fact.Until));
    }

    [Theory]
    [InlineData("completed", true)]
    [InlineData("not-done", false)]
    public void An_immunization_counts_when_it_was_given(string status, bool counts) =>
        Assert.Equal(counts, _sample.Fact($$$$"""{"resourceType":"Immunization","id":"e","status":"{{{{status}}}}","patient":{"reference":"Patient/p"},"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140"}]},"occurrenceDateTime":"2018"}""").Counts);

    [Fact]
    public void An_appointment_belongs_to_each_patient_who_takes_part()
    {
        var records = _sample.Read(
            """
            {"resourceType":"Appointment","id":"a","status":"booked","description":"Check-up","start":"2026-12-01T09:00:00-05:00","participant":[
              {"actor":{"reference":"Patient/p1"},"status":"accepted"},{"actor":{"reference":"Patient/p2"},"status":"declined"},{"actor":{"reference":"Practitioner/x"},"status":"accepted"}]}
            """);
        Assert.Equal([("Patient/p1", true), ("Patient/p2", false)], records.Select(record => (record.Patient, record.Facts[0].Counts)));
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 9, 0, 0, TimeSpan.FromHours(-5)), records[0].Facts[0].At);
        Assert.Equal("Check-up", records[0].Facts[0].Text);
    }

    [Fact]
    public void A_payer_is_named_by_display_by_contained_organisation_or_later()
    {
        var shown = _sample.Fact(Coverage("""{"reference":"Organization/1","display":"Acme"}"""));
        var contained = _sample.Fact(Coverage("""{"reference":"#o"}""", """ "contained":[{"resourceType":"Organization","id":"o","name":"Inner"}], """));
        var later = Assert.Single(_sample.Read(Coverage("""{"reference":"Organization/7"}""")));
        Assert.Equal(("Acme", "Inner", "Organization/7"), (shown.Text, contained.Text, later.Pending));
        Assert.True(shown.Active);
    }

    [Fact]
    public void A_consent_is_kept_as_a_record_and_a_restriction_recognised()
    {
        var fact = _sample.Fact(
            """
            {"resourceType":"Consent","id":"c","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
            "patient":{"reference":"Patient/p"},"dateTime":"2020-01-01","policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-restrictions"}]},"provision":{"type":"deny"}}
            """);
        Assert.Equal((FactKind.Consent, "active/deny", "hipaa-restrictions"), (fact.Kind, fact.Status, fact.Text));
        Assert.True(FhirAdministration.IsRestriction(fact));
    }

    [Fact]
    public void Psychotherapy_notes_are_refused_also_when_only_the_bundle_or_a_contained_resource_says_so()
    {
        const string label = """ "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"PSYTHPN"}]}, """;
        Assert.Empty(_sample.Read($$$$"""{"resourceType":"Condition",{{{{label}}}}"id":"c","subject":{"reference":"Patient/p"}}"""));
        Assert.Empty(_sample.Read($$$$"""{"resourceType":"Condition","id":"c","contained":[{"resourceType":"Observation",{{{{label}}}}"id":"x"}],"subject":{"reference":"Patient/p"}}"""));
        Assert.Empty(_sample.Read($$$$"""{"resourceType":"Bundle",{{{{label}}}}"type":"collection","entry":[{"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"}}}]}"""));
        Assert.Equal(3, _sample.Skipped("Condition", ImportReason.PsychotherapyNotes));
    }

    [Fact]
    public void Security_labels_travel_with_the_fact() =>
        Assert.Equal(["R", "HIV"], _sample.Fact("""{"resourceType":"Condition","id":"c","meta":{"security":[{"code":"R"},{"code":"HIV"}]},"subject":{"reference":"Patient/p"}}""").SecurityLabels);

    private static string Observation(string rest) =>
        """{"resourceType":"Observation","id":"o","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2019-03-04T10:00:00Z",""" + rest + "}";

    private static string Coverage(string payer, string more = "") =>
        """{"resourceType":"Coverage","id":"c",""" + more + """ "status":"active","beneficiary":{"reference":"Patient/p"},"payor":[""" + payer + "]}";
}
