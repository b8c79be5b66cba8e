using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class HostileInputTests
{
    private readonly FhirSample _sample = new();

    public static TheoryData<string, ImportReason> Refused => new()
    {
        { """{"resourceType":"Patient","id":"p","extension":""" + Repeat("""[{"extension":""", 60) + "[]" + Repeat("}]", 60) + "}", ImportReason.TooDeep },
        { """{"resourceType":"Patient","id":"p","extension":""" + Repeat("[", 100_000), ImportReason.TooDeep },
        { """{"resourceType":"Patient","id":"p","multipleBirthInteger":1e999}""", ImportReason.NumberOutOfRange },
        { """{"resourceType":"Patient","id":"p","multipleBirthInteger":""" + Repeat("9", 400) + "}", ImportReason.NumberOutOfRange },
        { """{"resourceType":"Patient","id":"p","name":[""" + Repeat("{},", 20_000) + "{}]}", ImportReason.TooManyMembers },
        { """{"resourceType":"Patient","id":"p","id":"q"}""", ImportReason.DuplicateProperty },
        { """{"resourceType":"Patient","id":"\ud800"}""", ImportReason.Malformed },
        { """{"resourceType":"Patient","id":"p"}{"resourceType":"Patient","id":"q"}""", ImportReason.Malformed },
        { """{"resourceType":"Patient","id":"p",}""", ImportReason.Malformed },
        { """{"resourceType":"Patient","id":"../../etc/passwd"}""", ImportReason.MissingId },
        { """{"resourceType":"Patient"}""", ImportReason.MissingId },
        { """{"resourceType":"Patient","id":"p","name":"Ada"}""", ImportReason.InvalidElement },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Hostile_resources_are_refused_with_their_reason(string json, ImportReason reason)
    {
        Assert.Empty(_sample.Read(json));
        Assert.Equal(1, _sample.Skipped("Patient", reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("{\"resourceType\":5}")]
    public void What_is_no_resource_is_malformed(string text)
    {
        Assert.Empty(_sample.Read(text));
        Assert.Equal(1, _sample.Skipped("", ImportReason.Malformed));
    }

    [Fact]
    public void A_name_that_is_no_resource_type_never_becomes_a_word_of_the_report()
    {
        Assert.Empty(_sample.Read("""{"resourceType":"JohnDoe1980","id":"x"}"""));
        Assert.Equal(["Other"], _sample.Result.Skipped.Keys);
    }

    [Fact]
    public void Strange_values_of_unused_elements_do_not_cost_the_resource()
    {
        var head = _sample.Head("""{"resourceType":"Patient","id":"p","gender":"femal","maritalStatus":"x","photo":5,"unknownElement":{"a":1},"telecom":[{"system":"email","value":"a@example.com","rank":99999999999}]}""");
        Assert.Null(head.Sex);
        Assert.Null(Assert.Single(head.ContactPoints).Rank);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
