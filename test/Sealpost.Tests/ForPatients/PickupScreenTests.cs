using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Sealpost.Tests.Campaigns.Attachments;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.ForPatients;

/// <summary>The page of a waiting message in a real browser: on phones of 360 and 320 pixels, in both themes and languages, by keyboard alone, without script, with passkeys, and as axe sees it.</summary>
[Collection(nameof(PickupClinic))]
public sealed partial class PickupScreenTests(PickupClinic clinic, Chromium chromium)
{
    [Theory]
    [InlineData("en", ColorScheme.Light, 360)]
    [InlineData("es", ColorScheme.Dark, 360)]
    [InlineData("es", ColorScheme.Light, 320)]
    [InlineData("en", ColorScheme.Dark, 320)]
    public async Task Every_state_fits_a_small_phone_and_axe_finds_nothing(string language, ColorScheme scheme, int width)
    {
        var patient = await clinic.TakeAsync();
        await using var phone = await PhoneAsync(width, scheme, script: true);
        var page = phone.Page;
        var path = clinic.PathOf(patient);
        Task See(string name) => SeeAsync(page, name, language, scheme, width);
        await page.GotoAsync($"{clinic.Url}{path}?lang={language}");
        await See("pickup-doorstep");
        await PressAsync(page, "begin");
        await See("pickup-door");
        await PressAsync(page, "send-code");
        await See("pickup-code-sent");
        await page.Locator("#code").FillAsync("12");
        await PressAsync(page, "code");
        await See("pickup-code-wrong");
        await BirthAsync(page, "1962");
        await PressAsync(page, "birth");
        await See("pickup-birth-wrong");
        await BirthAsync(page, "1961");
        await PressAsync(page, "birth");
        Assert.Contains("Dear Marisol", await MailAsync(page), StringComparison.Ordinal);
        await See("pickup-message");
        await page.TurnAsync(() => page.Locator("form[action*='/reply'] button").ClickAsync());
        await See("pickup-reply-empty");
        await page.Locator("#reply").FillAsync("Can I come on Monday?");
        await page.TurnAsync(() => page.Locator("form[action*='/reply'] button").ClickAsync());
        await See("pickup-replied");
        await page.TurnAsync(() => page.Locator(".links a").ClickAsync());
        Assert.Contains("Dear Marisol", await MailAsync(page), StringComparison.Ordinal);
        await PressAsync(page, "offer");
        await See("pickup-passkey-offer");
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync($"{clinic.Url}{path}?lang={language}");
        await PressAsync(page, "begin");
        await See("pickup-used");
        await PressAsync(page, "again");
        await See("pickup-renewed");
        await page.GotoAsync($"{clinic.Url}{await clinic.EndedPathAsync(patient)}?lang={language}");
        await PressAsync(page, "begin");
        await See("pickup-used-again");
        var ended = await clinic.TakeAsync();
        await page.GotoAsync($"{clinic.Url}{await clinic.EndedPathAsync(ended)}?lang={language}");
        await PressAsync(page, "begin");
        await See("pickup-ended");
        await page.GotoAsync($"{clinic.Url}{clinic.PathOf(ended)}?lang={language}");
        await PressAsync(page, "begin");
        for (var i = 0; i < 5; i++)
        {
            await BirthAsync(page, "1950");
            await PressAsync(page, "birth");
        }

        await See("pickup-locked");
        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_message_is_opened_and_answered_by_keyboard_alone_and_focus_is_always_seen()
    {
        var patient = await clinic.TakeAsync();
        await using var phone = await PhoneAsync(360, ColorScheme.Light, script: true);
        var page = phone.Page;
        await page.GotoAsync($"{clinic.Url}{clinic.PathOf(patient)}?lang=en");
        await EnterAsync(page, "button[value=begin]");
        await EnterAsync(page, "button[value=send-code]");

        // The page was asked for to type the code: that is where the keyboard is.
        await page.Locator("#code").WaitForAsync();
        await Assertions.Expect(page.Locator("#code")).ToBeFocusedAsync();
        Assert.Equal("one-time-code", await page.Locator("#code").GetAttributeAsync("autocomplete"));
        await page.Keyboard.TypeAsync(SixDigits().Match(clinic.Codes.TextsFor(patient.Phone)[^1]).Value);
        await page.TurnAsync(() => page.Keyboard.PressAsync("Enter"));
        Assert.Contains("Dear Marisol", await MailAsync(page), StringComparison.Ordinal);
        await TabToAsync(page, "#reply");
        await page.Keyboard.TypeAsync("Thank you, by keyboard.");
        await EnterAsync(page, "form[action*='/reply'] button");
        await Assertions.Expect(page.Locator(".note.good")).ToBeVisibleAsync();
        await EnterAsync(page, ".links a");
        Assert.Contains("Dear Marisol", await MailAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_takes_the_keyboard_to_itself_and_leads_to_its_field()
    {
        var patient = await clinic.TakeAsync();
        await using var phone = await PhoneAsync(360, ColorScheme.Light, script: true);
        var page = phone.Page;
        await page.GotoAsync($"{clinic.Url}{clinic.PathOf(patient)}?lang=en");
        await PressAsync(page, "begin");
        await PressAsync(page, "send-code");
        await page.Locator("#code").FillAsync("0");
        await PressAsync(page, "code");
        await Assertions.Expect(page.Locator(".summary")).ToBeFocusedAsync();
        Assert.StartsWith("Error: ", await page.TitleAsync(), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#code")).ToBeFocusedAsync();
        Assert.Equal("true", await page.Locator("#code").GetAttributeAsync("aria-invalid"));
        Assert.Contains("code-error", await page.Locator("#code").GetAttributeAsync("aria-describedby"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_but_passkeys_works_without_script()
    {
        var patient = await clinic.TakeAsync();
        await using var phone = await PhoneAsync(360, ColorScheme.Light, script: false);
        var page = phone.Page;
        await page.GotoAsync($"{clinic.Url}{clinic.PathOf(patient)}?lang=en");
        await PressAsync(page, "begin");
        await PressAsync(page, "send-code");
        await page.Locator("#code").FillAsync(SixDigits().Match(clinic.Codes.TextsFor(patient.Phone)[^1]).Value);
        await PressAsync(page, "code");
        await Assertions.Expect(page.GetByText("Dear Marisol").First).ToBeAttachedAsync();
        await PressAsync(page, "offer");
        await Assertions.Expect(page.GetByText("This browser makes no passkeys here.")).ToBeVisibleAsync();
        await page.TurnAsync(() => page.Locator(".links a").ClickAsync());
        await page.Locator("#reply").FillAsync("Without script.");
        await page.TurnAsync(() => page.Locator("form[action*='/reply'] button").ClickAsync());
        await Assertions.Expect(page.Locator(".note.good")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("en", ColorScheme.Light, 360)]
    [InlineData("es", ColorScheme.Dark, 320)]
    public async Task Files_are_saved_from_the_opened_message_by_keyboard_and_without_script(string language, ColorScheme scheme, int width)
    {
        var patient = await clinic.TakeWithFilesAsync();
        await using var phone = await PhoneAsync(width, scheme, script: true);
        var page = phone.Page;
        await page.GotoAsync($"{clinic.Url}{clinic.PathOf(patient)}?lang={language}");
        await PressAsync(page, "begin");
        Assert.Equal(0, await page.GetByText("visit.ics").CountAsync());
        await BirthAsync(page, "1961");
        await PressAsync(page, "birth");
        var list = page.GetByRole(AriaRole.List, new() { Name = language == "es" ? "Archivos" : "Files" });
        await Assertions.Expect(list.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(3);
        await Assertions.Expect(list.GetByRole(AriaRole.Listitem).Nth(1)).ToContainTextAsync(language == "es" ? "calendario, 1 KB" : "calendar, 1 KB");
        await SeeAsync(page, "pickup-files", language, scheme, width);
        Assert.Equal(SampleFiles.Pdf, await SavedAsync(page, PickupClinic.Leaflet, async () =>
        {
            await TabToAsync(page, ".files li:first-child button");
            await page.Keyboard.PressAsync("Enter");
        }));
        await Assertions.Expect(list).ToBeVisibleAsync(); // The message stays.

        await using var plain = await PhoneAsync(width, scheme, script: false);
        await plain.Page.Context.AddCookiesAsync([.. (await page.Context.CookiesAsync()).Select(cookie => new Microsoft.Playwright.Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, Secure = true, HttpOnly = true, SameSite = SameSiteAttribute.Strict })]);
        await plain.Page.GotoAsync($"{clinic.Url}{clinic.PathOf(patient)}?lang={language}");
        Assert.Equal(SampleFiles.Calendar, await SavedAsync(plain.Page, "visit.ics", () => plain.Page.Locator("form[action*='/file'] button").Nth(1).ClickAsync()));

        await plain.Page.Context.ClearCookiesAsync();
        await plain.Page.TurnAsync(() => plain.Page.Locator("form[action*='/file'] button").First.ClickAsync());
        await Assertions.Expect(plain.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(language == "es" ? "Este archivo ya no está abierto" : "This file is not open any more");
        await page.Context.ClearCookiesAsync();
        await page.TurnAsync(() => page.Locator("form[action*='/file'] button").First.ClickAsync());
        await Assertions.Expect(page.Locator(".note")).ToBeVisibleAsync();
        await SeeAsync(page, "pickup-file-over", language, scheme, width);
        await PressAsync(page, "begin");
        await Assertions.Expect(page.Locator("button[value=again]")).ToBeVisibleAsync();
        phone.AssertQuiet();
    }

    private static async Task<byte[]> SavedAsync(IPage page, string name, Func<Task> act)
    {
        var saved = await page.RunAndWaitForDownloadAsync(act);
        Assert.Equal(name, saved.SuggestedFilename);
        await using var stream = await saved.CreateReadStreamAsync();
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, TestContext.Current.CancellationToken);
        return content.ToArray();
    }

    [Fact]
    public async Task A_passkey_made_after_a_code_opens_the_next_link_and_nobody_elses_message()
    {
        var (patient, other) = (await clinic.TakeAsync(), await clinic.TakeAsync());
        var site = clinic.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal); // A bare address has no passkeys.
        await using var phone = await PhoneAsync(360, ColorScheme.Light, script: true, site);
        var page = phone.Page;
        await page.GotoAsync($"{site}{clinic.PathOf(patient)}?lang=en");
        await PressAsync(page, "begin");
        Assert.Equal(0, await page.Locator("form[data-passkey]").CountAsync());
        await PressAsync(page, "send-code");
        await page.Locator("#code").FillAsync(SixDigits().Match(clinic.Codes.TextsFor(patient.Phone)[^1]).Value);
        await PressAsync(page, "code");
        await PressAsync(page, "offer");
        await Assertions.Expect(page.Locator("form[data-passkey]")).ToBeVisibleAsync();
        Assert.DoesNotContain("Marisol", await page.ContentAsync(), StringComparison.Ordinal);
        await page.TurnAsync(() => page.Locator("form[data-passkey] button").ClickAsync());
        await Assertions.Expect(page.GetByText("Your passkey is kept.")).ToBeVisibleAsync();
        await SeeAsync(page, "pickup-passkey-made", "en", ColorScheme.Light, 360);

        await clinic.PostAsync(clinic.PathOf(patient), ("act", "again"));
        await page.GotoAsync($"{site}{clinic.PathOf(patient)}?lang=en");
        await PressAsync(page, "begin");
        await Assertions.Expect(page.Locator("form[data-passkey]")).ToBeVisibleAsync();
        await SeeAsync(page, "pickup-passkey-door", "en", ColorScheme.Light, 360);

        // A lock against guesses is none against the patient's own passkey.
        for (var i = 0; i < 5; i++)
            await clinic.PostAsync(clinic.PathOf(patient), ("act", "birth"), ("month", "4"), ("day", "27"), ("year", "1950"), ("zip", "02139"));
        await page.GotoAsync($"{site}{clinic.PathOf(patient)}?lang=en");
        await PressAsync(page, "begin");
        await Assertions.Expect(page.Locator(".note", new PageLocatorOptions { HasText = "locked until tomorrow" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("form[data-passkey]")).ToBeVisibleAsync();
        Assert.Equal("[]", JsonDocument.Parse((await page.Locator("form[data-passkey]").GetAttributeAsync("data-options"))!).RootElement.GetProperty("allowCredentials").GetRawText());
        var form = await SubmittedAsync(page, "form[data-passkey] button");
        var path = clinic.PathOf(patient) + "?lang=en";
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(clinic.Url + path, form)).Status); // Signed for another origin.
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(site + path, Altered(form))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(site + clinic.PathOf(other), form)).Status);
        var (status, text) = await SubmitAsync(site + path, form);
        Assert.True(status == HttpStatusCode.OK, text);
        Assert.Contains("Dear Marisol", text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"offer\"", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await SubmitAsync(site + path, form)).Status); // It counts once.

        // Another patient's page offers none.
        await page.GotoAsync($"{site}{clinic.PathOf(other)}?lang=en");
        await PressAsync(page, "begin");
        Assert.Equal(0, await page.Locator("form[data-passkey]").CountAsync());
        phone.AssertQuiet();
    }

    /// <summary>A refused factor and a form with mistakes are answered by a page, with the status that they are.</summary>
    private async Task<AtBrowser> PhoneAsync(int width, ColorScheme scheme, bool script, string? site = null)
    {
        var phone = await AtBrowser.OpenAsync(chromium, site ?? clinic.Url, width, scheme, script);
        phone.Expected = [403, 422];
        return phone;
    }

    /// <summary>What a form would send, held back on its way.</summary>
    private static async Task<string> SubmittedAsync(IPage page, string button)
    {
        var held = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync("**/m/**", async route =>
        {
            var sent = route.Request.PostData ?? "";
            await route.AbortAsync(); // First: an open route goes on its way when it is let go.
            held.TrySetResult(sent);
        });
        await page.Locator(button).ClickAsync();
        var form = await held.Task.WaitAsync(TimeSpan.FromMilliseconds(AtBrowser.PatienceMilliseconds), TestContext.Current.CancellationToken);
        await page.UnrouteAllAsync();
        return form;
    }

    private async Task<(HttpStatusCode Status, string Text)> SubmitAsync(string url, string form)
    {
        using var content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await clinic.Http.PostAsync(new Uri(url), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The same with another signature.</summary>
    private static string Altered(string form)
    {
        var at = form.IndexOf("signature%22%3A%22", StringComparison.Ordinal) + 60;
        Assert.True(at > 60, "The form carries no signature.");
        return form[..at] + (form[at] == 'A' ? 'B' : 'A') + form[(at + 1)..];
    }

    private static Task PressAsync(IPage page, string act) => page.TurnAsync(() => page.Locator($"button[value={act}]").ClickAsync());

    private static async Task BirthAsync(IPage page, string year)
    {
        foreach (var (field, text) in new[] { ("month", "4"), ("day", "27"), ("year", year), ("zip", "02139") })
            await page.Locator("#" + field).FillAsync(text);
    }

    private static async Task<string> MailAsync(IPage page)
    {
        await page.Locator(".mail").WaitForAsync();
        return await page.Locator(".mail").EvaluateAsync<string>("e => e.shadowRoot.textContent");
    }

    private static async Task EnterAsync(IPage page, string selector)
    {
        await TabToAsync(page, selector);
        await page.TurnAsync(() => page.Keyboard.PressAsync("Enter"));
    }

    /// <summary>Presses Tab until an element has the focus; every stop on the way must show it.</summary>
    private static async Task TabToAsync(IPage page, string selector)
    {
        await page.Locator(selector).WaitForAsync();
        for (var presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.NotEqual("none", await page.EvaluateAsync<string>("() => { let e = document.activeElement; while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return getComputedStyle(e).outlineStyle; }"));
            if (await page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
                return;
        }

        Assert.Fail($"Tab never came to {selector}.");
    }

    private static async Task SeeAsync(IPage page, string name, string language, ColorScheme scheme, int width)
    {
        await PageCheck.PictureAsync(page, $"patient-{name}-{language}", scheme);
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, $"{name} is wider than {width} pixels");
        AtBrowser.AssertNone([.. (await PageCheck.AxeAsync(page, scheme)).Select(found => $"{name}: {found}")]);

        // WCAG 2.2, 2.5.8 asks for 24 pixels; a thumb asks for 44.
        var small = await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('button, a, input:not([type=hidden]), textarea, summary')].filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && !e.closest('.skip') && getComputedStyle(e).display !== 'inline' && r.height < 44; }).map(e => e.outerHTML.slice(0, 80))");
        Assert.Empty(small.Select(one => $"{name}: {one}"));
    }

    [GeneratedRegex(@"\b[0-9]{6}\b", RegexOptions.None, 1_000)]
    private static partial Regex SixDigits();
}
