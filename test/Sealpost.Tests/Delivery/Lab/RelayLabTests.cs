using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>Relays with every kind of protection, on real name servers: each is held to what its own name publishes, whatever the recipient's domain says.</summary>
public sealed class RelayLabTests(MailLab lab) : IClassFixture<MailLab>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain.relay.test", Tier.T2, "pkix")]
    [InlineData("dane.relay.test", Tier.T4, "dane")]
    [InlineData("dane2.relay.test", Tier.T4, "dane")]
    [InlineData("alias.relay.test", Tier.T4, "dane")]
    [InlineData("sts.relay.test", Tier.T3, "mta-sts:id1")]
    public async Task A_relay_reaches_the_tier_that_its_own_name_proves(string relay, Tier tier, string policy)
    {
        MailLab.Require();

        // The recipient's domain publishes records that no relay could satisfy: they are not about it.
        await using var session = Assert.IsType<ConnectResult.Connected>(await lab.NewSenderVia(relay).ConnectAsync("danebad.test", HopNeed.Best, Token)).Session;
        Assert.Equal((relay, tier, policy, true, "secure"), (session.Observed.Mx, session.Observed.Tier, session.Observed.Policy, session.Observed.Relay, session.Observed.Dnssec));
        Assert.Empty(lab.Attempts);
    }

    [Theory]
    [InlineData("danebad.relay.test", WithholdReason.DaneMismatch)]
    [InlineData("dane2name.relay.test", WithholdReason.DaneMismatch)]
    [InlineData("stsbad.relay.test", WithholdReason.MtaStsRefused)]
    [InlineData("bogus.relay.test", null)]
    public async Task What_the_relay_s_own_policy_refuses_is_tried_again_later_and_gets_nothing(string relay, WithholdReason? cause)
    {
        MailLab.Require();
        var need = new HopNeed(Tier.T1, Tier.T2);
        Assert.Equal(cause, Assert.IsType<ConnectResult.Deferred>(await lab.NewSenderVia(relay).ConnectAsync("plain.test", need, Token)).Cause);
        Assert.Equal((0L, 0L), (lab.Host(relay).ClearBytes, lab.Host(relay).SafeBytes));
    }

    [Theory]
    [InlineData("selfsigned.relay.test", WithholdReason.CertificateUntrusted)]
    [InlineData("wrongname.relay.test", WithholdReason.CertificateNameMismatch)]
    [InlineData("nostarttls.relay.test", WithholdReason.TlsUnavailable)]
    [InlineData("daneunusable.relay.test", WithholdReason.TierTooLow)]
    public async Task A_relay_that_cannot_be_verified_gets_not_even_a_notice(string relay, WithholdReason reason)
    {
        MailLab.Require();
        var need = new HopNeed(Tier.T1, Tier.T2);
        Assert.Equal(reason, Assert.IsType<ConnectResult.Withheld>(await lab.NewSenderVia(relay).ConnectAsync("plain.test", need, Token)).Reason);
        Assert.Equal((0L, 0L), (lab.Host(relay).ClearBytes, lab.Host(relay).SafeBytes));
    }

    [Theory]
    [InlineData("auth.relay.test", "clinic", "pässword 1", true)]
    [InlineData("authlogin.relay.test", "clinic", "pässword 1", true)]
    [InlineData("auth.relay.test", "clinic", "wrong", false)]
    [InlineData("authlogin.relay.test", "other", "pässword 1", false)]
    [InlineData("authnone.relay.test", "clinic", "pässword 1", false)]
    [InlineData("auth.relay.test", "clinic", null, false)]
    public async Task Whoever_we_are_to_a_relay_is_said_under_verified_tls_and_a_sign_in_that_fails_refuses_no_message(string relay, string user, string? password, bool isKnown)
    {
        MailLab.Require();
        var signIn = new RelaySignIn(user, _ => password is null ? throw new FileNotFoundException("/etc/sealpost/relay") : Task.FromResult(password));
        var result = await lab.NewSenderVia(relay, signIn).ConnectAsync("plain.test", HopNeed.Best, Token);
        if (isKnown)
        {
            await using var session = Assert.IsType<ConnectResult.Connected>(result).Session;
            Assert.Equal(250, (await session.EnvelopeAsync("b+1@bounce.greenvalley.test", "zoe@plain.test", 100, Token)).Code);
        }
        else
        {
            var deferred = Assert.IsType<ConnectResult.Deferred>(result);
            Assert.True(deferred.Detail.StartsWith(relay, StringComparison.Ordinal) && !deferred.Detail.Contains("/etc", StringComparison.Ordinal) && deferred.Cause is null);
        }
    }

    [Theory]
    [InlineData("selfsigned.relay.test")]
    [InlineData("wrongname.relay.test")]
    [InlineData("nostarttls.relay.test")]
    public async Task A_password_is_not_even_read_for_a_relay_that_is_not_verified(string relay)
    {
        MailLab.Require();
        var signIn = new RelaySignIn("clinic", _ => throw new InvalidOperationException("It was read."));
        Assert.IsType<ConnectResult.Withheld>(await lab.NewSenderVia(relay, signIn).ConnectAsync("plain.test", HopNeed.Best, Token));
        Assert.DoesNotContain(lab.Host(relay).Commands, command => command.Contains("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_too_long_for_a_command_goes_behind_the_challenge()
    {
        MailLab.Require();
        Assert.IsType<ConnectResult.Deferred>(await lab.NewSenderVia("auth.relay.test", new RelaySignIn("clinic", _ => Task.FromResult(new string('x', 500)))).ConnectAsync("plain.test", HopNeed.Best, Token));
        Assert.Contains("tls AUTH PLAIN", lab.Host("auth.relay.test").Commands);
    }
}
