using CsCheck;
using MemoryPack;
using Sealpost.Consent;
using Sealpost.Shards;
using Sealpost.Tests.Consent;

namespace Sealpost.Tests.Shards;

public sealed class DecideQuestionTests
{
    [Fact]
    public void A_basis_that_travelled_is_decided_as_the_one_it_was_made_of() =>
        Gen.Select(ConsentGateProperties.AnyBasis, ConsentGateProperties.AnyHead, ConsentGateProperties.AnyState).Sample(
            (basis, head, state) =>
            {
                var sent = MemoryPackSerializer.Serialize(DecideQuestion.Of(basis, Lawful.Policy, Lawful.Now, Lawful.Today, [7]));
                var came = MemoryPackSerializer.Deserialize<DecideQuestion>(sent)!;
                Assert.Equal(Lawful.Decide(basis, head, state).ToString(), new ConsentGate(came.Gate.Policy()).Decide(came.Basis(), head, state, GateMoment.BeforeData, came.Gate.Now).ToString());
                Assert.Equal(7, Assert.Single(came.Ordinals));
            },
            iter: 5_000);
}
