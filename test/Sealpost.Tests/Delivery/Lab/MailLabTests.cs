using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>Real mail hosts, policy hosts and validating name servers on loopback. For each: the outcome, and not one byte of a message in clear.</summary>
public sealed class MailLabTests(MailLab lab) : IClassFixture<MailLab>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nostarttls.test", WithholdReason.TlsUnavailable)]
    [InlineData("injected.test", WithholdReason.TlsUnavailable)]
    [InlineData("tls10.test", WithholdReason.TlsUnavailable)]
    [InlineData("tls11.test", WithholdReason.TlsUnavailable)]
    [InlineData("weak.test", WithholdReason.TlsUnavailable)]
    [InlineData("expired.test", WithholdReason.CertificateExpired)]
    [InlineData("selfsigned.test", WithholdReason.CertificateUntrusted)]
    [InlineData("wrongname.test", WithholdReason.CertificateNameMismatch)]
    [InlineData("untrusted.test", WithholdReason.CertificateUntrusted)]
    [InlineData("dane1.test", WithholdReason.TierTooLow)]
    [InlineData("dane0.test", WithholdReason.TierTooLow)]
    [InlineData("daneshort.test", WithholdReason.TierTooLow)]
    [InlineData("danetype.test", WithholdReason.TierTooLow)]
    [InlineData("daneoddkey.test", WithholdReason.TierTooLow)]
    public async Task A_host_that_cannot_be_verified_gets_nothing(string domain, WithholdReason reason)
    {
        MailLab.Require();
        var outcome = await lab.SendAsync(domain, MessageClass.N1, Token);
        Assert.Equal(reason, Assert.IsType<ConnectResult.Withheld>(outcome.Result).Reason);
        AssertNothingTaken("mx." + domain, 1);
    }

    [Theory]
    [InlineData("stripped.test", WithholdReason.TlsUnavailable, 1)]
    [InlineData("danestripped.test", WithholdReason.TlsUnavailable, 1)]
    [InlineData("stswrongmx.test", WithholdReason.MtaStsRefused, 0)]
    [InlineData("stsexpired.test", WithholdReason.MtaStsRefused, 1)]
    [InlineData("danebad.test", WithholdReason.DaneMismatch, 1)]
    [InlineData("dane2name.test", WithholdReason.DaneMismatch, 1)]
    [InlineData("dane2old.test", WithholdReason.DaneMismatch, 1)]
    [InlineData("bothdane.test", WithholdReason.MtaStsRefused, 1)]
    [InlineData("bothsts.test", WithholdReason.DaneMismatch, 1)]
    public async Task What_the_domain_s_own_policy_refuses_is_tried_again_later_and_gets_nothing(string domain, WithholdReason cause, int connections)
    {
        MailLab.Require();
        foreach (var messageClass in new[] { MessageClass.N0, MessageClass.N2 })
        {
            var outcome = await lab.SendAsync(domain, messageClass, Token);
            Assert.Equal(cause, Assert.IsType<ConnectResult.Deferred>(outcome.Result).Cause);
        }

        AssertNothingTaken("mx." + domain, 2 * connections);
    }

    [Fact]
    public async Task A_host_name_with_an_underscore_is_verified_like_any_other()
    {
        MailLab.Require();
        Assert.Equal((Tier.T2, 250), ((await lab.SendAsync("oddname.test", MessageClass.N1, Token)) is var good ? good.Observed.Tier : default, good.Reply!.Code));
        Assert.Equal(WithholdReason.CertificateNameMismatch, Assert.IsType<ConnectResult.Withheld>((await lab.SendAsync("oddnamewrong.test", MessageClass.N1, Token)).Result).Reason);
        AssertNothingTaken("_dc-mx.0abc.oddnamewrong.test", 1);
    }

    [Theory]
    [InlineData("expired.test", "pkix", true)]
    [InlineData("wrongname.test", "pkix", true)]
    [InlineData("stsexpired.test", "mta-sts:id1", true)]
    [InlineData("danebad.test", "dane", true)]
    [InlineData("bothsts.test", "dane+mta-sts:id1", true)]
    [InlineData("dane1.test", "dane-unusable", true)]
    [InlineData("nostarttls.test", "pkix", false)]
    [InlineData("stripped.test", "mta-sts:id1", false)]
    public async Task What_was_seen_of_a_refused_host_is_kept_for_the_receipt(string domain, string policy, bool isTls)
    {
        MailLab.Require();
        var seen = (await lab.SendAsync(domain, MessageClass.N1, Token)).Result.Seen!;
        Assert.Equal(("mx." + domain, policy, "secure"), (seen.Mx, seen.Policy, seen.Dnssec));
        Assert.StartsWith("127.0.1.", seen.Ip, StringComparison.Ordinal);
        Assert.Equal(isTls ? ("TLS 1.3", 64) : ("", 0), (seen.TlsVersion, seen.CertificateFingerprint.Length));
        Assert.Equal(isTls, seen.Cipher.StartsWith("TLS_AES_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_a_tested_policy_does_not_name_is_told_of_once()
    {
        MailLab.Require();
        var told = new List<TlsAttempt>();
        await MailLab.SendAsync(lab.NewSender(told.Add), "ststesting.test", MessageClass.N1, TransportAllowance.None, Token);
        Assert.Equal(TlsFailure.ValidationFailure, Assert.Single(told).Failure);
    }

    [Fact]
    public async Task What_the_preferred_host_lacks_does_not_say_what_the_others_have()
    {
        MailLab.Require();
        Assert.True(Assert.IsType<ConnectResult.Connected>((await lab.SendAsync("mixed.test", MessageClass.N1, Token)).Result).LeavesOthers);
        Assert.False(Assert.IsType<ConnectResult.Connected>((await lab.SendAsync("mixed.test", MessageClass.N2, Token)).Result).LeavesOthers);
    }

    [Fact]
    public async Task What_is_known_of_the_others_while_the_preferred_host_is_away_is_kept_for_the_end_of_patience()
    {
        MailLab.Require();
        var deferred = Assert.IsType<ConnectResult.Deferred>((await lab.SendAsync("away.test", MessageClass.N2, Token)).Result);
        Assert.Equal((null, WithholdReason.CertificateUntrusted), (deferred.Cause, deferred.InTheEnd));
        AssertNothingTaken("mx2.away.test", 1);

        var clinical = await lab.SendAsync("awaygood.test", MessageClass.N2, Token);
        Assert.True(Assert.IsType<ConnectResult.Connected>(clinical.Result).MayBeBetterLater);
        Assert.Equal(WithholdReason.TierTooLow, Assert.IsType<TransportDecision.Withhold>(clinical.Decision).Reason);
        Assert.Equal(250, (await lab.SendAsync("awaygood.test", MessageClass.N1, Token)).Reply!.Code);
    }

    [Theory]
    [InlineData("sts.test", Tier.T3, "mta-sts:id1")]
    [InlineData("dane3.test", Tier.T4, "dane")]
    [InlineData("dane3full.test", Tier.T4, "dane")]
    [InlineData("rollover.test", Tier.T4, "dane")]
    [InlineData("dane2.test", Tier.T4, "dane")]
    [InlineData("dane2full.test", Tier.T4, "dane")]
    [InlineData("dane2nexthop.test", Tier.T4, "dane")]
    [InlineData("daneoddkeys.test", Tier.T4, "dane")]
    [InlineData("both.test", Tier.T4, "dane+mta-sts:id1")]
    public async Task A_host_that_the_domain_vouches_for_gets_clinical_mail(string domain, Tier tier, string policy)
    {
        MailLab.Require();
        var outcome = await lab.SendAsync(domain, MessageClass.N2, Token);
        Assert.Equal((tier, policy, "secure", 250), (outcome.Observed.Tier, outcome.Observed.Policy, outcome.Observed.Dnssec, outcome.Reply!.Code));
        AssertTaken("mx." + domain);
    }

    [Theory]
    [InlineData("redirected.test", TlsFailure.StsPolicyFetchError)]
    [InlineData("oversized.test", TlsFailure.StsPolicyFetchError)]
    [InlineData("ststesting.test", TlsFailure.ValidationFailure)]
    [InlineData("stsnone.test", null)]
    public async Task A_policy_that_cannot_be_had_or_is_not_enforced_neither_helps_nor_hinders(string domain, TlsFailure? reported)
    {
        MailLab.Require();
        var ordinary = await lab.SendAsync(domain, MessageClass.N1, Token);
        Assert.Equal((Tier.T2, "pkix", 250), (ordinary.Observed.Tier, ordinary.Observed.Policy, ordinary.Reply!.Code));
        var clinical = await lab.SendAsync(domain, MessageClass.N2, Token);
        Assert.Equal(WithholdReason.TierTooLow, Assert.IsType<TransportDecision.Withhold>(clinical.Decision).Reason);
        Assert.Equal(0, lab.Host("mx." + domain).ClearBytes);
        Assert.Equal(0, lab.Policies.Requests.GetValueOrDefault("mta-sts.elsewhere.test"));
        Assert.Equal(reported is not null, lab.Attempts.Any(a => a.Domain == domain && a.Policy == TlsPolicyType.Sts && a.Failure == reported && reported is not null));
    }

    [Fact]
    public async Task A_wildcard_covers_one_label_and_not_two()
    {
        MailLab.Require();
        var outcome = await lab.SendAsync("wild.test", MessageClass.N1, Token);
        Assert.Equal(WithholdReason.MtaStsRefused, Assert.IsType<ConnectResult.Deferred>(outcome.Result).Cause);
        AssertNothingTaken("a.b.wild.test", 0);
    }

    [Fact]
    public async Task A_policy_that_vanished_still_applies()
    {
        MailLab.Require();
        Assert.Equal("mta-sts:id1", (await lab.SendAsync("vanished.test", MessageClass.N2, Token)).Observed.Policy);
        await lab.Dns.RemoveAsync("_mta-sts.vanished.test.", "TXT");
        lab.Policies.Set("vanished.test", "", 404);
        var later = await lab.SendAsync("vanished.test", MessageClass.N2, Token);
        Assert.Equal((Tier.T3, "mta-sts:id1", 250), (later.Observed.Tier, later.Observed.Policy, later.Reply!.Code));

        // Whoever never saw the policy sees none now; that is what keeping it is for.
        var stranger = await MailLab.SendAsync(lab.NewSender(), "vanished.test", MessageClass.N1, TransportAllowance.None, Token);
        Assert.Equal("pkix", stranger.Observed.Policy);
    }

    [Fact]
    public async Task Domains_that_share_a_host_are_each_held_to_their_own_policy()
    {
        MailLab.Require();
        Assert.Equal((Tier.T3, 250), Reached(await lab.SendAsync("one.test", MessageClass.N2, Token)));
        Assert.Equal(WithholdReason.MtaStsRefused, Assert.IsType<ConnectResult.Deferred>((await lab.SendAsync("two.test", MessageClass.N1, Token)).Result).Cause);
        Assert.Equal((Tier.T2, 250), Reached(await lab.SendAsync("three.test", MessageClass.N1, Token)));
        Assert.Equal((2, 0L), (lab.Host("mx.shared.test").Connections, lab.Host("mx.shared.test").ClearBytes));

        static (Tier, int) Reached(LabOutcome outcome) => (outcome.Observed.Tier, outcome.Reply!.Code);
    }

    [Fact]
    public async Task Where_the_TLSA_question_fails_the_host_is_passed_over_and_the_next_one_serves()
    {
        MailLab.Require();
        var outcome = await lab.SendAsync("notlsa.test", MessageClass.N1, Token);
        Assert.Equal(("mx2.notlsa.test", 250), (outcome.Observed.Mx, outcome.Reply!.Code));
        AssertNothingTaken("mx.notlsa.test", 0);
        Assert.Contains(lab.Attempts, a => a is { Domain: "notlsa.test", MxHost: "mx.notlsa.test", Failure: TlsFailure.DnssecInvalid });
    }

    [Theory]
    [InlineData("alone.test")]
    [InlineData("bogus.test")]
    public async Task A_question_that_fails_is_never_read_as_unsigned(string domain)
    {
        MailLab.Require();
        Assert.IsType<ConnectResult.Deferred>((await lab.SendAsync(domain, MessageClass.N0, Token)).Result);
        AssertNothingTaken("mx." + domain, 0);
    }

    [Fact]
    public async Task A_null_MX_rejects_at_once()
    {
        MailLab.Require();
        Assert.Equal("556 5.1.10", Assert.IsType<ConnectResult.Rejected>((await lab.SendAsync("nomail.test", MessageClass.N0, Token)).Result).Reply!.ToString());
    }

    [Fact]
    public async Task Unsigned_TLSA_records_do_not_count()
    {
        MailLab.Require();
        var outcome = await lab.SendAsync("plain.test", MessageClass.N1, Token);
        Assert.Equal((Tier.T2, "pkix", "insecure", 250), (outcome.Observed.Tier, outcome.Observed.Policy, outcome.Observed.Dnssec, outcome.Reply!.Code));
    }

    [Fact]
    public async Task A_signed_alias_leads_to_the_name_that_is_asked_for_and_verified()
    {
        MailLab.Require();
        var outcome = await lab.SendAsync("alias.test", MessageClass.N2, Token);
        Assert.Equal((Tier.T4, "mx.alias.test", 250), (outcome.Observed.Tier, outcome.Observed.Mx, outcome.Reply!.Code));
        Assert.Equal(["real.alias.test"], lab.Host("real.alias.test").Names);
    }

    [Fact]
    public async Task Clinical_mail_goes_to_the_host_that_proves_itself_and_other_mail_to_the_preferred_one()
    {
        MailLab.Require();
        Assert.Equal(("first.mixed.test", Tier.T2), Seen(await lab.SendAsync("mixed.test", MessageClass.N1, Token)));
        Assert.Equal(("second.mixed.test", Tier.T4), Seen(await lab.SendAsync("mixed.test", MessageClass.N2, Token)));

        static (string, Tier) Seen(LabOutcome outcome) => (outcome.Observed.Mx, outcome.Observed.Tier);
    }

    [Fact]
    public async Task REQUIRETLS_is_asked_of_verified_hosts_that_offer_it_inside_TLS()
    {
        MailLab.Require();
        Assert.True((await lab.SendAsync("dane3.test", MessageClass.N2, Token)).Observed.RequireTls);
        Assert.True((await lab.SendAsync("sts.test", MessageClass.N2, Token)).Observed.RequireTls);
        Assert.False((await lab.SendAsync("dane2.test", MessageClass.N2, Token)).Observed.RequireTls); // offered in clear alone
        Assert.Contains(lab.Host("mx.dane3.test").Commands, c => c.StartsWith("tls MAIL FROM:", StringComparison.Ordinal) && c.EndsWith(" REQUIRETLS", StringComparison.Ordinal));
        Assert.DoesNotContain(lab.Host("mx.dane2.test").Commands, c => c.Contains("REQUIRETLS", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wish.test", "none")]
    [InlineData("wishdane.test", "dane-unusable")]
    public async Task By_the_patient_s_own_wish_unverified_TLS_does(string domain, string policy)
    {
        MailLab.Require();
        var outcome = await MailLab.SendAsync(lab.NewSender(), domain, MessageClass.N2, new TransportAllowance.PatientsWish(7), Token);
        Assert.Equal((Tier.T1, policy, "wish:7", 250), (outcome.Observed.Tier, outcome.Observed.Policy, ((TransportDecision.Permit)outcome.Decision!).Rule, outcome.Reply!.Code));
        Assert.Equal(0, lab.Host("mx." + domain).ClearBytes);
    }

    [Theory]
    [InlineData("nostarttls.test")]
    [InlineData("danebad.test")]
    [InlineData("stsexpired.test")]
    public async Task No_wish_goes_past_missing_TLS_or_the_domain_s_own_policy(string domain)
    {
        MailLab.Require();
        var outcome = await MailLab.SendAsync(lab.NewSender(), domain, MessageClass.N1, new TransportAllowance.PatientsWish(7), Token);
        Assert.IsNotType<ConnectResult.Connected>(outcome.Result);
        Assert.Equal((0L, 0L), (lab.Host("mx." + domain).ClearBytes, lab.Host("mx." + domain).SafeBytes));
    }

    [Theory]
    [InlineData("sts.test", TlsPolicyType.Sts, null)]
    [InlineData("stsexpired.test", TlsPolicyType.Sts, TlsFailure.CertificateExpired)]
    [InlineData("stswrongmx.test", TlsPolicyType.Sts, TlsFailure.ValidationFailure)]
    [InlineData("stripped.test", TlsPolicyType.Sts, TlsFailure.StartTlsNotSupported)]
    [InlineData("dane3.test", TlsPolicyType.Tlsa, null)]
    [InlineData("danebad.test", TlsPolicyType.Tlsa, TlsFailure.ValidationFailure)]
    [InlineData("dane2old.test", TlsPolicyType.Tlsa, TlsFailure.CertificateExpired)]
    [InlineData("dane2name.test", TlsPolicyType.Tlsa, TlsFailure.CertificateHostMismatch)]
    [InlineData("dane1.test", TlsPolicyType.Tlsa, TlsFailure.TlsaInvalid)]
    [InlineData("selfsigned.test", TlsPolicyType.NoPolicyFound, TlsFailure.CertificateNotTrusted)]
    [InlineData("wrongname.test", TlsPolicyType.NoPolicyFound, TlsFailure.CertificateHostMismatch)]
    public async Task Every_attempt_is_told_under_the_policy_that_applied(string domain, TlsPolicyType policy, TlsFailure? failure)
    {
        MailLab.Require();
        await lab.SendAsync(domain, MessageClass.N1, Token);
        var attempt = lab.Attempts.Last(a => a.Domain == domain);
        Assert.Equal((policy, failure, "mx." + domain), (attempt.Policy, attempt.Failure, attempt.MxHost));
        Assert.Equal(policy == TlsPolicyType.NoPolicyFound, attempt.PolicyStrings.Count == 0);
    }

    [Fact]
    public async Task Health_knows_that_DNSSEC_is_validated_here()
    {
        MailLab.Require();
        var status = await lab.Connect.DnssecAsync(Token);
        Assert.True(status.Validates, status.Words);
        Assert.Contains(lab.Dns.Server, status.Words);
    }

    private void AssertNothingTaken(string host, int connectionsAtLeast)
    {
        var seen = lab.Host(host);
        Assert.Equal((0L, 0L), (seen.ClearBytes, seen.SafeBytes));
        Assert.True(connectionsAtLeast == 0 ? seen.Connections == 0 : seen.Connections >= connectionsAtLeast, $"{seen.Connections} connections");
        Assert.DoesNotContain(seen.Commands, c => c.StartsWith("MAIL", StringComparison.Ordinal) || c.StartsWith("DATA", StringComparison.Ordinal));
    }

    private void AssertTaken(string host)
    {
        Assert.Equal(0, lab.Host(host).ClearBytes);
        Assert.True(lab.Host(host).SafeBytes > 0);
    }
}
