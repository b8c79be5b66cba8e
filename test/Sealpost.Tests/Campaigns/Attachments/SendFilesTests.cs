using System.Text;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Campaigns.Destinations;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Trust.Agreements;

namespace Sealpost.Tests.Campaigns.Attachments;

/// <summary>A campaign with files is never mailed, however good the way: every patient gets a notice that says nothing of them.</summary>
public sealed class SendFilesTests : IAsyncLifetime
{
    private static readonly Uri Codes = new("https://codes.example/send");

    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private SendOptions _options = null!;

    private CampaignDesk Desk => new(_clinic.Context, _options);

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        _options = WithCodes(_clinic);
        _clinic.Send.UseOptions(_options);
        _clinic.HavePhones = true;
        await _clinic.AddPatientsAsync(3, "a.example");
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task Every_patient_is_asked_to_our_page_over_a_way_that_would_do_for_the_message()
    {
        Assert.Equal(3, (await _clinic.SendAndWaitAsync(TestClinic.Content("without"))).Accepted);
        var report = await _clinic.SendAndWaitAsync(await WithFileAsync("with"));
        Assert.Equal((3, 3, 0), (report.Selected, report.Pickup, report.Accepted));
        var notices = _mailbox.Store.Messages.Skip(3).Select(message => Encoding.UTF8.GetString(message.Bytes.Span)).ToList();
        Assert.Equal(3, notices.Count);
        foreach (var word in new[] { "zqleaflet", "zqword", ".pdf", "%PDF", "attach", "file", "archivo" })
            Assert.DoesNotContain(notices, notice => Readable(notice).Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Who_could_prove_nothing_on_our_page_is_withheld_and_told_apart_in_the_report()
    {
        _clinic.HavePhones = false;
        await _clinic.AddPatientAsync(3, "p3@a.example");
        var content = await WithFileAsync("with");
        var report = await _clinic.SendAndWaitAsync(content);
        Assert.Equal((4, 3, 1), (report.Selected, report.Pickup, report.Withheld.Transport));
        Assert.Equal(1, report.Withheld.ByReason[nameof(WithholdReason.FilesNotMailed)]);
        Assert.True(report.AddsUp);
    }

    [Fact]
    public async Task The_forecast_says_what_sending_does()
    {
        _clinic.HavePhones = false;
        await _clinic.AddPatientAsync(3, "p3@a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("without"), TestClinic.Author, Token);
        await _clinic.Desk.CreateAsync(await WithFileAsync("with"), TestClinic.Author, Token);
        var mailed = await Desk.LookAndForecastAsync("without", TestClinic.Officer, null, Token);
        Assert.Equal((0, 4L, 0L), (mailed.Files, mailed.Leaving.Sum(tier => tier.Patients), mailed.Pickup));
        var waiting = await Desk.LookAndForecastAsync("with", TestClinic.Officer, null, Token);
        Assert.Equal((1, 0L, 3L, null), (waiting.Files, waiting.Leaving.Sum(tier => tier.Patients), waiting.Pickup, waiting.MinimumTier));
        Assert.Equal((WithholdReason.FilesNotMailed, 1L), (Assert.Single(waiting.NoWay).Reason, waiting.NoWay[0].Patients));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Neither_a_wish_nor_a_certificate_takes_a_message_with_files_into_the_mail(bool verified)
    {
        var probe = verified
            ? new HostProbe { End = ProbeEnd.Connected, Tier = Tier.T4, TlsVersion = "TLS 1.3" }
            : new HostProbe { End = ProbeEnd.NoTls, Reason = WithholdReason.CertificateUntrusted };
        var open = new PatientWays(HasWish: true, HasCertificate: true, OffersPickup: true);
        Assert.Equal((0L, 2L, 1L), Counted(hasFiles: true));
        Assert.Equal((3L, 0L, 0L), Counted(hasFiles: false));

        (long Leaving, long Pickup, long NoWay) Counted(bool hasFiles)
        {
            var ways = new ForecastWays(new TransportGate([], []), MessageClass.N2, new DateOnly(2026, 11, 24)) { HasFiles = hasFiles };
            ways.Add(probe, open, 2);
            ways.Add(probe, open with { OffersPickup = false }, 1);
            var forecast = ways.Into(new CampaignForecast { Selected = 3, Lawful = 3, Withheld = [], MissingValues = [], Class = MessageClass.N2, MinimumTier = null, Tiers = [], NotEvaluated = [] });
            return (forecast.Leaving.Sum(tier => tier.Patients), forecast.Pickup, forecast.NoWay.Sum(reason => reason.Patients));
        }
    }

    private static string Readable(string mail) => RandomText.LeftOut(mail.Replace("=\r\n", "", StringComparison.Ordinal));

    private async Task<CampaignContent> WithFileAsync(string name)
    {
        var stored = await new AttachmentDesk(_clinic.Context, _clinic.Desk, _clinic.Drafts).StoreAsync("zqleaflet.pdf", SampleFiles.PdfOf("zqword"), TestClinic.Author, Token);
        return TestClinic.Content(name) with { Files = [stored] };
    }

    private static SendOptions WithCodes(TestClinic clinic)
    {
        var today = clinic.Context.Today;
        var agreement = new BusinessAssociateAgreement(1, "Codes Inc.", $"{Codes.Host}:{Codes.Port}", [PhiFlow.Send], today.AddYears(-1), today.AddYears(1), "user-1", DateTimeOffset.UnixEpoch, null);
        return clinic.Options with { Pickup = new PickupRules { CodeWebhook = Codes }, Transport = _ => Task.FromResult(new TransportGate([agreement], [])) };
    }
}
