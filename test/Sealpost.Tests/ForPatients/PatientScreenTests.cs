using Microsoft.Playwright;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.ForPatients;

/// <summary>Patient pages in a real browser: on a small phone, in both themes and languages, by keyboard alone, and as axe sees them.</summary>
[Collection(nameof(PatientClinic))]
public sealed class PatientScreenTests(PatientClinic clinic, Chromium chromium)
{
    [Theory]
    [InlineData("en", ColorScheme.Light)]
    [InlineData("en", ColorScheme.Dark)]
    [InlineData("es", ColorScheme.Light)]
    [InlineData("es", ColorScheme.Dark)]
    public async Task Every_page_fits_a_small_phone_and_axe_finds_nothing(string language, ColorScheme scheme)
    {
        var patient = await clinic.TakeAsync(language);
        await using var browser = await OpenAsync(360, scheme);
        var forms = await clinic.FormsPathAsync(patient);
        foreach (var (name, path) in new[]
        {
            ("unsubscribe", $"/u/{patient.Token}"), ("preferences", $"/p/{patient.Token}"), ("saved", $"/p/{patient.Token}?done=saved"), ("address", $"/p/{patient.Token}/address"), ("why", $"/p/{patient.Token}/why"),
            ("forms", forms), ("sign", forms + "/form/1"), ("unknown", "/u/broken"),
        })
        {
            await browser.Page.GotoAsync(clinic.Url + path);
            await CheckAsync(browser.Page, name, language, scheme);
        }

        await browser.Page.GotoAsync(clinic.Url + forms + "/form/1");
        await browser.Page.TurnAsync(() => browser.Page.Locator("button[type=submit]").ClickAsync());
        await CheckAsync(browser.Page, "sign-errors", language, scheme);
        await FillAsync(browser.Page);
        await browser.Page.TurnAsync(() => browser.Page.Locator("button[type=submit]").ClickAsync());
        await CheckAsync(browser.Page, "signed", language, scheme);
        await browser.Page.TurnAsync(() => browser.Page.Locator(".paperwork + p a").ClickAsync());
        await CheckAsync(browser.Page, "revoke", language, scheme);
        await browser.Page.GotoAsync(clinic.Url + $"/u/{patient.Token}");
        await browser.Page.TurnAsync(() => browser.Page.Locator("button").ClickAsync());
        await CheckAsync(browser.Page, "unsubscribed", language, scheme);
        browser.AssertQuiet();
    }

    [Fact]
    public async Task A_topic_is_switched_off_and_saved_by_keyboard_alone_and_focus_is_always_seen()
    {
        var patient = await clinic.TakeAsync();
        await using var browser = await OpenAsync(360, ColorScheme.Light);
        await browser.Page.GotoAsync(clinic.Url + $"/p/{patient.Token}");
        await TabToAsync(browser.Page, "topic-Fundraising");
        await browser.Page.Keyboard.PressAsync("Space");
        Assert.False(await browser.Page.Locator("#topic-Fundraising").IsCheckedAsync());
        await browser.Page.Keyboard.PressAsync("Enter");
        await browser.Page.ArriveAsync("done=saved");
        Assert.Equal("fundraising", Assert.Single((await clinic.StandingAsync(patient)).GetProperty("suppressions").EnumerateArray()).GetProperty("scope").GetString());
    }

    [Fact]
    public async Task A_form_is_signed_by_keyboard_alone()
    {
        var patient = await clinic.TakeAsync();
        await using var browser = await OpenAsync(360, ColorScheme.Light);
        await browser.Page.GotoAsync(clinic.Url + await clinic.FormsPathAsync(patient) + "/form/1");
        foreach (var (field, keys) in new[] { ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139"), ("name", "Marisol Okonkwo") })
        {
            await TabToAsync(browser.Page, field);
            await browser.Page.Keyboard.TypeAsync(keys);
        }

        foreach (var tick in new[] { "electronic", "read" })
        {
            await TabToAsync(browser.Page, tick);
            await browser.Page.Keyboard.PressAsync("Space");
        }

        await browser.Page.Keyboard.PressAsync("Enter");
        await browser.Page.Locator(".paperwork").Filter(new LocatorFilterOptions { HasText = "Signed electronically by" }).WaitForAsync();
        Assert.Equal(1, (await clinic.StandingAsync(patient)).GetProperty("authorizations").GetArrayLength());
    }

    [Fact]
    public async Task The_form_is_read_at_fourteen_points_on_paper_and_screen()
    {
        var patient = await clinic.TakeAsync();
        await using var browser = await OpenAsync(1280, ColorScheme.Light);
        await browser.Page.GotoAsync(clinic.Url + await clinic.FormsPathAsync(patient) + "/form/1");
        foreach (var media in new[] { Media.Screen, Media.Print })
        {
            await browser.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = media });

            // Cal. Civ. Code 56.11(a): no smaller than 14 points; a point is 4/3 CSS pixels.
            Assert.True(await browser.Page.EvaluateAsync<double>("() => Math.min(...[...document.querySelectorAll('.paperwork p, .paperwork h3')].map(e => parseFloat(getComputedStyle(e).fontSize)))") >= 14 * 4.0 / 3 - 0.01);
        }
    }

    private static async Task FillAsync(IPage page)
    {
        foreach (var (field, text) in new[] { ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139"), ("name", "Marisol Okonkwo") })
            await page.Locator("#" + field).FillAsync(text);
        await page.Locator("#electronic").CheckAsync();
        await page.Locator("#read").CheckAsync();
    }

    /// <summary>Presses Tab until an element has the focus; every stop on the way must show it.</summary>
    private static async Task TabToAsync(IPage page, string id)
    {
        for (var presses = 0; presses < 40; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.NotEqual("none", await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));
            if (await page.EvaluateAsync<string>("() => document.activeElement.id") == id)
                return;
        }

        Assert.Fail($"Tab never came to {id}.");
    }

    private static async Task CheckAsync(IPage page, string name, string language, ColorScheme scheme)
    {
        await PageCheck.PictureAsync(page, $"patient-{name}-{language}", scheme);
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 360, $"{name} is wider than 360 pixels");
        AtBrowser.AssertNone([.. (await PageCheck.AxeAsync(page, scheme)).Select(found => $"{name}: {found}")]);
        var small = await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('button, a, input:not([type=hidden])')].filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && !e.closest('.skip') && getComputedStyle(e).display !== 'inline' && r.height < 24; }).map(e => e.outerHTML.slice(0, 80))");
        Assert.Empty(small);
    }

    /// <summary>A broken link and a form with mistakes are answered by a page, with the status that they are.</summary>
    private async Task<AtBrowser> OpenAsync(int width, ColorScheme scheme)
    {
        var browser = await AtBrowser.OpenAsync(chromium, clinic.Url, width, scheme);
        browser.Expected = [404, 422];
        return browser;
    }
}
