using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using MimeKit;
using Sealpost.App.Hosting;
using Sealpost.Imports;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Tests.Audiences;
using Sealpost.Tests.Delivery;
using Sealpost.Tests.Imports;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.Pages;

/// <summary>The main job by clicks alone, from an empty folder to a report; then what two of its patients do with the message.</summary>
public sealed partial class MainJobTests(PostfixServer postfix, Chromium chromium) : IClassFixture<PostfixServer>, IAsyncDisposable
{
    private const string Campaign = "autumn-check-up";

    private static readonly string[] Types = ["Patient", "Condition", "MedicationRequest", "Observation", "Encounter", "Procedure", "Immunization"];

    private ServedFolder _served = null!;
    private OpenOrganisation _clinic = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Number => _clinic.Context.Organisation.Id.Value;

    [Fact]
    public async Task From_an_empty_folder_to_a_report_and_to_what_patients_answer()
    {
        postfix.Require();
        var data = TestData.Require("fhir-synthea-r4");
        _served = await ServedFolder.StartAsync();
        await using var administrator = await _served.FirstAdministratorAsync(chromium);
        await using var officer = await AtBrowser.OpenAsync(chromium, _served.Url);
        await using var marketer = await AtBrowser.OpenAsync(chromium, _served.Url);
        await using var approver = await AtBrowser.OpenAsync(chromium, _served.Url);

        await SetUpAsync(administrator);
        await officer.JoinAsync(await administrator.InviteAsync("Dana Okafor", "dana@clinic.example", "compliance"));
        await marketer.JoinAsync(await administrator.InviteAsync("Maria Ortiz", "maria@clinic.example", "marketer"));
        await approver.JoinAsync(await administrator.InviteAsync("Ben Achterberg", "ben@clinic.example", "approver"));
        await ImportAsync(administrator, data);
        await AllowAsync(officer);

        await WriteTemplateAsync(marketer);
        await ChooseAudienceAsync(marketer);
        await WriteCampaignAsync(marketer);
        await ApproveAsync(approver, marketer.Page.Url);
        var accepted = await SendAsync(marketer);
        var mails = await ReceivedAsync(accepted);

        await UnsubscribeAsync(mails[0]);
        await SignAsync(mails[1]);
        foreach (var person in new[] { administrator, officer, marketer, approver })
            person.AssertQuiet();
        Assert.Equal(0, _served.Pages.PolicyReports);
    }

    public async ValueTask DisposeAsync()
    {
        if (_served is not null)
            await _served.DisposeAsync();
    }

    /// <summary>The first-run steps; what the clicks leave to the test is where the mail goes: to Postfix on this machine.</summary>
    private async Task SetUpAsync(AtBrowser administrator)
    {
        await administrator.FoundAsync();
        await administrator.KeepKitAsync();
        _clinic = await _served.Installation.OpenOrganisationAsync(SetUpClicks.Clinic, Token);
        _clinic.DeliveryOverride = postfix.OptionsFor("good");
        await administrator.NextStepAsync("Organisation");
        await administrator.NextStepAsync("Sender domain");
        await administrator.FillRecordsAsync();
        await administrator.DoneAsync(3);
        await administrator.NextStepAsync("People");
    }

    private async Task ImportAsync(AtBrowser administrator, string data)
    {
        await administrator.NextStepAsync("Patients");
        await administrator.Link("Import patients").ClickAsync();
        await administrator.HandOverAsync([.. Types.Select(type => Path.Combine(data, type + ".ndjson.gz"))]);
        await administrator.ImportFhirAsync("fhir");
        await administrator.GoAsync($"/o/{Number}/imports");
        await administrator.Link("Import patients").First.ClickAsync();
        await administrator.HandOverAsync(Path.Combine(data, "contact-overlay.csv"));
        await administrator.ImportTableAsync("overlay", create: false, ColumnMeaning.FhirId, ColumnMeaning.Email, ColumnMeaning.Ignore);
        await administrator.AttestAsync("overlay", "The front desk reads the address back at check-in.");
        await administrator.Link("Go on with setting up").ClickAsync();
        await Assertions.Expect(administrator.Page.GetByText("Every step is done.").First).ToBeVisibleAsync();
    }

    /// <summary>What the officer answers for: the certificate alone as proof of the host, and a form that patients may sign.</summary>
    private async Task AllowAsync(AtBrowser officer)
    {
        var page = officer.Page;
        await officer.GoAsync($"/o/{Number}/agreements");
        await officer.Button("Accept a risk").ClickAsync();
        await page.GetByText("Clinical mail over a verified certificate alone").ClickAsync();
        await page.FillAsync("#accepted-by", "Dana Okafor, security official");
        await page.FillAsync("#statement", "A verified certificate is good enough.");
        await officer.Button("Accept the risk").ClickAsync();
        await Assertions.Expect(page.GetByText("“A verified certificate is good enough.”")).ToBeVisibleAsync();

        await officer.GoAsync($"/o/{Number}/forms");
        await officer.Button("Offer a form").First.ClickAsync();
        await page.FillAsync("#form-name", "offers-2026");
        await page.GetByText("Marketing that somebody pays for").ClickAsync();
        await page.FillAsync("#form-payer", "Acme Hearing Inc.");
        foreach (var (tag, title, information, use) in new[]
        {
            ("en", "May we send you offers from hearing-aid makers?", "Your name, your email address, and that you are a patient of ours.", "To send you offers for hearing aids by email."),
            ("es", "¿Podemos enviarle ofertas de fabricantes de audífonos?", "Su nombre, su dirección de correo electrónico y que usted es paciente nuestro.", "Enviarle por correo electrónico ofertas de audífonos."),
        })
        {
            await page.FillAsync($"#title-{tag}", title);
            await page.FillAsync($"#info-{tag}", information);
            await page.FillAsync($"#use-{tag}", use);
        }

        await officer.Button("Offer it to patients").ClickAsync();
        await Assertions.Expect(page.GetByText("On offer", new PageGetByTextOptions { Exact = true })).ToBeVisibleAsync();
    }

    private async Task ChooseAudienceAsync(AtBrowser marketer)
    {
        var page = marketer.Page;
        await marketer.GoAsync($"/o/{Number}/audiences");
        await marketer.Link("New audience").ClickAsync();
        await marketer.AddAgesAsync(30, 80);
        await marketer.AddRuleAsync("State");
        await page.Locator(".value-chip").Filter(new LocatorFilterOptions { HasText = "Massachusetts" }).ClickAsync();
        await page.ClickAsync(".rule-fields button[type=submit]");
        await marketer.SaysAsync("age between 30 and 80 and state in (MA)");
        await Assertions.Expect(page.Locator(".funnel")).ToBeVisibleAsync();
        await marketer.SaveAudienceAsync("grown-ups at home");
        await marketer.Button("Use in a campaign").ClickAsync();
        await page.FillAsync("#campaign-name", Campaign);
        await marketer.Button("Start writing").ClickAsync();
    }

    private async Task WriteTemplateAsync(AtBrowser marketer)
    {
        await marketer.GoAsync($"/o/{Number}/content");
        await marketer.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Plain letter" }).GetByRole(AriaRole.Button).ClickAsync();
        await marketer.Page.Locator("#subject").FillAsync("{{ patient.given_name | default: \"Hello\" }}, time for a check-up");
        await marketer.Button("Save version 2").ClickAsync();
        await Assertions.Expect(marketer.Button("Save version 3")).ToBeVisibleAsync();
    }

    private static async Task WriteCampaignAsync(AtBrowser marketer)
    {
        var page = marketer.Page;
        await page.GetByText("The patient's own treatment").ClickAsync();
        await page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "pay for it" }).GetByText("Nobody").ClickAsync();
        await StepAsync(marketer, "Audience");
        await Assertions.Expect(page.Locator(".rule-sentence")).ToContainTextAsync("Aged 30 to 80, and lives in Massachusetts.");
        await Assertions.Expect(page.Locator(".funnel")).ToBeVisibleAsync();
        await marketer.LookAsync("write-audience");
        await StepAsync(marketer, "Message");
        await page.SelectOptionAsync("#template", new SelectOptionValue { Label = "Plain letter" });
        await Assertions.Expect(page.Locator("#subject")).ToHaveValueAsync(CheckUp());
        await page.FillAsync("#from", "Green Valley Clinic <care@mail.greenvalley.test>");
        await page.Locator("#from").BlurAsync();
        await marketer.LookAsync("write-message");
        await StepAsync(marketer, "Schedule");
        await marketer.LookAsync("write-schedule");
        await StepAsync(marketer, "Submit");
        await Assertions.Expect(page.GetByText("May get it")).ToBeVisibleAsync();
        await marketer.LookAsync("write-submit");
        await marketer.Button("Submit for approval").ClickAsync();
        await page.ArriveAsync("/campaigns/[0-9]+$");
        await Assertions.Expect(page.GetByText("Waits for approval").First).ToBeVisibleAsync();
    }

    private static Task StepAsync(AtBrowser person, string name) => person.Page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Steps" }).GetByRole(AriaRole.Button).Filter(new LocatorFilterOptions { HasText = name }).ClickAsync();

    private async Task ApproveAsync(AtBrowser approver, string campaign)
    {
        // As if the approver had signed in this morning: the passkey of then is not fresh any more.
        await _clinic.WriteAsync(
            async (transaction, token) =>
            {
                await transaction.ExecuteAsync("UPDATE session SET verified_at = 0", [], token);
                return 0;
            },
            Token);
        await approver.GoAsync(new Uri(campaign).AbsolutePath);
        await approver.Button("Approve").ClickAsync();
        await approver.Button("Use your passkey").ClickAsync();
        await Assertions.Expect(approver.Page.GetByText("Approved. Its author may send it.")).ToBeVisibleAsync();
    }

    private static async Task<int> SendAsync(AtBrowser marketer)
    {
        var page = marketer.Page;
        await page.ReloadAsync();
        await marketer.ReadyAsync();
        await marketer.Button("Send now").ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = SendTo() }).ClickAsync();
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Finished");
        await Assertions.Expect(page.GetByText("Every accepted message has a receipt in the ledger.")).ToBeVisibleAsync();
        await marketer.LookAsync("report");
        var accepted = page.Locator(".bars li").Filter(new LocatorFilterOptions { HasText = "Accepted" }).Locator(".num");
        return int.Parse(await accepted.InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    /// <summary>What Postfix delivered, as many as the report says were accepted.</summary>
    private async Task<IReadOnlyList<MimeMessage>> ReceivedAsync(int accepted)
    {
        Assert.InRange(accepted, 50, 300);
        await Eventually.TrueAsync(() => Directory.GetFiles(postfix.Inbox).Length >= accepted, $"Postfix delivers {accepted} messages", Token);
        var files = Directory.GetFiles(postfix.Inbox);
        Assert.Equal(accepted, files.Length);
        var mails = new List<MimeMessage>();
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            // Two who read English and have all that the signature asks for.
            var mail = await MimeMessage.LoadAsync(file, Token);
            if ((await ChartAsync(mail)).Head is { BirthDate: not null } head && head.Language?.StartsWith("en", StringComparison.Ordinal) != false && head.Addresses is [{ PostalCode.Length: >= 5 }, ..])
                mails.Add(mail);
            if (mails.Count == 2)
                break;
        }

        return mails;
    }

    private async Task UnsubscribeAsync(MimeMessage mail)
    {
        await using var patient = await AtBrowser.OpenAsync(chromium, _served.Url, 390);
        await patient.GoAsync(PathIn(mail));
        await patient.Button("Stop these emails").ClickAsync();
        await Assertions.Expect(patient.Page.GetByText("We will not send you news")).ToBeVisibleAsync();
        Assert.NotEmpty((await StateAsync(mail)).Suppressions);
        patient.AssertQuiet();
    }

    private async Task SignAsync(MimeMessage mail)
    {
        var head = (await ChartAsync(mail)).Head;
        await using var patient = await AtBrowser.OpenAsync(chromium, _served.Url, 390);
        await patient.GoAsync(PathIn(mail).Replace("/u/", "/p/", StringComparison.Ordinal));
        await patient.Page.Locator("a[href^='/a/']").First.ClickAsync();
        await patient.Page.Locator("a[href*='/form/']").First.ClickAsync();
        var born = head.BirthDate!.Value;
        foreach (var (field, text) in new[] { ("month", $"{born.Month}"), ("day", $"{born.Day}"), ("year", $"{born.Year}"), ("zip", head.Addresses[0].PostalCode![..5]), ("name", $"{head.Names[0].Given[0]} {head.Names[0].Family}") })
            await patient.Page.FillAsync("#" + field, text);
        await patient.Page.CheckAsync("#electronic");
        await patient.Page.CheckAsync("#read");
        await patient.Page.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(patient.Page.Locator(".paperwork").Filter(new LocatorFilterOptions { HasText = "Signed electronically by" })).ToBeVisibleAsync();
        Assert.Single((await StateAsync(mail)).Authorizations);
        patient.AssertQuiet();
    }

    private async Task<Chart> ChartAsync(MimeMessage mail)
    {
        var mailbox = mail.To.Mailboxes.Single().Address;
        var found = await _clinic.Context.Patients.FindAsync([new LookupKey("email", EmailAddress.Normalise(mailbox)!)], Token);
        return (await _clinic.Context.Patients.OpenAsync(found.Single().Value[0], Token))!;
    }

    private async Task<Sealpost.Consent.ConsentState> StateAsync(MimeMessage mail)
    {
        var chart = await ChartAsync(mail);
        return (await _clinic.Context.Consent.LoadAsync([chart], Token))[chart.Number];
    }

    private static string PathIn(MimeMessage mail) => Unsubscribe().Match(mail.Headers["List-Unsubscribe"] ?? "").Value;

    [GeneratedRegex("/u/[A-Za-z0-9_-]+", RegexOptions.None, 1_000)]
    private static partial Regex Unsubscribe();

    [GeneratedRegex("check-up$", RegexOptions.None, 1_000)]
    private static partial Regex CheckUp();

    [GeneratedRegex("^Send to", RegexOptions.None, 1_000)]
    private static partial Regex SendTo();
}
