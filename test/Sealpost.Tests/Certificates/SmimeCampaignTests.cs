using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Certificates;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Smime;
using Sealpost.ForPatients;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Delivery;
using Sealpost.Tests.Delivery.Smime;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Certificates;

/// <summary>A sensitive campaign to a real Postfix that nobody vouches for: sealed to the patient who has a certificate, waiting on the page for the other, and nothing of it readable on the host's disk.</summary>
public sealed class SmimeCampaignTests(PostfixServer postfix) : IClassFixture<PostfixServer>, IAsyncLifetime
{
    private static readonly Actor Keeper = new("u-compliance", "Dana Okafor", Roles.Compliance);
    private static readonly PatientNumber First = new(0);
    private static readonly Uri Codes = new("https://codes.example/send");

    private readonly SmimeAuthority _authority = new(TimeProvider.System.GetUtcNow());
    private readonly StatusServer _status = new();
    private SmimeMail _smime = null!;
    private X509Certificate2 _certificate = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _smime = new SmimeMail(new SmimeTrust { Roots = [X509CertificateLoader.LoadCertificate(_authority.Root.RawData)], RevocationHosts = [_status.Host] }, null, TimeProvider.System);
        _certificate = _authority.Issue(new CertificateWish { Mailbox = "p0@clinic.example", CrlUrl = _status.UrlOf("list.crl") });
        _status.Publish("list.crl", _ => _authority.Crl());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _certificate.Dispose();
        _smime.Dispose();
        _authority.Dispose();
        await _status.DisposeAsync();
    }

    [Theory]
    [InlineData("selfsigned", "smime over T1")]
    [InlineData("good", "smime over T2")]
    public async Task A_sensitive_message_is_sealed_to_the_patient_who_can_open_it_and_waits_for_the_other(string listener, string rule)
    {
        postfix.Require();
        var before = Files();
        using var own = _authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.example" });
        _smime.Use(listener == "good" ? SmimeSigner.Read([.. _authority.FileOf(own), .. Encoding.ASCII.GetBytes(own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem())], "", TimeProvider.System.GetUtcNow()) : null);
        await using var clinic = await OpenAsync(listener);
        await Certificates(clinic).AddAsync(First, _authority.FileOf(_certificate), null, Keeper, Token);
        var content = Sensitive($"visit-{listener}");
        var report = await clinic.SendAndWaitAsync(content);
        Assert.Equal((2L, 1L, 1L, 0L), (report.Selected, report.Accepted, report.Pickup, report.Withheld.Total));
        Assert.Equal("T5", Assert.Single(report.Tiers).Key);

        var receipt = Assert.Single(await new ReadReceipts(clinic.Context).OfDeliveryAsync(report.Campaign, First, Token)).Receipt;
        Assert.Equal(("T5", rule, Convert.ToHexStringLower(_certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256))), (receipt.Tier, receipt.Rule, receipt.SealedTo));
        var received = await postfix.ReceiveAsync(receipt.MessageId, Token);
        Assert.Equal("[...]", Parse(received).Subject);
        Assert.Equal("pass pass", await DkimPy.VerifyAsync(Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(received).ReplaceLineEndings("\r\n")), clinic.DkimRecords, Token));
        var inside = (await OpenSsl.DecryptAsync(received, _certificate, Token))!;
        Assert.Equal(listener == "good", inside.AsSpan().IndexOf("smime-type=signed-data"u8) >= 0);
        var payload = Parse(listener == "good" ? (await OpenSsl.VerifyAsync(inside, _authority.Root, Token))! : inside);
        Assert.Equal(content.Subject, payload.Subject);
        Assert.Contains("Dear Given0, your HIV visit", payload.TextBody, StringComparison.Ordinal);

        var disk = string.Concat(Files().Except(before, StringComparer.Ordinal).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        foreach (var secret in new[] { "Dear Given0", "Dear Given1", "your HIV visit", "visit is due", content.Subject })
            Assert.DoesNotContain(secret, disk, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_has_none_reads_it_on_the_page_after_a_code_and_never_after_a_date_of_birth()
    {
        postfix.Require();
        await using var clinic = await OpenAsync("selfsigned");
        var options = Options(clinic);
        var acceptance = new RiskAcceptance(1, RiskAcceptances.PickupByBirthDate, null);
        var gate = await options.Transport(Token);
        options = options with { Transport = _ => Task.FromResult(new TransportGate(gate.Agreements, [acceptance])) };
        clinic.Send.UseOptions(options);
        var report = await clinic.SendAndWaitAsync(Sensitive("page"));
        Assert.Equal((0L, 2L), Ways(report));
        var receipt = Assert.Single(await new ReadReceipts(clinic.Context).OfDeliveryAsync(report.Campaign, First, Token)).Receipt;
        Assert.Equal(("Pickup", "T1", "notice", ""), (receipt.Outcome, receipt.Tier, receipt.Rule, receipt.SealedTo));
        var notice = Parse(await postfix.ReceiveAsync(receipt.MessageId, Token)).TextBody!;
        var token = System.Text.RegularExpressions.Regex.Match(notice, "(?<=/m/)[A-Za-z0-9_-]+", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Value;
        var (visit, link) = (await OpenVisit.ByLinkAsync(clinic.Context, PatientLinkKind.Pickup, token, Token))!.Value;
        var door = await new PickupMessage(visit, link, options).LookAsync(Token);
        Assert.Equal(PickupState.Waiting, door.State);
        Assert.Equal([PickupFactor.Code], door.Factors);
        Assert.Contains("your HIV visit is due", (await new RenderWaiting(visit, link, options).RunAsync(Token))!.Message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_forecast_counts_who_can_be_sealed_to()
    {
        postfix.Require();
        await using var clinic = await OpenAsync("selfsigned");
        await Certificates(clinic).AddAsync(First, _authority.FileOf(_certificate), null, Keeper, Token);
        await clinic.ApprovedAsync(Sensitive("visit"));
        var forecast = await new CampaignDesk(clinic.Context, Options(clinic)).LookAndForecastAsync("visit", TestClinic.Officer, null, Token);
        Assert.Equal((2L, 1L), (forecast.Lawful, forecast.Pickup));
        Assert.Equal(("T5", 1L), Assert.Single(forecast.Leaving) is var tier ? (tier.Tier, tier.Patients) : default);
        Assert.Empty(forecast.NoWay);
    }

    [Fact]
    public async Task Removed_revoked_or_of_another_address_it_leads_to_the_page_and_never_to_plain_mail()
    {
        postfix.Require();
        await using var clinic = await OpenAsync("good");
        var certificates = Certificates(clinic);
        var id = await certificates.AddAsync(First, _authority.FileOf(_certificate), null, Keeper, Token);
        await certificates.RemoveAsync(First, id, Keeper, Token);
        Assert.Equal((0L, 2L), Ways(await clinic.SendAndWaitAsync(Sensitive("removed"))));

        await certificates.AddAsync(First, _authority.FileOf(_certificate), null, Keeper, Token);
        _status.Publish("list.crl", _ => _authority.Crl(_certificate));
        using var fresh = new SmimeMail(new SmimeTrust { Roots = [_authority.Root], RevocationHosts = [_status.Host] }, null, TimeProvider.System);
        clinic.Send.UseOptions(Options(clinic) with { Smime = fresh });
        Assert.Equal((0L, 2L), Ways(await clinic.SendAndWaitAsync(Sensitive("revoked"))));

        clinic.Send.UseOptions(Options(clinic));
        await clinic.ChangeMailboxAsync(0, "other@clinic.example");
        Assert.Equal((0L, 2L), Ways(await clinic.SendAndWaitAsync(Sensitive("moved"))));
        Assert.Equal(CertificateProblem.OtherAddress, Assert.Single(await certificates.ListAsync(First, Keeper, Token)).Problem);
    }

    [Fact]
    public async Task Where_the_way_is_good_enough_nothing_is_sealed()
    {
        postfix.Require();
        await using var clinic = await OpenAsync("good");
        await Certificates(clinic).AddAsync(First, _authority.FileOf(_certificate), null, Keeper, Token);
        var report = await clinic.SendAndWaitAsync(TestClinic.Content("bill"));
        Assert.Equal(("T2", 2L), report.Tiers.Single() is var tier ? (tier.Key, tier.Value) : default);
        foreach (var patient in new[] { First, new PatientNumber(1) })
        {
            var receipt = Assert.Single(await new ReadReceipts(clinic.Context).OfDeliveryAsync(report.Campaign, patient, Token)).Receipt;
            Assert.Contains("Dear Given", Parse(await postfix.ReceiveAsync(receipt.MessageId, Token)).TextBody, StringComparison.Ordinal);
        }
    }

    private string[] Files() => Directory.Exists(postfix.Inbox) ? Directory.GetFiles(postfix.Inbox) : [];

    private static (long Accepted, long Pickup) Ways(CampaignReport report) => (report.Accepted, report.Pickup);

    private static MimeMessage Parse(byte[] bytes) => MimeMessage.Load(new MemoryStream(bytes));

    private static CampaignContent Sensitive(string name) => TestClinic.Content(name) with
    {
        Purpose = Purpose.Treatment,
        Audience = "age >= 18 and not ever condition in (icd10:B20)",
        Subject = $"From your clinic about {name}",
        Body = "Dear {{ patient.given_name }}, your HIV visit is due.",
    };

    private PatientCertificates Certificates(TestClinic clinic) => new(clinic.Context, _smime, _ => Task.FromResult(clinic.Policy), (patients, token) => clinic.Send.PatientsChangedAsync(patients, token));

    private async Task<TestClinic> OpenAsync(string listener)
    {
        var clinic = await TestClinic.SendingToAsync(new MailboxDescription(postfix.OptionsFor(listener).Routes, postfix.Root.ExportCertificatePem()), null, options => options, database => database, Token);
        clinic.HavePhones = true;
        await clinic.AddPatientsAsync(2, "clinic.example");
        clinic.Send.UseOptions(Options(clinic));
        return clinic;
    }

    private SendOptions Options(TestClinic clinic)
    {
        var agreement = new BusinessAssociateAgreement(1, "Codes Inc.", $"{Codes.Host}:{Codes.Port}", [PhiFlow.Send], clinic.Context.Today.AddYears(-1), clinic.Context.Today.AddYears(1), "user-1", DateTimeOffset.UnixEpoch, null);
        return clinic.Options with
        {
            Smime = _smime,
            Pickup = new PickupRules { CodeWebhook = Codes },
            Transport = _ => Task.FromResult(new TransportGate([agreement], [])),
        };
    }
}
