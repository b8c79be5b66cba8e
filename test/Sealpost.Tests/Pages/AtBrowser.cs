using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Sealpost.Tests.Pages;

/// <summary>
/// A person at a browser, with a passkey of their own. Whatever goes wrong unseen is kept as a fault: errors of scripts, what our policy
/// stopped, a request to another host, an answer of 500 and above. <see cref="AssertQuiet"/> fails the test by them.
/// </summary>
internal sealed class AtBrowser : IAsyncDisposable
{
    /// <summary>A busy machine's time.</summary>
    public const int PatienceMilliseconds = 90_000;

    // Tells of what a policy stopped in the page itself, frames included, besides the report that goes to the server.
    private const string WatchPolicy = "addEventListener('securitypolicyviolation', e => console.error('policy stopped ' + e.violatedDirective + ' ' + e.blockedURI));";

    private readonly ConcurrentQueue<string> _faults = [];

    private AtBrowser(IBrowserContext context, IPage page, string url) => (Context, Page, Url) = (context, page, url);

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    /// <summary>Where the server is, without a slash at the end.</summary>
    public string Url { get; }

    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Statuses of answers that are no fault now, nor is their complaint in the console. Default: none.</summary>
    public IReadOnlyList<int> Expected { get; set; } = [];

    /// <summary>Other servers that the person is led to on purpose. Default: none.</summary>
    public IReadOnlyList<string> Guests { get; set; } = [];

    public static async Task<AtBrowser> OpenAsync(Chromium chromium, string url, int width = 1440, ColorScheme scheme = ColorScheme.Light, bool script = true)
    {
        var browser = await chromium.BrowserAsync();
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = scheme, JavaScriptEnabled = script, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(PatienceMilliseconds);
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        await context.AddInitScriptAsync(WatchPolicy);
        var page = await context.NewPageAsync();
        var person = new AtBrowser(context, page, url);
        person.Listen();
        await person.AddAuthenticatorAsync();
        return person;
    }

    /// <summary>Opens a page of ours and waits until it is read.</summary>
    public async Task<IResponse?> GoAsync(string path)
    {
        var response = await Page.GotoAsync(Url + path);
        await ReadyAsync();
        return response;
    }

    /// <summary>Comes in by a link that signs in once, and waits until the page behind it is read: one that is left before would break off what it loads.</summary>
    public async Task EnterAsync(string path)
    {
        await Page.GotoAsync(Url + path);
        await Page.LeaveAsync("/welcome/");
        await ReadyAsync();
    }

    /// <summary>Waits until the page shows its heading, no skeleton, and runs nothing. Pages with a circuit have no heading before it (nothing is prerendered), so what is shown also answers.</summary>
    public Task ReadyAsync() => Page.WaitForFunctionAsync(
        "() => document.readyState === 'complete' && !!document.querySelector('main h1, main h2, .plain h1, body > h1') && !document.querySelector('main .skeleton') && !document.querySelector('main [aria-busy=true]')");

    /// <summary>Takes an invitation with a new passkey, keeps the recovery codes and goes on to where the person belongs.</summary>
    public async Task JoinAsync(string welcomePath, string? name = null, string? email = null)
    {
        await GoAsync(welcomePath);
        if (name is not null)
        {
            await Page.FillAsync("#name", name);
            await Page.FillAsync("#email", email!);
        }

        await Page.ClickAsync("[data-passkey-button]");
        await Assertions.Expect(Page.Locator(".codes li").First).ToBeVisibleAsync();
        await Link("I have kept them. Go on").ClickAsync();
        await Page.LeaveAsync("/welcome/|/organisations$");
        await ReadyAsync();
    }

    /// <summary>Chooses files. The chooser listens once the page was told so, after it is shown: what is chosen before is never heard of.</summary>
    public async Task ChooseAsync(string chooser, params IReadOnlyList<FilePayload> files)
    {
        await Page.WaitForFunctionAsync("chooser => '_blazorInputFileNextFileId' in (document.querySelector(chooser) ?? {})", chooser);
        await Page.SetInputFilesAsync(chooser, files);
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name });

    /// <summary>Fails where anything went wrong unseen so far.</summary>
    public void AssertQuiet() => AssertNone(_faults);

    /// <summary>Fails with every finding in full.</summary>
    public static void AssertNone(IReadOnlyCollection<string> found) => Assert.True(found.Count == 0, string.Join('\n', found));

    /// <summary>Closes the pages. Chromium may leave the question unanswered where one of them is just going away: the browser takes what is left with it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Context.CloseAsync().WaitAsync(TimeSpan.FromMilliseconds(PatienceMilliseconds));
        }
        catch (TimeoutException)
        {
            // What the test found counts.
        }
    }

    private void Listen()
    {
        Context.Request += (_, request) =>
        {
            if (Uri.TryCreate(request.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "ws" or "wss" && url.GetLeftPart(UriPartial.Authority) is var server && server != Url && !Guests.Contains(server))
                _faults.Enqueue("a request to another host: " + url.Host);
        };
        Context.Response += (_, response) =>
        {
            if (response.Status >= 500 || (response.Status == 404 && !Expected.Contains(404)))
                _faults.Enqueue($"{response.Status} at {PathOf(response.Url)}");
        };
        Context.Console += (_, message) =>
        {
            if (message.Type == "error" && !Expected.Any(status => message.Text.Contains($"a status of {status}", StringComparison.Ordinal)))
                _faults.Enqueue($"console at {PathOf(message.Page?.Url)}: {message.Text}");
        };
        Context.WebError += (_, error) => _faults.Enqueue("script: " + error.Error);
    }

    private static string PathOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.PathAndQuery : "";

    private async Task AddAuthenticatorAsync()
    {
        var devtools = await Context.NewCDPSessionAsync(Page);
        await devtools.SendAsync("WebAuthn.enable");
        var authenticator = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true };
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object> { ["options"] = JsonSerializer.SerializeToElement(authenticator) });
    }
}
