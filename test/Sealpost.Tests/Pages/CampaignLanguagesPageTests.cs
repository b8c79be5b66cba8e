using Microsoft.Playwright;
using Sealpost.Campaigns;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;
using Sealpost.People;

namespace Sealpost.Tests.Pages;

/// <summary>A template in two languages taken into a campaign: whoever writes there sees all that is sent.</summary>
[Collection(nameof(DemoPages))] // One at a time: others compare the store before and after.
public sealed class CampaignLanguagesPageTests(DemoPages demo, Chromium chromium)
{
    private static readonly MessageDraft Message = new()
    {
        Format = BodyFormat.Markdown,
        Fallback = new MessageVariant { Subject = "Flu shots", Body = "Come by June 2, {{ patient.given_name }}.", Text = "Come by June 2." },
        Variants = [new MessageVariant { Language = "es", Subject = "Vacunas contra la gripe", Body = "Venga antes del 2 de junio." }],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_template_brings_in_other_languages_and_as_plain_text_is_shown_edited_and_warned_of()
    {
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = robin.Page;
        var writer = (await demo.Clinic.People.ListAsync(Token)).First(one => one.Name == DemoPages.Robin);
        var library = new ContentLibrary(demo.Clinic.Context);
        await library.Templates.CreateAsync("flu-by-june", Message, writer, Token);
        var campaign = (await demo.Clinic.Campaigns.Drafts.StartAsync("flu-in-two-languages", writer, Token)).Id;
        await robin.GoAsync($"/o/{demo.Number}/campaigns/{campaign}/edit?step=message");
        await Assertions.Expect(page.GetByText("A preview shows here")).ToBeVisibleAsync();
        await page.FillAsync("#from", $"Green Valley Clinic <care@{demo.Clinic.Context.Organisation.Domain}>");
        await page.Locator("#from").BlurAsync();
        await page.SelectOptionAsync("#template", new SelectOptionValue { Label = "flu-by-june" });
        await Assertions.Expect(page.Locator("#subject")).ToHaveValueAsync("Flu shots");
        await Assertions.Expect(page.Locator("#text-part")).ToHaveValueAsync("Come by June 2.");
        await Assertions.Expect(Tab(page, "Spanish")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".preview-phone").ContentFrame.GetByText("Come by June 2,")).ToBeVisibleAsync();

        // The date is corrected in English, once in the text and once in its plain-text part.
        await WriteAsync(page, "Come by June 9, {{ patient.given_name }}.");
        await Assertions.Expect(page.Locator(".preview-phone").ContentFrame.GetByText("Come by June 9,")).ToBeVisibleAsync();
        await page.FillAsync("#text-part", "Come by June 9.");
        await page.Locator("#text-part").BlurAsync();
        var warning = page.GetByText("but not its text in Spanish");
        await Assertions.Expect(warning).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#template option:checked")).ToHaveTextAsync("Choose one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Text", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".preview-text")).ToContainTextAsync("Come by June 9."); // No newer preview comes in the midst of the look.
        await page.GetByRole(AriaRole.Button, new() { Name = "Light", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".preview-phone").ContentFrame.GetByText("Come by June 9,")).ToBeVisibleAsync();
        await robin.LookAsync("campaign-languages");
        await robin.Button("Open Spanish").ClickAsync();
        await Assertions.Expect(page.Locator(".cm-content")).ToContainTextAsync("2 de junio");
        await Assertions.Expect(page.Locator(".preview-phone").ContentFrame.GetByText("2 de junio")).ToBeVisibleAsync();
        await WriteAsync(page, "Venga antes del 9 de junio. {{ patient.shoe_size }}");
        await Assertions.Expect(page.GetByText("One problem")).ToBeVisibleAsync();
        await Assertions.Expect(warning).ToHaveCountAsync(0);
        await robin.LookAsync("campaign-languages-problem");

        // From the last step the problem leads to the text in which it stands.
        await StepAsync(robin, "Submit");
        await robin.Button("Message, Spanish").ClickAsync();
        await Assertions.Expect(Tab(page, "Spanish")).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(page.Locator(".cm-content")).ToContainTextAsync("shoe_size");
        await WriteAsync(page, "Venga antes del 9 de junio.");
        await StepAsync(robin, "Schedule"); // At once: what was typed last is saved on the way.
        var saved = await Eventually.FoundAsync(
            async () => (await demo.Clinic.Campaigns.Drafts.ReadAsync(campaign, writer, Token)).Draft is { Variants: [{ Body: "Venga antes del 9 de junio." }] } draft ? draft : null, "the Spanish text is saved", Token);
        Assert.Equal(("Come by June 9, {{ patient.given_name }}.", "Come by June 9.", null), (saved.Body, saved.Text, saved.ContentSource));

        await StepAsync(robin, "Message");
        await StepAsync(robin, "Message"); // Where one is already, nothing changes.
        await Tab(page, "Spanish").ClickAsync();
        await robin.Button("Remove Spanish").ClickAsync();
        await Assertions.Expect(Tab(page, "Spanish")).ToHaveCountAsync(0);
        await Eventually.TrueAsync(async () => (await demo.Clinic.Campaigns.Drafts.ReadAsync(campaign, writer, Token)).Draft.Variants.Count == 0, "the Spanish text is gone", Token);
        robin.AssertQuiet();
        Assert.Equal(0, demo.Served.PolicyReports);
    }

    [Fact]
    public async Task Fields_are_inserted_and_shown_for_what_they_tell_as_in_a_template()
    {
        await using var robin = await demo.OpenAsync(chromium, DemoPages.Robin);
        var page = robin.Page;
        var writer = (await demo.Clinic.People.ListAsync(Token)).First(one => one.Name == DemoPages.Robin);
        var campaign = (await demo.Clinic.Campaigns.Drafts.StartAsync("fields-in-a-campaign", writer, Token)).Id;
        await robin.GoAsync($"/o/{demo.Number}/campaigns/{campaign}/edit?step=message");
        await page.FillAsync("#subject", "A message from your clinic");
        await page.Locator(".cm-content").ClickAsync();
        await page.Keyboard.TypeAsync("Dear ");
        await robin.Button("Insert field").ClickAsync();
        await page.GetByLabel("Find a field").FillAsync("family_name");
        await page.Locator(".field-list button").Filter(new() { HasText = "family_name" }).First.ClickAsync(); // The list follows what is typed.
        await page.GetByText("Show health information").ClickAsync();
        await Assertions.Expect(page.Locator(".cm-content .lens-identifier")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("What this message tells of the patient")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Locator(".cm-content").ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync(" {% block hours %}");
        await Assertions.Expect(page.Locator(".findings").GetByText("go in when a campaign takes a template")).ToBeVisibleAsync();
        robin.AssertQuiet();
    }

    private static ILocator Tab(IPage page, string language) => page.GetByRole(AriaRole.Tab, new() { Name = language });

    private static async Task WriteAsync(IPage page, string text)
    {
        await page.Locator(".cm-content").ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.InsertTextAsync(text);
    }

    private static Task StepAsync(AtBrowser robin, string name) => robin.Page.GetByRole(AriaRole.Navigation, new() { Name = "Steps" }).GetByRole(AriaRole.Button).Filter(new() { HasText = name }).ClickAsync();
}
