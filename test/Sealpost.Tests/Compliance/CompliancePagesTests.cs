using System.Text;
using Microsoft.Playwright;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.Compliance;

/// <summary>The compliance pages in a real browser: the officer's work by clicks, both themes, a phone, and what axe says.</summary>
public sealed class CompliancePagesTests(ServedOffice office, Chromium chromium)
{
    private static readonly string[] Places = ["agreements", "authorizations", "forms", "opt-outs", "ledger", "disclosures"];

    /// <summary>Where screenshots go; none are taken where it is not set.</summary>
    private static string? Folder => Environment.GetEnvironmentVariable("SEALPOST_SCREENS");

    [Fact]
    public async Task An_officer_keeps_the_register_a_patients_wishes_and_the_ledger_by_clicks()
    {
        await using var at = await OpenAsync(ColorScheme.Light);
        var page = at.Page;
        await at.GoAsync(At("agreements"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Add an agreement" }).First.ClickAsync();
        await page.FillAsync("#party", "Backup House LLC");
        await page.FillAsync("#endpoint", "vault.backup.example:443");
        await page.GetByText("Keep patient data: hosting, backup").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add, to be signed" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign the agreement with Backup House LLC" }).ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open] .check input")).ToHaveCountAsync(12);
        foreach (var term in await page.Locator("dialog[open] .check input").AllAsync())
            await term.CheckAsync();
        await Assertions.Expect(page.GetByText("12 of 12")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign for the organisation" }).ClickAsync();
        await Assertions.Expect(page.GetByText("In force", new() { Exact = true }).First).ToBeVisibleAsync();
        await CheckAsync(page, "agreements-filled", ColorScheme.Light);

        await at.GoAsync(At("authorizations"));
        await page.FillAsync("#patient-id", "nobody-at-all");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("No patient is known by this id")).ToBeVisibleAsync();
        await page.FillAsync("#patient-id", "p5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Messages that ask people to buy")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record a restriction" }).ClickAsync();
        await page.GetByText("No email at all, about care neither").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Recorded, effective now.")).ToBeVisibleAsync();
        Assert.DoesNotContain("p5", page.Url, StringComparison.Ordinal);
        Assert.Equal("0 0", await page.EvaluateAsync<string>("() => localStorage.length + ' ' + sessionStorage.length"));
        await CheckAsync(page, "authorizations-found", ColorScheme.Light);

        await at.GoAsync(At("ledger"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Intact:")).ToBeVisibleAsync();
        await page.SelectOptionAsync("#area", "wishes");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }).ClickAsync();
        await page.ArriveAsync(@"/ledger\?area=wishes$");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#area")).ToHaveValueAsync("wishes");
        await Assertions.Expect(page.GetByText("was agreed with a patient").First).ToBeVisibleAsync();
        await CheckAsync(page, "ledger-verified", ColorScheme.Light);

        await at.GoAsync(At("disclosures"));
        await page.FillAsync("#patient-id", "p6");
        await page.GetByRole(AriaRole.Button, new() { Name = "Account", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Record a disclosure" }).ClickAsync();
        await page.FillAsync("#disclosed-to", "Acme Hosting");
        await page.FillAsync("#disclosed-what", "Name and date of a visit");
        await page.FillAsync("#disclosed-why", "Sent to a wrong mailbox");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Acme Hosting")).ToBeVisibleAsync();
        await CheckAsync(page, "disclosures-found", ColorScheme.Light);
        at.AssertQuiet();
    }

    [Fact]
    public async Task Keys_find_places_and_things_to_do_and_a_lost_connection_is_said_without_hiding_the_page()
    {
        await using var at = await OpenAsync(ColorScheme.Light);
        var page = at.Page;
        await at.GoAsync(At("opt-outs"));
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog[data-keys] kbd").First).ToBeVisibleAsync();
        await CheckAsync(page, "keys", ColorScheme.Light);
        await page.Keyboard.PressAsync("Escape");
        // In one call: two keys of a pair come within a second, however slow the way to the browser is.
        await page.EvaluateAsync("() => { for (const key of ['g', 'l']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); }");
        await page.ArriveAsync("/ledger$");
        await Assertions.Expect(page.Locator("#area")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator(".palette li").First).ToContainTextAsync("Recent");
        await CheckAsync(page, "palette", ColorScheme.Light);
        await page.Keyboard.TypeAsync("baa new");
        await Assertions.Expect(page.Locator(".palette li")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dialog[open] #party")).ToBeVisibleAsync();
        await page.ArriveAsync("/agreements$");
        await page.Keyboard.PressAsync("Escape");

        // As Blazor's own script tells it: first trying, then lost for good.
        await TellAsync(page, "show", "components-reconnect-show");
        await Assertions.Expect(page.GetByText("Connecting to the server again")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("() => document.getElementById('components-reconnect-modal').matches(':modal')"));
        await TellAsync(page, "rejected", "components-reconnect-rejected");
        await Assertions.Expect(page.GetByText("copy what you typed since")).ToBeVisibleAsync();
        Assert.False(await page.EvaluateAsync<bool>("() => document.getElementById('components-reconnect-modal').matches(':modal')"));
        await CheckAsync(page, "connection-lost", ColorScheme.Light);
        at.AssertQuiet();
    }

    [Fact]
    public async Task An_officer_keeps_a_patients_certificate_by_clicks()
    {
        await using var at = await OpenAsync(ColorScheme.Light);
        var page = at.Page;
        var organisation = await office.Installation.OpenOrganisationAsync("Green Valley Clinic", TestContext.Current.CancellationToken);
        var patient = await organisation.FindPatientAsync("p11", TestContext.Current.CancellationToken);
        await organisation.Context.Consent.RestrictAsync(patient, Sealpost.Consent.RestrictionKinds.Address, "zoe@example.com", "u-test", TestContext.Current.CancellationToken);
        using var authority = new Delivery.Smime.SmimeAuthority(TimeProvider.System.GetUtcNow());
        using var certificate = authority.SelfSigned("zoe@example.com");
        await at.GoAsync(At($"patients/{patient.Value}"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Show certificates" }).ClickAsync();
        await at.ChooseAsync("#certificate", new FilePayload { Name = "zoe.pem", MimeType = "application/x-pem-file", Buffer = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and add" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No root that this organisation trusts").First).ToBeVisibleAsync();
        await page.GetByText("No authority that you trust stands behind it").ClickAsync();
        await page.FillAsync("#fingerprint", certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256));
        await page.FillAsync("#confirmed-by", "Dana Okafor");
        await page.FillAsync("#confirmed-how", "in person");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and add" }).ClickAsync();
        await Assertions.Expect(page.GetByText("fingerprint confirmed by Dana Okafor: in person")).ToBeVisibleAsync();
        await CheckAsync(page, "certificate", ColorScheme.Light);
        await page.SetViewportSizeAsync(390, 844);
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 390, "The page is wider than a phone.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove certificate 1" }).ClickAsync();
        await Assertions.Expect(page.GetByText("fingerprint confirmed by Dana Okafor: in person")).ToHaveCountAsync(0);
        at.AssertQuiet();
    }

    private static Task TellAsync(IPage page, string state, string shown) => page.EvaluateAsync(
        "([state, shown]) => { const dialog = document.getElementById('components-reconnect-modal'); dialog.className = 'reconnect ' + shown; dialog.dispatchEvent(new CustomEvent('components-reconnect-state-changed', { detail: { state } })); }",
        new[] { state, shown });

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_compliance_page_reads_well_on_desk_and_phone_in_both_themes(ColorScheme scheme)
    {
        await using var at = await OpenAsync(scheme);
        foreach (var place in Places)
        {
            await at.GoAsync(At(place));
            await CheckAsync(at.Page, place, scheme);
            await at.Page.SetViewportSizeAsync(390, 844);
            Assert.True(await at.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 390, $"{place} is wider than a phone");
            await ShootAsync(at.Page, place, scheme, 390);
            await at.Page.SetViewportSizeAsync(1440, 900);
        }

        at.AssertQuiet();
    }

    private string At(string place) => $"/o/{office.Number}/{place}";

    private static async Task ShootAsync(IPage page, string name, ColorScheme scheme, int width)
    {
        if (Folder is { } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(folder, $"{name}-{width}-{scheme}.png".ToLowerInvariant()) });
    }

    private static async Task CheckAsync(IPage page, string name, ColorScheme scheme)
    {
        await ShootAsync(page, name, scheme, 1440);
        AtBrowser.AssertNone([.. (await PageCheck.AxeAsync(page, scheme)).Select(found => $"{name}: {found}")]);
    }

    private async Task<AtBrowser> OpenAsync(ColorScheme scheme)
    {
        await office.StartedAsync();
        var at = await AtBrowser.OpenAsync(chromium, office.Url, scheme: scheme);
        await at.EnterAsync(await office.LinkAsync());
        return at;
    }
}
