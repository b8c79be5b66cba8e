using Sealpost.Campaigns.Destinations;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;
using Sealpost.Organisations;
using Sealpost.Tests.Shards;

namespace Sealpost.Tests.Campaigns.Destinations;

public sealed class LaneTurnTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;
    private DestinationPaces _paces = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        _paces = new DestinationPaces(_clinic.Context, () => _clinic.Options);
    }

    public async ValueTask DisposeAsync()
    {
        await _paces.DisposeAsync();
        await _clinic.DisposeAsync();
    }

    [Theory]
    [InlineData(421, "4.7.0", 0, true)]
    [InlineData(421, null, 3, true)]
    [InlineData(451, "4.7.500", 0, true)]
    [InlineData(451, "4.7.1", 0, false)]
    [InlineData(450, "4.7.1", 0, false)]
    [InlineData(451, "4.7.1", 1, true)]
    [InlineData(450, "4.2.0", 0, false)]
    public void Greylisting_of_a_new_message_is_not_a_wish_for_less(int code, string? enhanced, int earlierTries, bool throttled) =>
        Assert.Equal(throttled, LaneTurn.IsThrottled(new SmtpReply(code, enhanced, ""), earlierTries));

    [Fact]
    public void What_a_patient_waits_for_today_goes_first() =>
        Assert.Equal([Purpose.AdminPayment], Enum.GetValues<Purpose>().Where(LaneTurn.IsUrgent));

    [Fact]
    public async Task Two_campaigns_share_a_hosts_connections()
    {
        var host = await _paces.ReachedAsync(1, "mx.example", Token);
        var turns = Enumerable.Range(0, 3).Select(_ => new LaneTurn(_paces, _clinic.Time, isUrgent: false)).ToArray();
        Assert.Null(await turns[0].TakeAsync(host, Token));
        Assert.Null(await turns[1].TakeAsync(host, Token));
        Assert.NotNull(await turns[2].TakeAsync(host, Token));
        await turns[0].ReleaseAsync(Token);
        Assert.Null(await turns[2].TakeAsync(host, Token));
    }

    [Fact]
    public async Task Pace_is_kept_by_the_hosts_grain()
    {
        await using var silo = await EmbeddedSilo.StartAsync(Token);
        var shards = silo.Unattached(_clinic.Context.Organisation.Id);
        shards.PaceHere = _paces.AnswerAsync;
        await using var remote = new DestinationPaces(_clinic.Context, () => _clinic.Options) { Route = shards.AskPace };
        var host = await remote.ReachedAsync(1, "mx.example", Token);
        Assert.Equal(10, (await remote.AskAsync(host, new PaceQuestion { Holder = 1, Wish = 10 }, Token)).Messages);
        Assert.Equal(1, _paces.Present()[host].Open);
    }

    [Theory]
    [InlineData("daily-cap", "0", "1 to 100000000")]
    [InlineData("warm-up", "50 many", "'many'")]
    [InlineData("quiet-hours", "late", "21:00-08:00")]
    [InlineData("sending-address", "here", "192.0.2.25")]
    [InlineData("give-up-after", "120 N9=4", "N9=4")]
    [InlineData("give-up-after", "0", "1 to 720")]
    public void A_setting_that_cannot_be_read_says_how_to_write_it(string name, string value, string help) =>
        Assert.Contains(help, Assert.Throws<RefusedException>(() => OrganisationSettings.Check(name, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_class_may_be_given_up_earlier()
    {
        var delivery = OrganisationSettings.Delivery("mail.example", new Dictionary<string, string> { ["give-up-after"] = "96 N2=48" });
        Assert.Equal((TimeSpan.FromHours(96), TimeSpan.FromHours(48)), (delivery.GiveUpFor(MessageClass.N1), delivery.GiveUpFor(MessageClass.N2)));
    }
}
