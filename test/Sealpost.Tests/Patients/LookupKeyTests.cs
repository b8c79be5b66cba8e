using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class LookupKeyTests
{
    [Fact]
    public void A_chart_is_found_by_source_identifier_value_and_each_mailbox() =>
        Assert.Equal(
            [
                new LookupKey("source", "fhir|Patient/7"),
                new LookupKey("identifier", "http://hospital.example.com/mrn|MRN-0000007"),
                new LookupKey("value", "MRN-0000007"),
                new LookupKey("email", "pat.7@example.com"),
            ],
            LookupKey.Of(SampleCharts.Head(7)));

    [Fact]
    public void A_key_never_prints_its_value() => Assert.Equal("[phi]", $"{new LookupKey("email", "someone@example.com")}");
}
