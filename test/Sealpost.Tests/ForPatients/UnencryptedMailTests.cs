using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.ForPatients;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Tests.Campaigns;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.ForPatients;

/// <summary>Email at lower protection by a patient's own wish: for one address and some purposes, still under TLS, and said in the receipt. 78 FR 5566, 5634.</summary>
public sealed class UnencryptedMailTests : IAsyncLifetime
{
    private const string Mailbox = "p0@" + DemoMailbox.SelfSignedDomain;
    private static readonly Actor Compliance = new("u-compliance", "Dana Okafor", Roles.Compliance);
    private static readonly PatientNumber First = new(0);

    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private UnencryptedMail Mail => new(_clinic.Context);

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        await _clinic.AddPatientsAsync(3, DemoMailbox.SelfSignedDomain);
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task Only_the_patient_who_asked_gets_the_mail_and_the_receipt_says_by_what()
    {
        var wish = await Mail.RecordAsync(First, Wish(), Compliance, Token);
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("bill"));
        Assert.Equal((1L, 2L), (report.Accepted, report.Withheld.Transport));
        var message = Assert.Single(_mailbox.Store.Messages);
        Assert.Equal(Mailbox, message.Recipient);
        Assert.NotNull(message.TlsVersion);
        var receipt = Assert.Single(await new ReadReceipts(_clinic.Context).OfDeliveryAsync(report.Campaign, First, Token)).Receipt;
        Assert.Equal(("T1", $"wish:{wish}"), (receipt.Tier, receipt.Rule));
    }

    [Fact]
    public async Task The_forecast_counts_who_asked_and_nobody_else()
    {
        await Mail.RecordAsync(First, Wish(), Compliance, Token);
        await _clinic.Desk.CreateAsync(TestClinic.Content("bill"), TestClinic.Author, Token);
        var forecast = await _clinic.Desk.LookAndForecastAsync("bill", Compliance, null, Token);
        Assert.Equal(("T1", 1L), (Assert.Single(forecast.Leaving).Tier, forecast.Leaving[0].Patients));
        Assert.Equal(2, forecast.NoWay.Sum(one => one.Patients));

        // Who may not see patients sees tens, so that two rules tell no one person apart.
        forecast = await _clinic.Desk.LookAndForecastAsync("bill", TestClinic.Author, null, Token);
        Assert.Equal((10, 10), (forecast.Leaving[0].Patients, forecast.NoWay[0].Patients));
    }

    [Fact]
    public async Task It_covers_the_purposes_it_names_and_the_address_it_names_alone()
    {
        await Mail.RecordAsync(First, Wish() with { Purposes = [Purpose.Treatment] }, Compliance, Token);
        Assert.Equal(0, (await _clinic.SendAndWaitAsync(TestClinic.Content("bill"))).Accepted);
        await Mail.RecordAsync(First, Wish(), Compliance, Token);
        await _clinic.ChangeMailboxAsync(0, "other@" + DemoMailbox.SelfSignedDomain);
        Assert.Equal(0, (await _clinic.SendAndWaitAsync(TestClinic.Content("again"))).Accepted);
        Assert.Empty(_mailbox.Store.Messages);
    }

    [Fact]
    public async Task Withdrawn_it_counts_no_more_and_a_newer_one_takes_its_place()
    {
        await Mail.RecordAsync(First, Wish(), Compliance, Token);
        var second = await Mail.RecordAsync(First, Wish(), Compliance, Token);
        var listed = Assert.Single(await Mail.ListAsync(First, Compliance, Token));
        Assert.Equal((second, Mailbox, UnencryptedWarning.Present, "phone", Compliance.Id), (listed.Id, listed.Address, listed.Warning, listed.Method, listed.RecordedBy));
        Assert.Equal(1, await Mail.WithdrawAsync(First, null, Compliance, Token));
        Assert.Empty(await Mail.ListAsync(First, Compliance, Token));
        Assert.Equal(0, (await _clinic.SendAndWaitAsync(TestClinic.Content("bill"))).Accepted);
    }

    [Fact]
    public async Task A_record_without_one_of_its_parts_or_for_a_foreign_address_is_refused()
    {
        foreach (var wish in new[]
        {
            Wish() with { Purposes = [] }, Wish() with { Language = "fr" }, Wish() with { Method = "web" }, Wish() with { Statement = " " }, Wish() with { IdentityProofing = "" },
            Wish() with { Address = "stranger@example.com" }, Wish() with { ShownAt = _clinic.Time.GetUtcNow().AddDays(1) },
        })
            await Assert.ThrowsAsync<RefusedException>(() => Mail.RecordAsync(First, wish, Compliance, Token));
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Mail.RecordAsync(First, Wish(), TestClinic.Author, Token))).Kind);
        Assert.Empty(await Mail.ListAsync(First, Compliance, Token));
    }

    [Fact]
    public async Task A_wish_restricts_nothing_and_authorizes_nothing()
    {
        await Mail.RecordAsync(First, Wish() with { Purposes = [.. Enum.GetValues<Purpose>()] }, Compliance, Token);
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("offer") with { Purpose = Purpose.Marketing });
        Assert.Equal(3, report.Withheld.Basis);
        Assert.All(report.Withheld.ByReason.Keys, reason => Assert.Contains("authorized", reason, StringComparison.OrdinalIgnoreCase));
    }

    private UnencryptedWish Wish() => new()
    {
        Address = Mailbox,
        Purposes = [Purpose.AdminPayment],
        Warning = UnencryptedWarning.Present,
        Language = "en",
        ShownAt = _clinic.Time.GetUtcNow().AddHours(-1),
        Method = "phone",
        Statement = "Yes, send it anyway.",
        RecordedBy = "",
        IdentityProofing = "Called back on the number on record.",
    };
}
