using Microsoft.Playwright;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.Audiences;

/// <summary>The builder in a real browser: by clicks, by keys and by text, in both themes, and what each role sees.</summary>
[Collection(nameof(AudiencePageTests))]
public sealed class AudiencePageTests(AudienceClinic clinic, Chromium chromium)
{
    [Fact]
    public async Task A_rule_is_built_by_clicks_and_counts_what_the_operation_counts()
    {
        await using var browser = await OpenAsync(asMarketer: true);
        var page = await BuilderAsync(browser);
        await browser.AddCodeAsync("Condition", "44054006");
        await ShowsAsync(page, "condition in (snomed:44054006)");
        await browser.AddRuleAsync("Age");
        await page.FillAsync(".rule-fields input[aria-label=Age]", "40");
        await page.Keyboard.PressAsync("Enter");
        await ShowsAsync(page, "condition in (snomed:44054006) and age >= 40");
        await page.SelectOptionAsync(".rule-head select", "none");
        await ShowsAsync(page, "not (condition in (snomed:44054006) or age >= 40)");
        await page.ClickAsync("button[aria-label=Undo]");
        await page.ClickAsync("button[aria-label=Undo]");
        await ShowsAsync(page, "condition in (snomed:44054006) and age >= 40");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Draft kept"); // Nothing is written after the test.
    }

    [Fact]
    public async Task A_rule_is_written_as_text_and_the_tree_follows_and_a_mistake_is_placed()
    {
        await using var browser = await OpenAsync(asMarketer: false);
        var page = await BuilderAsync(browser);
        await TypeAsync(page, "age >= 50 and not encounter within 12 months");
        await ShowsAsync(page, "age >= 50 and not encounter within 12 months");
        await Assertions.Expect(page.Locator("[data-rule]")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("[data-rule='1']")).ToContainTextAsync("was seen in the last 12 months");
        await TypeAsync(page, "age >= fifty");
        await Assertions.Expect(page.Locator("[data-syntax]")).ToContainTextAsync("Column 8: Found \"fifty\" where");
        await Assertions.Expect(page.Locator("[data-rule]")).ToHaveCountAsync(3);
        await TypeAsync(page, "condition in (snomed:44054007)");
        await page.Locator("[data-warning] button:has-text('44054006')").ClickAsync();
        await ShowsAsync(page, "condition in (snomed:44054006)");
    }

    [Fact]
    public async Task The_tree_is_edited_by_keys_alone()
    {
        await using var browser = await OpenAsync(asMarketer: false);
        var page = await BuilderAsync(browser);
        await TypeAsync(page, "age >= 1 and age >= 2 and age >= 3");
        await ShowsAsync(page, "age >= 1 and age >= 2 and age >= 3");
        await page.Locator("[data-rule='0']").FocusAsync();
        await page.Keyboard.PressAsync("Alt+ArrowDown");
        await ShowsAsync(page, "age >= 2 and age >= 1 and age >= 3");
        await Assertions.Expect(page.Locator("[data-rule='1']")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("n");
        await ShowsAsync(page, "age >= 2 and not age >= 1 and age >= 3");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("d");
        await ShowsAsync(page, "age >= 2 and not age >= 1 and age >= 3 and age >= 3");
        await page.Keyboard.PressAsync("Delete");
        await ShowsAsync(page, "age >= 2 and not age >= 1 and age >= 3");
        await page.Locator("[data-rule='0']").FocusAsync();
        await page.Keyboard.PressAsync("g");
        await ShowsAsync(page, "(age >= 2 or not age >= 1) and age >= 3");
        await page.Locator("[data-rule='0']").FocusAsync();
        await page.Keyboard.PressAsync("Control+z");
        await ShowsAsync(page, "age >= 2 and not age >= 1 and age >= 3");
    }

    [Fact]
    public async Task What_was_written_outlives_the_page_and_is_saved_with_its_history()
    {
        await using var browser = await OpenAsync(asMarketer: true);
        var page = await BuilderAsync(browser);
        await TypeAsync(page, "age >= 64");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Draft kept");
        page = await BuilderAsync(browser);
        await ShowsAsync(page, "age >= 64");
        await Assertions.Expect(page.Locator(".note")).ToContainTextAsync("unsaved draft");
        await browser.SaveAudienceAsync("page: older than most");
        await Assertions.Expect(page).ToHaveTitleAsync("Audience · Sealpost");
        await TypeAsync(page, "age >= 65");
        await page.Keyboard.PressAsync("Control+s");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Version 2");
        await page.ClickAsync("button:has-text('History')");
        await page.ClickAsync(".versions button:has-text('What it changed')");
        await Assertions.Expect(page.GetByText("“aged 65 or older” instead of “aged 64 or older”.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".versions .diff-added")).ToHaveTextAsync("+ age >= 65");
        await browser.LookAsync("audience-history");
        await page.ClickAsync(".versions button:has-text('What it changed')");
        await Assertions.Expect(page.Locator(".versions .diff")).ToHaveCountAsync(0);
        await page.ClickAsync(".versions button:has-text('Restore')");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("Version 3");
        await ShowsAsync(page, "age >= 64");
        await browser.GoAsync(At("/audiences"));
        await page.ClickAsync("button[aria-label='Delete page: older than most']");
        await page.ClickAsync(".toast button:has-text('Undo')");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "page: older than most" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Compliance_sees_who_is_in_and_why_and_their_record_and_a_marketer_does_not()
    {
        await using (var marketer = await OpenAsync(asMarketer: true))
        {
            var builder = await BuilderAsync(marketer);
            await TypeAsync(builder, "age >= 30");
            await Assertions.Expect(builder.Locator(".reach-figure")).ToBeVisibleAsync();
            await Assertions.Expect(builder.GetByText("Show who is in")).ToHaveCountAsync(0);
            await Assertions.Expect(builder.Locator(".lead")).ToContainTextAsync("Draft kept"); // It is not kept behind the back of a test that begins without one.
            await builder.GotoAsync(clinic.Url + At("/patients/0"));
            await Assertions.Expect(builder.Locator(".note-danger")).ToContainTextAsync("needs the role");
        }

        await using var browser = await OpenAsync(asMarketer: false);
        var page = await BuilderAsync(browser);
        await TypeAsync(page, "age >= 31");
        await ShowsAsync(page, "age >= 31");
        var before = await clinic.ReadsAsync(clinic.Compliance);
        await page.ClickAsync("button:has-text('Show who is in')");
        await page.Locator(".who button:has-text('Why?')").First.ClickAsync();
        await Assertions.Expect(page.Locator(".why-yes")).ToContainTextAsync("Aged 31 or older");
        await page.Locator(".who a").First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Legal basis" })).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveTitleAsync("Patient · Sealpost");
        await page.ArriveAsync(@"/o/\d+/patients/\d+$");
        Assert.True(await clinic.ReadsAsync(clinic.Compliance) >= before + 28);
    }

    [Fact]
    public async Task Every_page_fits_and_axe_finds_nothing_serious()
    {
        await using var browser = await OpenAsync(asMarketer: false);
        var page = await BuilderAsync(browser);
        await browser.LookAsync("builder-new");
        await TypeAsync(page, "age >= 20 and (condition in (snomed:44054006, snomed:44054007) or state in (MA)) and not encounter within 3 months");
        await Assertions.Expect(page.Locator(".funnel")).ToBeVisibleAsync();
        await page.ClickAsync(".builder-figures button:has-text('State')");
        await browser.LookAsync("builder");
        await page.ClickAsync("[data-rule='1.0'] [data-do=edit]");
        await browser.LookAsync("builder-codes");
        await TypeAsync(page, "age >= 20 and ((");
        await Assertions.Expect(page.Locator("[data-syntax]")).ToBeVisibleAsync();
        await browser.LookAsync("builder-mistake");
        foreach (var (name, path, shows) in new[] { ("audiences", "/audiences", "h1"), ("patients", "/patients", ".patient-find"), ("patient", "/patients/0", ".record-chart") })
        {
            await browser.GoAsync(At(path));
            await Assertions.Expect(page.Locator(shows).First).ToBeVisibleAsync();
            await browser.LookAsync(name);
        }

        browser.AssertQuiet();
    }

    /// <summary>The text says so, and the count is what the operation counts for the person.</summary>
    private async Task ShowsAsync(IPage page, string query)
    {
        await Assertions.Expect(page.Locator(".cm-content")).ToHaveTextAsync(query);
        var person = await page.Locator(".side-foot").InnerTextAsync() is var name && name.Contains(clinic.Compliance.Name, StringComparison.Ordinal) ? clinic.Compliance : clinic.Marketer;
        await Assertions.Expect(page.Locator(".reach[aria-busy=false] .reach-figure")).ToHaveTextAsync(await clinic.CountAsync(query, person));
    }

    private static async Task TypeAsync(IPage page, string text)
    {
        await page.ClickAsync(".cm-content");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.InsertTextAsync(text);
        await page.Keyboard.PressAsync("Escape");
    }

    private string At(string path) => $"/o/{clinic.Organisation.Context.Organisation.Id.Value}{path}";

    private async Task<AtBrowser> OpenAsync(bool asMarketer)
    {
        await clinic.ReadyAsync();
        var person = asMarketer ? clinic.Marketer : clinic.Compliance;
        await clinic.Organisation.SavedAudiences.DropDraftAsync(0, clinic.Marketer, TestContext.Current.CancellationToken);
        var browser = await AtBrowser.OpenAsync(chromium, clinic.Url);
        await browser.EnterAsync(await clinic.LinkAsync(person));
        await Assertions.Expect(browser.Page.Locator(".side-foot")).ToContainTextAsync(person.Name);
        return browser;
    }

    private async Task<IPage> BuilderAsync(AtBrowser browser)
    {
        await browser.GoAsync(At("/audiences/new"));
        await Assertions.Expect(browser.Page.Locator(".cm-content")).ToBeVisibleAsync();
        return browser.Page;
    }
}
