using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class FhirBundleTests
{
    private readonly FhirSample _sample = new();

    [Theory]
    [InlineData("collection")]
    [InlineData("transaction")]
    [InlineData("searchset")]
    [InlineData("batch")]
    [InlineData("message")]
    [InlineData("document")]
    public void References_to_a_full_url_are_resolved_within_the_bundle(string type)
    {
        var records = _sample.Read(
            $$$$"""
            {"resourceType":"Bundle","type":"{{{{type}}}}","entry":[
              {"fullUrl":"urn:uuid:0001","resource":{"id":"p1","resourceType":"Patient"}},
              {"fullUrl":"urn:uuid:0002","resource":{"resourceType":"Condition","subject":{"reference":"urn:uuid:0001"}}},
              {"fullUrl":"http://s.example/fhir/Condition/c9","resource":{"resourceType":"Condition","id":"c9","subject":{"reference":"http://s.example/fhir/Patient/p1"}}}]}
            """);
        Assert.Equal(["Patient/p1", "Condition/0002", "Condition/c9"], records.Select(record => record.Id));
        Assert.All(records, record => Assert.Equal("Patient/p1", record.Patient));
    }

    [Fact]
    public void A_bundle_in_a_bundle_is_read_and_one_too_deep_refused()
    {
        const string patient = """{"resourceType":"Patient","id":"p"}""";
        Assert.Single(_sample.Read(Nest(patient, 3)));
        Assert.Empty(_sample.Read(Nest(patient, 9)));
        Assert.Equal(1, _sample.Skipped("Bundle", ImportReason.TooDeep));
    }

    [Fact]
    public void The_newest_version_of_a_history_counts_and_a_deletion_is_not_applied()
    {
        var records = _sample.Read(
            """
            {"resourceType":"Bundle","type":"history","entry":[
              {"resource":{"resourceType":"Patient","id":"p","gender":"male"},"request":{"method":"PUT"}},
              {"resource":{"resourceType":"Patient","id":"p","gender":"female"},"request":{"method":"POST"}},
              {"fullUrl":"http://s.example/Condition/x","request":{"method":"DELETE","url":"Condition/x"}}]}
            """);
        Assert.Equal("male", Assert.Single(records).Head!.Sex);
        Assert.Equal(1, _sample.Skipped("Bundle", ImportReason.DeletionNotApplied));
    }

    [Fact]
    public void A_reference_by_identifier_is_kept_as_one()
    {
        var logical = Assert.Single(_sample.Read("""{"resourceType":"Condition","id":"c","subject":{"identifier":{"system":"http://h.example","value":"M 1"}}}"""));
        var conditional = Assert.Single(_sample.Read("""{"resourceType":"Condition","id":"c","subject":{"reference":"Patient?identifier=http://h.example|M%201"}}"""));
        Assert.Equal("identifier|http://h.example|M 1", logical.Patient);
        Assert.Equal(logical.Patient, conditional.Patient);
    }

    [Fact]
    public void What_is_no_patient_is_no_subject()
    {
        Assert.Empty(_sample.Read("""{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Device/d"}}"""));
        Assert.Empty(_sample.Read("""{"resourceType":"Observation","id":"o","status":"final"}"""));
        Assert.Equal(2, _sample.Skipped("Observation", ImportReason.NoPatient));
    }

    private static string Nest(string resource, int levels) =>
        levels == 0 ? resource : Nest($$$$"""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{{{{resource}}}}}]}""", levels - 1);
}
