using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Trust.Agreements;

namespace Sealpost.Tests.Delivery;

public sealed class TransportGateTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private static readonly RiskAcceptance Acceptance = new(3, "n2-over-t2", Today);

    private static readonly BusinessAssociateAgreement Agreement = new(
        2, "Relay Co", "relay.example.com:587", [PhiFlow.Send], Today.AddYears(-1), Today, "user-1", DateTimeOffset.UnixEpoch, null);

    [Theory]
    [InlineData(MessageClass.N0, Tier.T2)]
    [InlineData(MessageClass.N1, Tier.T2)]
    [InlineData(MessageClass.N2, Tier.T3)]
    [InlineData(MessageClass.N2, Tier.T4)]
    public void A_sufficient_tier_permits(MessageClass messageClass, Tier tier) =>
        Assert.Equal("tier", Permitted(new TransportGate([], []).Decide(messageClass, Seen(tier), Today)));

    [Theory]
    [InlineData(MessageClass.N0, Tier.T1)]
    [InlineData(MessageClass.N1, Tier.T1)]
    [InlineData(MessageClass.N1, Tier.T0)]
    [InlineData(MessageClass.N2, Tier.T1)]
    [InlineData(MessageClass.N2, Tier.T2)]
    public void A_tier_below_the_class_withholds(MessageClass messageClass, Tier tier) =>
        Assert.Equal(WithholdReason.TierTooLow, Withheld(new TransportGate([Agreement], []).Decide(messageClass, Seen(tier), Today)));

    [Fact]
    public void Clinical_mail_goes_at_T2_under_a_signed_acceptance_in_force()
    {
        var gate = new TransportGate([], [Acceptance]);
        Assert.Equal("risk-acceptance:3", Permitted(gate.Decide(MessageClass.N2, Seen(Tier.T2), Today)));
        Assert.Equal(WithholdReason.TierTooLow, Withheld(gate.Decide(MessageClass.N2, Seen(Tier.T1), Today)));
        Assert.Equal(WithholdReason.TierTooLow, Withheld(gate.Decide(MessageClass.N2, Seen(Tier.T2), Today.AddDays(1))));
        var other = new TransportGate([], [Acceptance with { Kind = "n1-over-t1" }]);
        Assert.Equal(WithholdReason.TierTooLow, Withheld(other.Decide(MessageClass.N2, Seen(Tier.T2), Today)));
        var unending = new TransportGate([], [Acceptance with { ExpiresOn = null }]);
        Assert.Equal("risk-acceptance:3", Permitted(unending.Decide(MessageClass.N2, Seen(Tier.T2), Today.AddYears(9))));
    }

    [Theory]
    [InlineData(Tier.T2)]
    [InlineData(Tier.T4)]
    public void Sensitive_mail_never_goes(Tier tier) =>
        Assert.Equal(WithholdReason.Sensitive, Withheld(new TransportGate([Agreement], [Acceptance]).Decide(MessageClass.N3, Seen(tier), Today)));

    [Fact]
    public void A_relay_without_an_agreement_never_receives_phi()
    {
        var relay = Seen(Tier.T3) with { Relay = true, Endpoint = "relay.example.com:587" };
        var none = new TransportGate([], []);
        Assert.Equal(WithholdReason.NoAgreement, Withheld(none.Decide(MessageClass.N1, relay, Today)));
        Assert.Equal(WithholdReason.NoAgreement, Withheld(none.Decide(MessageClass.N2, relay, Today)));
        Assert.Equal("tier", Permitted(none.Decide(MessageClass.N0, relay, Today)));
    }

    [Fact]
    public void Only_an_agreement_in_force_that_covers_sending_through_this_relay_counts()
    {
        var relay = Seen(Tier.T2) with { Relay = true, Endpoint = "relay.example.com:587" };
        Assert.Equal("tier;agreement:2", Permitted(new TransportGate([Agreement], []).Decide(MessageClass.N1, relay, Today)));
        Assert.Equal("risk-acceptance:3;agreement:2", Permitted(new TransportGate([Agreement], [Acceptance]).Decide(MessageClass.N2, relay, Today)));
        foreach (var useless in new[]
        {
            Agreement with { Flows = [PhiFlow.Store, PhiFlow.Log] },
            Agreement with { ExpiresOn = Today.AddDays(-1) },
            Agreement with { SignedAt = null },
            Agreement with { EndedAt = DateTimeOffset.UnixEpoch },
            Agreement with { Endpoint = "other.example.com:587" },
        })
        {
            Assert.Equal(WithholdReason.NoAgreement, Withheld(new TransportGate([useless], []).Decide(MessageClass.N1, relay, Today)));
        }

        Assert.Equal(WithholdReason.NoAgreement, Withheld(new TransportGate([Agreement], []).Decide(MessageClass.N1, relay with { Endpoint = null }, Today)));
    }

    [Theory]
    [InlineData(MessageClass.N0)]
    [InlineData(MessageClass.N1)]
    [InlineData(MessageClass.N2)]
    public void The_patient_s_own_wish_lets_a_message_go_over_unverified_TLS_but_never_in_clear(MessageClass messageClass)
    {
        var gate = new TransportGate([], []);
        var wish = new TransportAllowance.PatientsWish(7);
        Assert.Equal("wish:7", Permitted(gate.Decide(messageClass, Seen(Tier.T1), wish, Today)));
        Assert.Equal("tier", Permitted(gate.Decide(messageClass, Seen(Tier.T4), wish, Today)));
        Assert.Equal(WithholdReason.TierTooLow, Withheld(gate.Decide(messageClass, Seen(Tier.T0), wish, Today)));
        Assert.Equal(WithholdReason.TierTooLow, Withheld(gate.Decide(messageClass, Seen(Tier.T1), TransportAllowance.None, Today)));
        Assert.Equal(Tier.T1, gate.NeedFor(messageClass, wish, Today).Lowest);
        Assert.Equal(Tier.T2, gate.NeedFor(messageClass, TransportAllowance.None, Today).Lowest);
    }

    [Fact]
    public void A_wish_never_covers_what_is_sensitive() =>
        Assert.Equal(WithholdReason.Sensitive, Withheld(new TransportGate([], []).Decide(MessageClass.N3, Seen(Tier.T4), new TransportAllowance.PatientsWish(7), Today)));

    [Fact]
    public void A_class_s_minimum_follows_the_acceptances_in_force()
    {
        Assert.Equal((Tier.T2, Tier.T2, Tier.T3, null), Minimums(new TransportGate([], [])));
        Assert.Equal((Tier.T2, Tier.T2, Tier.T2, null), Minimums(new TransportGate([], [Acceptance])));

        static (Tier?, Tier?, Tier?, Tier?) Minimums(TransportGate gate) =>
            (gate.MinimumFor(MessageClass.N0, Today), gate.MinimumFor(MessageClass.N1, Today), gate.MinimumFor(MessageClass.N2, Today), gate.MinimumFor(MessageClass.N3, Today));
    }

    [Theory]
    [InlineData(MessageClass.N1)]
    [InlineData(MessageClass.N2)]
    [InlineData(MessageClass.N3)]
    public void What_is_sealed_to_the_patient_goes_over_any_TLS_and_never_in_clear(MessageClass messageClass)
    {
        var gate = new TransportGate([], []);
        var to = new TransportAllowance.Sealed("ab");
        var way = Assert.IsType<TransportDecision.Permit>(gate.Decide(messageClass, Seen(Tier.T1), to, Today));
        Assert.Equal(("smime over T1", "ab", Tier.T5), (way.Rule, way.SealedTo, way.Tier));
        Assert.Equal(Tier.T5, Assert.IsType<TransportDecision.Permit>(gate.Decide(messageClass, Seen(Tier.T4), to, Today)).Tier);
        Assert.Equal(WithholdReason.TierTooLow, Withheld(gate.Decide(messageClass, Seen(Tier.T0), to, Today)));
        Assert.Equal(WithholdReason.NoAgreement, Withheld(gate.Decide(messageClass, Seen(Tier.T2) with { Relay = true, Endpoint = "relay.example.com:587" }, to, Today)));
        Assert.Equal("smime over T2;agreement:2", Permitted(new TransportGate([Agreement], []).Decide(messageClass, Seen(Tier.T2) with { Relay = true, Endpoint = "relay.example.com:587" }, to, Today)));
    }

    [Fact]
    public void A_notice_goes_over_any_TLS_and_never_in_clear()
    {
        var gate = new TransportGate([], []);
        Assert.Equal("notice", Permitted(gate.DecideNotice(Seen(Tier.T1), Today)));
        Assert.Equal(WithholdReason.TierTooLow, Withheld(gate.DecideNotice(Seen(Tier.T0), Today)));
        Assert.Equal(WithholdReason.NoAgreement, Withheld(gate.DecideNotice(Seen(Tier.T2) with { Relay = true, Endpoint = "relay.example.com:587" }, Today)));
    }

    private static TransportObservation Seen(Tier tier) =>
        new("mx.example.com", "192.0.2.1", 25, tier, "TLS 1.3", "TLS_AES_256_GCM_SHA384", "00", "pkix", false, null);

    private static string Permitted(TransportDecision decision) => Assert.IsType<TransportDecision.Permit>(decision).Rule;

    private static WithholdReason Withheld(TransportDecision decision) => Assert.IsType<TransportDecision.Withhold>(decision).Reason;
}
