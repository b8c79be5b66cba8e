using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class FhirPatientTests
{
    private readonly FhirSample _sample = new();

    [Fact]
    public void A_head_holds_what_a_message_needs()
    {
        var head = _sample.Head(
            """
            {"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1980-07","active":true,
            "identifier":[{"type":{"coding":[{"code":"MR"}]},"system":"http://hospital.example/mrn","value":"M-1"},{"system":"http://x.example","_value":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}],
            "name":[{"use":"official","family":"Muster","given":["Ada","B."],"prefix":["Dr."]},{"use":"maiden","family":"Vorher","period":{"end":"2001"}}],
            "telecom":[{"system":"email","value":"ada@example.com","use":"home","rank":2},{"system":"email","value":"ada@work.example","use":"work","rank":1,"period":{"end":"2020-02"}},{"system":"phone","value":"555-0100","use":"mobile"},{"value":"mailto:second@example.org"}],
            "address":[{"use":"home","line":["1 Main St"],"city":"Boston","state":"Massachusetts","postalCode":"02115","country":"US"},{"use":"old","state":"Bavaria","country":"DE","period":{"end":"1999"}}],
            "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en"}]}},{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"es"}]},"preferred":true}]}
            """);
        Assert.Equal(new Identifier { System = "fhir", Value = "Patient/p1" }, Assert.Single(head.SourceIds));
        Assert.Equal(new Identifier { System = "http://hospital.example/mrn", Value = "M-1", Type = "MR" }, Assert.Single(head.Identifiers));
        Assert.Equal(("female", new DateOnly(1980, 7, 1), "es", true, false), (head.Sex, head.BirthDate, head.Language, head.Active, head.Deceased));
        Assert.Equal(["official", "old"], head.Names.Select(name => name.Use));
        Assert.Equal(["MA", "Bavaria"], head.Addresses.Select(address => address.State));
        Assert.Equal(new DateOnly(1999, 12, 31), head.Addresses[1].EndsOn);
        Assert.Equal(["ada@example.com", "ada@work.example", "555-0100", "second@example.org"], head.ContactPoints.Select(point => point.Value));
        Assert.Equal(["email", "email", "phone", "email"], head.ContactPoints.Select(point => point.Kind));
        Assert.Equal(new DateOnly(2020, 2, 29), head.ContactPoints[1].EndsOn);
        Assert.All(head.ContactPoints, point => Assert.Equal(("fhir", false), (point.Source, point.Verified)));
    }

    [Theory]
    [InlineData(""" "deceasedBoolean":true """, true)]
    [InlineData(""" "deceasedBoolean":false """, false)]
    [InlineData(""" "deceasedDateTime":"2001" """, true)]
    [InlineData(""" "_deceasedDateTime":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]} """, true)]
    [InlineData(""" "active":true """, false)]
    public void Death_is_recorded_by_flag_or_date_known_or_not(string member, bool deceased) =>
        Assert.Equal(deceased, _sample.Head($$$$"""{"resourceType":"Patient","id":"p",{{{{member}}}}}""").Deceased);

    [Theory]
    [InlineData("us-core-individual-sex", """ "valueCoding":{"system":"http://snomed.info/sct","code":"248153007"} """, "male")]
    [InlineData("us-core-birthsex", """ "valueCode":"F" """, "female")]
    [InlineData("us-core-birthsex", """ "valueCode":"UNK" """, null)]
    public void Sex_comes_from_us_core_where_gender_is_absent(string extension, string value, string? sex) =>
        Assert.Equal(sex, _sample.Head($$$$"""{"resourceType":"Patient","id":"p","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/{{{{extension}}}}",{{{{value}}}}}]}""").Sex);

    [Fact]
    public void Masked_names_and_addresses_are_absent()
    {
        const string masked = """ {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]} """;
        var head = _sample.Head($$$$"""{"resourceType":"Patient","id":"p","name":[{{{{masked}}}}],"address":[{{{{masked}}}}],"telecom":[{"system":"email","_value":{{{{masked}}}}}],"_birthDate":{{{{masked}}}}}""");
        Assert.Equal((0, 0, 0, null), (head.Names.Count, head.Addresses.Count, head.ContactPoints.Count, head.BirthDate));
        Assert.Equal(0, _sample.Result.ProblemCount);
    }

    [Fact]
    public void Links_name_the_record_merged_away_and_the_survivor()
    {
        Assert.Equal("Patient/b", _sample.Head("""{"resourceType":"Patient","id":"a","link":[{"other":{"reference":"Patient/b"},"type":"replaced-by"}]}""").ReplacedBy);
        Assert.Null(_sample.Head("""{"resourceType":"Patient","id":"c","link":[{"other":{"reference":"http://s.example/fhir/Patient/d/_history/3"},"type":"replaces"},{"other":{"reference":"Patient/e"},"type":"seealso"},{"other":{"reference":"Patient/f"},"type":"refer"}]}""").ReplacedBy);
        Assert.Equal([("Patient/a", "Patient/b"), ("Patient/d", "Patient/c")], _sample.Tables.Survivors.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public void Animals_and_test_patients_are_skipped_with_a_reason()
    {
        Assert.Empty(_sample.Read("""{"resourceType":"Patient","id":"dog","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-animal","extension":[]}]}"""));
        Assert.Empty(_sample.Read("""{"resourceType":"Patient","id":"t","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]}}"""));
        Assert.Equal((1, 1), (_sample.Skipped("Patient", ImportReason.Animal), _sample.Skipped("Patient", ImportReason.TestData)));
    }

    [Fact]
    public void A_related_person_is_kept_while_current()
    {
        var record = Assert.Single(_sample.Read("""{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/p"},"relationship":[{"coding":[{"code":"MTH"}]}],"name":[{"family":"Muster"}],"telecom":[{"system":"email","value":"m@example.com"}]}"""));
        Assert.Equal(("Patient/p", "MTH", "Muster"), (record.Patient, record.Related!.Relationship, record.Related.Name!.Family));
        Assert.Null(Assert.Single(_sample.Read("""{"resourceType":"RelatedPerson","id":"r","active":false,"patient":{"reference":"Patient/p"}}""")).Related);
    }

    [Fact]
    public void An_unusable_birth_date_is_remarked_without_its_value()
    {
        Assert.Null(_sample.Head("""{"resourceType":"Patient","id":"p","birthDate":"31.12.1980"}""").BirthDate);
        var problem = Assert.Single(_sample.Result.Problems);
        Assert.Equal((ImportReason.ElementIgnored, "Patient.birthDate"), (problem.Reason, problem.Where));
        Assert.DoesNotContain("1980", problem.ToString(), StringComparison.Ordinal);
    }
}
