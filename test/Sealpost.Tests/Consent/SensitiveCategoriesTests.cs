using Sealpost.Consent;
using Sealpost.Patients;

namespace Sealpost.Tests.Consent;

public sealed class SensitiveCategoriesTests
{
    [Theory]
    [InlineData("icd10", "B20", "hiv")]
    [InlineData("http://hl7.org/fhir/sid/icd-10-cm", "B20", "hiv")]
    [InlineData("icd10", "b97.35", "hiv")]
    [InlineData("icd10", "F11.20", "substance-use")]
    [InlineData("icd10", "F1120", "substance-use")]
    [InlineData("icd10", "F32.9", "mental-health")]
    [InlineData("icd10", "O80", "reproductive")]
    [InlineData("icd10", "A54.00", "sexual-health")]
    [InlineData("icd10", "F64.0", "gender")]
    [InlineData("icd10", "T74.11XA", "abuse")]
    [InlineData("icd10", "Z15.01", "genetic")]
    [InlineData("snomed", "86406008", "hiv")]
    [InlineData("snomed", "7200002", "substance-use")]
    [InlineData("loinc", "44261-6", "mental-health")]
    [InlineData("rxnorm", "1819", "substance-use")]
    [InlineData("hcpcs", "H0020", "substance-use")]
    public void A_sensitive_code_is_found(string system, string code, string category) =>
        Assert.Contains(category, SensitiveCategories.Of(system, code, isPrefix: false));

    [Theory]
    [InlineData("icd10", "E11.9")]
    [InlineData("icd10", "I10")]
    [InlineData("icd10", "F17.210")]
    [InlineData("icd10", "F1")]
    [InlineData("snomed", "44054006")]
    [InlineData("snomed", "8640600")]
    [InlineData("loinc", "4548-4")]
    [InlineData("rxnorm", "860975")]
    [InlineData("cvx", "140")]
    [InlineData("urn:oid:1.2.3", "B20")]
    public void An_ordinary_code_is_not(string system, string code) =>
        Assert.Empty(SensitiveCategories.Of(system, code, isPrefix: false));

    [Theory]
    [InlineData("icd10", "F", "mental-health")]
    [InlineData("icd10", "F1", "substance-use")]
    [InlineData("icd10", "B2", "hiv")]
    [InlineData("icd10", "B20.9", "hiv")]
    [InlineData("snomed", "86406", "hiv")]
    [InlineData("icd10", "", "hiv")]
    public void A_pattern_that_could_match_a_sensitive_code_is_sensitive(string system, string prefix, string category) =>
        Assert.Contains(category, SensitiveCategories.Of(system, prefix, isPrefix: true));

    [Theory]
    [InlineData("icd10", "E11")]
    [InlineData("icd10", "F17")]
    [InlineData("loinc", "4548")]
    public void A_pattern_that_could_not_is_not(string system, string prefix) =>
        Assert.Empty(SensitiveCategories.Of(system, prefix, isPrefix: true));

    [Fact]
    public void A_fact_is_sensitive_by_its_label_alone() =>
        Assert.Equal(["substance-use"], SensitiveCategories.Of(new Fact { Kind = FactKind.Encounter, SecurityLabels = ["ETH"] }));

    [Fact]
    public void A_product_is_sensitive_by_the_drug_in_its_name() =>
        Assert.Equal(["substance-use"], SensitiveCategories.Of(new Fact
        {
            Kind = FactKind.MedicationRequest,
            Codes = [new Concept { System = "rxnorm", Code = "999999999", Display = "Buprenorphine 8 MG / naloxone 2 MG Sublingual Film" }],
        }));

    [Fact]
    public void A_condition_is_not_sensitive_by_a_drug_in_its_name() =>
        Assert.Empty(SensitiveCategories.Of(new Fact { Kind = FactKind.Condition, Codes = [new Concept { System = "snomed", Code = "1", Display = "Poisoning by lithium battery" }] }));

    [Fact]
    public void Every_query_by_prefix_agrees_with_the_codes_below_it()
    {
        string[] codes = ["B20", "F11.20", "F17.210", "E11.9", "O80", "Z21", "Z23", "A54.0", "T40.1X1A", "I10"];
        foreach (var code in codes.Where(code => SensitiveCategories.Of("icd10", code, isPrefix: false).Count > 0))
            for (var length = 1; length <= code.Length; length++)
                Assert.NotEmpty(SensitiveCategories.Of("icd10", code[..length], isPrefix: true));
    }

    [Fact]
    public void A_file_with_a_broken_range_is_refused_with_the_range_named()
    {
        var broken = new StringReader("categories:\n  x:\n    name: X\n    codes:\n      icd10: [F16-F10]\n");

        Assert.Contains("F16-F10", Assert.Throws<FormatException>(() => SensitiveCodes.Read(broken)).Message, StringComparison.Ordinal);
    }
}
