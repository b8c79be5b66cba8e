using Sealpost.Campaigns;
using Sealpost.Campaigns.Destinations;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Tests.Delivery.Lab;

namespace Sealpost.Tests.Campaigns.Destinations;

/// <summary>A look at real hosts of every manner says before sending what sending would meet.</summary>
public sealed class ProbeTests(MailLab lab) : IClassFixture<MailLab>
{
    private static CancellationToken Token => TestClinic.Token;

    [Theory]
    [InlineData("sts.test", ProbeEnd.Connected, null)]
    [InlineData("expired.test", ProbeEnd.NoTls, WithholdReason.CertificateExpired)]
    [InlineData("nostarttls.test", ProbeEnd.NoTls, WithholdReason.TlsUnavailable)]
    [InlineData("stswrongmx.test", ProbeEnd.NoTls, WithholdReason.MtaStsRefused)]
    [InlineData("danebad.test", ProbeEnd.NoTls, WithholdReason.DaneMismatch)]
    [InlineData("nomail.test", ProbeEnd.TakesNoMail, null)]
    [InlineData("bogus.test", ProbeEnd.Unreachable, null)]
    public async Task What_a_look_finds_is_how_sending_would_end(string domain, ProbeEnd end, WithholdReason? reason)
    {
        MailLab.Require();
        await using var clinic = await TestClinic.CreateAsync();
        var found = (await new ProbeDestinations(clinic.Context, lab.NewSender(_ => { }), new DestinationStore(clinic.Context)).RunAsync([domain], null, Token))[domain];
        Assert.Equal(end, found.End);
        if (reason is { } expected)
            Assert.Equal(expected, found.Reason);
    }

    [Theory]
    [InlineData("wrongname.test", Tier.T1)]
    [InlineData("nostarttls.test", Tier.T0)]
    [InlineData("plain.test", Tier.T2)]
    public async Task A_look_compares_a_domain_with_its_own_past(string domain, Tier now)
    {
        MailLab.Require();
        await using var clinic = await TestClinic.CreateAsync();
        var destinations = new DestinationStore(clinic.Context);
        var number = await clinic.Context.Database.WriteAsync((transaction, token) => destinations.NumberAsync(domain, transaction, token), Token);
        await destinations.NoteTierAsync(number, Tier.T3, isBest: true, Token);
        await new ProbeDestinations(clinic.Context, lab.NewSender(_ => { }), destinations).RunAsync([domain], null, Token);
        var lowered = Assert.Single(await new TierHistory(clinic.Context).LoweredAsync(Token));
        Assert.Equal((domain, Tier.T3, now), (lowered.Domain, lowered.Before, lowered.Now));
        Assert.Single(await clinic.LedgerAsync("destination.lowered"));
    }

    [Fact]
    public async Task A_look_that_meets_an_error_says_nothing_about_its_domain_and_nothing_about_the_others()
    {
        MailLab.Require();
        await using var clinic = await TestClinic.CreateAsync();
        var odd = lab.NewSender(attempt => _ = attempt.Domain == "expired.test" ? throw new InvalidCastException("zoe@expired.test") : 0);
        var probe = new ProbeDestinations(clinic.Context, odd, new DestinationStore(clinic.Context));
        Assert.Equal("sts.test", Assert.Single(await probe.RunAsync(["expired.test", "sts.test"], null, Token)).Key);
        Assert.Equal("sts.test", Assert.Single(await probe.KnownAsync(["expired.test", "sts.test"], Token)).Key);
    }

    [Fact]
    public async Task What_a_policy_refuses_is_looked_at_again_within_the_hour_and_the_rest_once_a_day()
    {
        MailLab.Require();
        await using var clinic = await TestClinic.CreateAsync();
        var probe = new ProbeDestinations(clinic.Context, lab.NewSender(_ => { }), new DestinationStore(clinic.Context));
        await probe.RunAsync(["stswrongmx.test", "sts.test"], null, Token);
        clinic.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("sts.test", Assert.Single(await probe.KnownAsync(["stswrongmx.test", "sts.test"], Token)).Key);
        clinic.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Empty(await probe.KnownAsync(["sts.test"], Token));
    }
}
