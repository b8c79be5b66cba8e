using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Sealpost.Benchmarks.Pages;

/// <summary>What a person at a browser waits for, and what fifty of them cost: a real server in a process of its own, Debian's Chromium, patients imported.</summary>
internal sealed partial class PagesBench(TextWriter output, SealpostProgram program)
{
    private const int Circuits = 50;
    private const int Edits = 60;
    private const int Starts = 5;
    private const string Interactive = "() => !!document.querySelector('main h1') && !document.querySelector('main .skeleton')";

    // From a key's event in the browser to the new number on the page: over the circuit, through the operation, and drawn.
    private const string Edit = """
        age => new Promise(done => {
          const input = document.querySelector(".rule-fields input[aria-label='Age']"), figure = document.querySelector('[data-count]'), before = figure.innerText;
          const watch = new MutationObserver(() => { if (figure.innerText !== before && /[0-9]/.test(figure.innerText)) { watch.disconnect(); done(performance.now() - started); } });
          watch.observe(figure, { subtree: true, childList: true, characterData: true });
          const started = performance.now();
          input.value = age;
          input.dispatchEvent(new Event('input', { bubbles: true }));
        })
        """;

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        using var program = new SealpostProgram();
        await new PagesBench(output, program).MeasureAsync(patients, cancellationToken);
    }

    private async Task MeasureAsync(int patients, CancellationToken cancellationToken)
    {
        var welcome = Welcome().Match(await program.InitAsync(patients, cancellationToken)).Value;
        var listening = await program.ServeAsync(cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| with {patients:N0} patients | measured |\n|---|---:|"));
        await LineAsync("from the command to listening", string.Create(CultureInfo.InvariantCulture, $"{listening.TotalSeconds:N1} s"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
        await using var context = await browser.NewContextAsync();
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        await EnterAsync(context, page, welcome);
        await using var elsewhere = await browser.NewContextAsync();
        var home = await StartAnewAsync(await elsewhere.NewPageAsync(), page, cancellationToken);
        await LoadAsync(page, home);
        await CountAsync(page, home);
        await CrowdAsync(context, page, home);
        await LineAsync("load of the machine over the last minute, at the end", File.ReadAllText("/proc/loadavg").Split(' ')[0]);
    }

    private async Task EnterAsync(IBrowserContext context, IPage page, string welcome)
    {
        await AddAuthenticatorAsync(context, page);
        await page.GotoAsync(program.Url + welcome);
        await page.FillAsync("#name", "Ada Admin");
        await page.FillAsync("#email", "ada@clinic.example");
        await page.ClickAsync("[data-passkey-button]");
        await page.Locator(".codes li").First.WaitForAsync();
    }

    /// <summary>The first pages of a server that has just said that it listens, several times; the session outlives the server. Returns the address of the home page.</summary>
    private async Task<string> StartAnewAsync(IPage stranger, IPage page, CancellationToken cancellationToken)
    {
        var (plain, first, workplace) = (new List<double>(), new List<double>(), new List<double>());
        for (var start = 0; start < Starts; start++)
        {
            program.Kill();
            await program.ServeAsync(cancellationToken);
            plain.Add(await MillisecondsAsync(() => stranger.GotoAsync(Plain(start)), stranger, "() => !!document.querySelector('h1')"));
            first.Add(await MillisecondsAsync(() => stranger.GotoAsync(program.Url + "/sign-in"), stranger, "() => !!document.querySelector('[data-passkey-button]')"));
            workplace.Add(await MillisecondsAsync(() => page.GotoAsync(program.Url + "/organisations"), page, Interactive));
        }

        await LineAsync($"base: a page with nothing in it, at the same moment (median, largest of {Starts} starts)", Spread(plain));
        await LineAsync($"first page of all after a start, to a button that answers (median, largest of {Starts} starts)", Spread(first));
        await LineAsync($"first page of the workplace, circuit and all (median, largest of {Starts} starts)", Spread(workplace));
        return page.Url;
    }

    private static string Spread(List<double> taken) => $"{Shown(taken.Order().ElementAt(taken.Count / 2))}, {Shown(taken.Max())}";

    private async Task LoadAsync(IPage page, string home)
    {
        foreach (var (name, url) in new[] { ("home", home), ("people", home + "/people"), ("account", program.Url + "/account") })
            await LineAsync($"{name}, loaded anew (median, p95 of 20)", await ManyAsync(20, _ => MillisecondsAsync(() => page.GotoAsync(url), page, Interactive)));
    }

    /// <summary>The count beside a rule while its number is typed; every edit asks for another number of patients.</summary>
    private async Task CountAsync(IPage page, string home)
    {
        await page.GotoAsync(home + "/audiences/new");
        await page.ClickAsync("[data-do=add]");
        await page.ClickAsync(".rule-kinds button:has-text('Age')");
        await page.FillAsync(".rule-fields input[aria-label='Age']", "40");
        await page.ClickAsync(".rule-fields button[type=submit]");
        var first = Stopwatch.GetTimestamp();
        await page.Locator(".reach-figure").WaitForAsync();
        await LineAsync("first count of a rule, once the index is built or being built", string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(first).TotalSeconds:N1} s"));
        await page.Locator(".funnel").WaitForAsync();
        await page.ClickAsync("[data-do=edit]");
        await page.Locator(".rule-fields input[aria-label='Age']").WaitForAsync();
        await LineAsync($"audience count, from the key to the number on the page (median, p95 of {Edits})", await ManyAsync(Edits, i => page.EvaluateAsync<double>(Edit, $"{20 + (i * 17 % 60)}")));
    }

    private async Task CrowdAsync(IBrowserContext context, IPage page, string home)
    {
        await page.GotoAsync(home);
        await LineAsync("memory of the server with one circuit, the index built", $"{program.MemoryMebibytes} MiB");
        var pages = new List<IPage>();
        for (var i = 0; i < Circuits; i++)
        {
            var one = await context.NewPageAsync();
            await one.GotoAsync(home + (i % 2 == 0 ? "" : "/people"));
            await one.WaitForFunctionAsync(Interactive);
            pages.Add(one);
        }

        await LineAsync($"memory of the server with {Circuits} circuits more, all open", $"{program.MemoryMebibytes} MiB");
        await LineAsync("a page more beside them (median, p95 of 9)", await ManyAsync(9, _ => MillisecondsAsync(() => page.GotoAsync(home), page, Interactive)));
        foreach (var one in pages)
            await one.CloseAsync();
    }

    private static async Task<string> ManyAsync(int times, Func<int, Task<double>> run)
    {
        var taken = new List<double>(times);
        for (var i = 0; i < times; i++)
            taken.Add(await run(i));
        taken.Sort();
        return $"{Shown(taken[times / 2])}, {Shown(taken[times * 95 / 100])}";
    }

    private static string Plain(int number) => string.Create(CultureInfo.InvariantCulture, $"data:text/html,<!doctype html><title>{number}</title><h1>Nothing</h1>");

    private static string Shown(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:N0} ms");

    private static async Task<double> MillisecondsAsync(Func<Task> go, IPage page, string until)
    {
        var started = Stopwatch.GetTimestamp();
        await go();
        await page.WaitForFunctionAsync(until);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private Task LineAsync(string what, string measured) => output.WriteLineAsync($"| {what} | {measured} |");

    private static async Task AddAuthenticatorAsync(IBrowserContext context, IPage page)
    {
        var devtools = await context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        var authenticator = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true };
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object> { ["options"] = JsonSerializer.SerializeToElement(authenticator) });
    }

    [GeneratedRegex("/welcome/[A-Za-z0-9_-]+", RegexOptions.None, 1_000)]
    private static partial Regex Welcome();
}
