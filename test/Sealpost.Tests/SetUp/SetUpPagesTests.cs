using System.Text;
using Microsoft.Playwright;
using Sealpost.App.Demo;
using Sealpost.Imports;
using Sealpost.Tests.Imports;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.SetUp;

/// <summary>From an empty folder to patients by clicks alone, in a real browser.</summary>
public sealed class SetUpPagesTests(Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_folder_is_set_up_by_clicks_left_and_taken_up_again()
    {
        await using var served = await ServedFolder.StartAsync();
        await using var screen = await AtBrowser.OpenAsync(chromium, served.Url);
        var page = screen.Page;
        await screen.GoAsync(await served.FirstPathAsync());
        await screen.LookAsync("welcome");
        await screen.JoinAsync(new Uri(page.Url).AbsolutePath, "Noor Haddad", "noor@clinic.example");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Whose mail is it?" })).ToBeVisibleAsync();
        await screen.LookAsync("setup-organisation");
        await screen.FoundAsync(address: "Orchard Road, Springfield");
        await Assertions.Expect(page.GetByText("must be a physical one")).ToBeVisibleAsync();
        await screen.FoundAsync();
        await screen.KeepKitAsync(() => screen.LookAsync("setup-kit"));

        // Left and taken up again: the home page says what is left.
        await screen.GoAsync("/");
        await Assertions.Expect(page.GetByText("4 things are left to set up")).ToBeVisibleAsync();
        await screen.LookAsync("setup-home");
        await page.GetByRole(AriaRole.Link, new() { Name = "Go on", Exact = true }).ClickAsync();
        await screen.FillRecordsAsync("not an address");
        await Assertions.Expect(page.Locator(".toast-warn")).ToContainTextAsync("write IP addresses");
        await screen.FillRecordsAsync();
        await Assertions.Expect(page.GetByText("v=spf1 ip4:192.0.2.10 -all").First).ToBeVisibleAsync();
        await screen.LookAsync("setup-domain");

        await screen.GoAsync("/o/1/set-up/people");
        await page.GetByText("I write campaigns myself").ClickAsync();
        await screen.InviteAsync("Ben Achterberg", "ben@clinic.example", "approver");
        await screen.DoneAsync(4);
        await screen.LookAsync("setup-people");
        screen.AssertQuiet();
    }

    [Fact]
    public async Task Files_are_handed_over_imported_trusted_and_taken_back_by_clicks()
    {
        await using var served = await ServedFolder.StartAsync();
        await using var screen = await served.FirstAdministratorAsync(chromium);
        var page = screen.Page;
        await screen.FoundAsync();
        await page.Locator(".steps").WaitForAsync();

        await screen.GoAsync("/o/1/imports");
        await Assertions.Expect(page.GetByText("No patients yet")).ToBeVisibleAsync();
        await screen.LookAsync("imports-empty");
        await page.GetByRole(AriaRole.Link, new() { Name = "Import patients" }).First.ClickAsync();
        var fhir = served.WriteFile("patients.ndjson", await SyntheticAsync(60) + "{\"resourceType\":\"Patient\"}\nnot json\n");
        await screen.HandOverAsync(fhir);
        await screen.LookAsync("imports-files");
        await screen.ImportFhirAsync("ehr");
        await screen.AttestAsync("ehr", "Our record system verifies email at check-in.");
        await Assertions.Expect(page.GetByText("trusted", new() { Exact = true })).ToBeVisibleAsync();
        await screen.LookAsync("imports-result");

        await screen.GoAsync("/o/1/imports/new");
        var csv = served.WriteFile("portal.csv", "MRN,First Name,Last Name,DOB,Email,Email Verified\nA1,Ada,Quill,4/27/1961,ada@example.com,Y\nA2,Ben,Rook,11/2/1970,nobody,N\n");
        await screen.HandOverAsync(csv);
        await Assertions.Expect(page.Locator("#means-0")).ToHaveValueAsync(nameof(ColumnMeaning.RecordNumber));
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        await Assertions.Expect(page.GetByText("URI of the record number")).ToBeVisibleAsync();
        await page.FillAsync("#csv-system", "http://clinic.example/mrn");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What would happen" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("no mailbox that can be mailed").First).ToBeVisibleAsync();
        await screen.LookAsync("imports-map");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Imported" })).ToBeVisibleAsync();

        await screen.GoAsync("/o/1/imports");
        await screen.LookAsync("imports-list");
        await screen.GoAsync("/o/1/imports/2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it back" }).First.ClickAsync();
        await page.Locator("dialog[open] .button-danger").ClickAsync();
        await Assertions.Expect(page.GetByText("2 patients removed")).ToBeVisibleAsync();
        await screen.LookAsync("imports-undone");
        screen.AssertQuiet();
    }

    private static async Task<string> SyntheticAsync(int count)
    {
        using var text = new MemoryStream();
        await new SyntheticPatients(new SyntheticOptions { Count = count, Today = new DateOnly(2026, 11, 24) }).WriteAsync(text, SyntheticFeed.Clinic, Token);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
