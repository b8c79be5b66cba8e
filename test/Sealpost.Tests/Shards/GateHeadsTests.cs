using CsCheck;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Tests.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Shards;

public sealed class GateHeadsTests
{
    [Fact]
    public void The_gate_says_the_same_of_a_packed_head_as_of_the_chart_s_own() =>
        Gen.Select(ConsentGateProperties.AnyBasis, ConsentGateProperties.AnyHead, ConsentGateProperties.AnyState).Sample(
            (basis, head, state) =>
            {
                var heads = new GateHeads();
                heads.Set(new PatientNumber(5), head);
                Assert.Equal(Lawful.Decide(basis, head, state).ToString(), Lawful.Decide(basis, heads.Head(5)!, state).ToString());
                Assert.Equal(Lawful.Reason(basis, head, state), Lawful.Reason(basis, heads.Head(5)!, state));
            },
            iter: 5_000);

    [Fact]
    public void Heads_replaced_many_times_over_are_the_newest_and_waste_is_given_back()
    {
        var heads = new GateHeads();
        for (var round = 0; round < 20; round++)
        {
            for (var ordinal = 0; ordinal < 2_000; ordinal++)
                heads.Set(new PatientNumber(ordinal), Lawful.WithEmails(Lawful.Email with { Value = $"p{ordinal}-{round}@example.com" }));
        }

        heads.Remove(new PatientNumber(7));
        Assert.Null(heads.Head(7));
        Assert.Equal("p1999-19@example.com", heads.Head(1_999)!.ContactPoints[0].Value);
        Assert.InRange(heads.Size, 1, (4 * 65_536) + 1_000_000);
    }
}
