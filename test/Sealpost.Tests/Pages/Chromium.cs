using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Sealpost.Tests.Pages.Chromium))]

namespace Sealpost.Tests.Pages;

/// <summary>One Chromium for every test that looks at pages; started by the first that needs it.</summary>
public sealed class Chromium : IAsyncDisposable
{
    public const string Program = "/usr/bin/chromium";

    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser; skips the test where there is none, or fails it under SEALPOST_FULL=1.</summary>
    internal async Task<IBrowser> BrowserAsync()
    {
        TestData.RequirePart(File.Exists(Program), $"Chromium ({Program})");
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = ["--no-sandbox"], Timeout = AtBrowser.PatienceMilliseconds });
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
    }
}
