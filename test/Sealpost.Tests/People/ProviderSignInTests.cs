using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.Pages;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.People;

/// <summary>Signing in at the organisation's own provider, in a real browser: there and back under our own policy, and everybody who is not let in.</summary>
public sealed class ProviderSignInTests(Chromium chromium) : IAsyncLifetime
{
    private const string ProviderName = "Green Valley staff login";

    private ServedFolder _served = null!;
    private FakeProvider _provider = null!;
    private string _workplace = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_was_invited_comes_to_the_workplace_with_script_and_without(bool script)
    {
        await using var maria = await OpenAsync(script);
        await SignInAsync(maria, _workplace);
        Assert.Contains(await maria.Context.CookiesAsync(), cookie => cookie.Name == SessionAuthentication.Cookie);
        Assert.DoesNotContain("prompt", _provider.Asked.Keys);
        maria.AssertQuiet();
        Assert.Equal(0, _served.Pages.PolicyReports);
    }

    [Theory]
    [InlineData("eve@elsewhere.example", true)]
    [InlineData("maria@clinic.example", false)]
    public async Task Whom_nobody_invited_or_whose_address_is_not_verified_is_refused(string email, bool isVerified)
    {
        (_provider.Email, _provider.IsVerified) = (email, isVerified);
        await using var browser = await OpenAsync();
        await AssertRefusedAsync(browser);
    }

    [Theory]
    [InlineData(Wrong.State)]
    [InlineData(Wrong.Nonce)]
    [InlineData(Wrong.Key)]
    [InlineData(Wrong.Audience)]
    public async Task An_answer_that_was_tampered_with_is_refused(Wrong wrong)
    {
        _provider.Wrong = wrong;
        await using var browser = await OpenAsync();
        await AssertRefusedAsync(browser);
    }

    [Fact]
    public async Task An_answer_to_one_browser_signs_no_other_in()
    {
        _provider.Keeps = true;
        await using var maria = await OpenAsync();
        await SignInAsync(maria, _provider.Url);
        await using var other = await OpenAsync();
        await other.Page.GotoAsync(_provider.Kept!);
        await AssertShowsRefusalAsync(other);
    }

    [Fact]
    public async Task Who_has_only_the_provider_signs_in_there_again_and_adds_a_passkey()
    {
        await using var maria = await OpenAsync();
        await SignInAsync(maria, _workplace);
        await maria.GoAsync("/account");
        await maria.Page.FillAsync("#passkey-name", "Work laptop");
        await maria.Button("Add a passkey").ClickAsync();
        await maria.Link($"{ProviderButton} again").ClickAsync();
        // The page before is ready too, and its address changes before it is left.
        await Assertions.Expect(maria.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = ProviderButton, Exact = true })).ToBeVisibleAsync();
        await maria.LookAsync("provider-again");
        await maria.Button(ProviderButton).ClickAsync();

        await maria.Link("Sign in").ClickAsync();
        await maria.Page.ArriveAsync("/account$");
        Assert.Equal(("login", "0"), (_provider.Asked["prompt"], _provider.Asked["max_age"]));
        await maria.ReadyAsync();
        await maria.Page.FillAsync("#passkey-name", "Work laptop");
        await maria.Button("Add a passkey").ClickAsync();
        await Assertions.Expect(maria.Page.GetByRole(AriaRole.Cell, new PageGetByRoleOptions { Name = "Work laptop", Exact = true })).ToBeVisibleAsync();
        maria.AssertQuiet();
        Assert.Equal(0, _served.Pages.PolicyReports);
    }

    [Fact]
    public async Task A_provider_that_lets_through_who_was_signed_in_before_proves_nothing()
    {
        _provider.Obeys = false;
        await using var maria = await OpenAsync();
        await maria.GoAsync("/sign-in/provider?to=/account&again=true");
        await maria.Button(ProviderButton).ClickAsync();
        await Assertions.Expect(maria.Page.GetByText("did not ask who you are")).ToBeVisibleAsync();
        Assert.DoesNotContain(await maria.Context.CookiesAsync(), cookie => cookie.Name == SessionAuthentication.Cookie);
    }

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync();
        _served = await ServedFolder.StartAsync();
        var installation = _served.Installation;
        var organisation = await _served.FoundAsync();
        _workplace = $"{_served.Url}/o/{organisation}";
        await _served.Pages.InviteAsync(organisation, "Maria Ortiz", "maria@clinic.example", Roles.Marketer, Token);
        await installation.People.ProviderSettings.SetAsync(ProviderSettings.Check(ProviderName, _provider.Url, FakeProvider.ClientId, FakeProvider.ClientSecret), Actor.LocalOwner, Token);
        await _served.Pages.Provider.LoadAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _served.DisposeAsync();
        await _provider.DisposeAsync();
    }

    private static string ProviderButton => "Sign in with " + ProviderName;

    private async Task<AtBrowser> OpenAsync(bool script = true)
    {
        var browser = await AtBrowser.OpenAsync(chromium, _served.Url, script: script);
        browser.Guests = [_provider.Url];
        return browser;
    }

    private async Task SignInAsync(AtBrowser browser, string until)
    {
        await browser.Page.GotoAsync(browser.Url + "/sign-in?to=" + new Uri(_workplace).AbsolutePath);
        await browser.Button(ProviderButton).ClickAsync();
        await browser.Page.ArriveAsync("^" + Regex.Escape(until));
    }

    private async Task AssertRefusedAsync(AtBrowser browser)
    {
        await SignInAsync(browser, browser.Url + "/sign-in?why=provider");
        await AssertShowsRefusalAsync(browser);
    }

    private static async Task AssertShowsRefusalAsync(AtBrowser browser)
    {
        await Assertions.Expect(browser.Page.GetByText("Your organisation's sign-in did not let you in here")).ToBeVisibleAsync();
        Assert.DoesNotContain(await browser.Context.CookiesAsync(), cookie => cookie.Name == SessionAuthentication.Cookie);
        browser.AssertQuiet();
    }
}
