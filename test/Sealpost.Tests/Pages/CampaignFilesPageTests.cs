using Microsoft.Playwright;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.People;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Campaigns.Attachments;

namespace Sealpost.Tests.Pages;

/// <summary>Files of a campaign by clicks and keys: added to the draft, taken out and back, opened by whoever reviews.</summary>
[Collection(nameof(DemoPages))] // One at a time: others compare the store before and after.
public sealed class CampaignFilesPageTests(DemoPages demo, Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_writer_adds_files_and_a_reviewer_opens_what_an_approval_would_sign()
    {
        await using var browser = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = browser.Page;
        var writer = (await demo.Clinic.People.ListAsync(Token)).First(one => (one.Roles & Roles.Marketer) != Roles.None && one.Name != DemoPages.Robin);
        var content = TestClinic.Content("papers-to-sign") with { From = $"Green Valley Clinic <care@{demo.Clinic.Context.Organisation.Domain}>" };
        var campaign = (await demo.Clinic.Desk().CreateAsync(content, writer, Token)).Id;
        await browser.GoAsync($"/o/{demo.Number}/campaigns/{campaign}/edit?step=message");
        var files = page.GetByRole(AriaRole.Group, new() { Name = "Files" });
        await Assertions.Expect(files.GetByText("No files. The message goes by mail")).ToBeVisibleAsync();

        await browser.ChooseAsync("#add-files", File("Guía.pdf", SampleFiles.Pdf), File("visit.ics", SampleFiles.Calendar), File("fake.png", SampleFiles.Pdf));
        await Assertions.Expect(files.GetByRole(AriaRole.Alert)).ToContainTextAsync("is a PDF by its content");
        await Assertions.Expect(files.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await Assertions.Expect(files.GetByText("Files are never mailed")).ToBeVisibleAsync();
        await browser.LookAsync("campaign-files");
        Assert.Equal(SampleFiles.Pdf, await SavedAsync(page, files.GetByRole(AriaRole.Link, new() { Name = "Guía.pdf" })));

        // By keyboard alone: the button is reached, and undo brings the file back.
        await files.GetByRole(AriaRole.Button, new() { Name = "Remove visit.ics" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(files.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(files.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);

        // A text typed before is not lost to the upload, nor the files to the text.
        await page.FillAsync("#subject", "Papers for your visit");
        await page.PressAsync("#subject", "Tab");
        await browser.ChooseAsync("#add-files", File("notes.txt", SampleFiles.Text));
        await Assertions.Expect(files.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(3);
        await page.Locator("#subject").BlurAsync();
        var draft = await Eventually.FoundAsync(
            async () => (await demo.Clinic.Campaigns.Drafts.ReadAsync(campaign, writer, Token)).Draft is { Subject: "Papers for your visit", Files.Count: 3 } saved ? saved : null, "the draft has text and files", Token);
        await Assertions.Expect(page.GetByText("Saved at")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = false }).First.ClickAsync();
        await browser.Button("Submit for approval").ClickAsync();
        await page.ArriveAsync($"/campaigns/{campaign}$");
        await browser.ReadyAsync();
        var panel = page.Locator("section.panel", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Files", Exact = true }) });
        await Assertions.Expect(panel.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(3);
        await Assertions.Expect(panel).ToContainTextAsync(draft.Files[0].Sha256);
        await Assertions.Expect(page.GetByText("files are never mailed: every patient")).ToBeVisibleAsync();
        await browser.LookAsync("campaign-files-review");
        Assert.Equal(SampleFiles.Calendar, await SavedAsync(page, panel.GetByRole(AriaRole.Link, new() { Name = "visit.ics" })));
        browser.AssertQuiet();
        Assert.Equal(0, demo.Served.PolicyReports);
    }

    [Fact]
    public async Task A_file_is_an_answer_that_can_run_nothing_and_another_organisations_does_not_exist()
    {
        await demo.StartedAsync();
        var writer = (await demo.Clinic.People.ListAsync(Token)).First(one => (one.Roles & Roles.Marketer) != Roles.None && one.Name != DemoPages.Robin);
        var campaign = (await demo.Clinic.Desk().CreateAsync(TestClinic.Content("papers-apart"), writer, Token)).Id;
        var file = await demo.Clinic.Campaigns.Files.AddAsync(campaign, "notes.txt", "<script>alert(1)</script>"u8.ToArray(), writer, Token);
        var path = Sealpost.App.Hosting.AttachmentRoutes.PathOf(demo.Number, campaign, file.Id);
        using var robin = demo.Ask(session: await demo.SessionAsync(DemoPages.Robin));
        using var answer = await robin.GetAsync(path, Token);
        Assert.Equal(("attachment", "text/plain", "utf-8"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentType.CharSet));
        Assert.Equal("default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox", string.Join("", answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", string.Join("", answer.Headers.GetValues("X-Content-Type-Options")));
        using var stranger = demo.Ask(session: await demo.SessionAsync(DemoPages.Stranger));
        foreach (var elsewhere in new[] { path, Sealpost.App.Hosting.AttachmentRoutes.PathOf(demo.NeighbourNumber, campaign, file.Id) })
        {
            using var none = await stranger.GetAsync(elsewhere, Token);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, none.StatusCode);
        }
    }

    private static FilePayload File(string name, byte[] content) => new() { Name = name, MimeType = "application/octet-stream", Buffer = content };

    private static async Task<byte[]> SavedAsync(IPage page, ILocator link)
    {
        var saved = await page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        await using var stream = await saved.CreateReadStreamAsync();
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Token);
        return content.ToArray();
    }
}
