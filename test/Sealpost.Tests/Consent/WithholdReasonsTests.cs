using Sealpost.Consent;

namespace Sealpost.Tests.Consent;

public sealed class WithholdReasonsTests
{
    public static TheoryData<WithholdReason> Reasons => [.. Enum.GetValues<WithholdReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_a_plain_sentence_without_jargon(WithholdReason reason)
    {
        var sentence = WithholdReasons.Describe(reason);

        Assert.Matches("^[A-Z][^.]*[a-z]\\.$", sentence);
        Assert.DoesNotMatch("CFR|TLS|PHI|NPP|N[0-3]", sentence);
    }

    [Fact]
    public void No_two_reasons_say_the_same() =>
        Assert.Equal(Enum.GetValues<WithholdReason>().Length, Enum.GetValues<WithholdReason>().Select(WithholdReasons.Describe).Distinct().Count());
}
