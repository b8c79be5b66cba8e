using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Sealpost.App.Demo;

namespace Sealpost.Tests.Pages;

/// <summary>Every page of the workplace, found by following its links, in a clinic at work and in an organisation that has nothing yet.</summary>
[Collection(nameof(DemoPages))] // One at a time: each compares the store before and after.
public sealed partial class EveryPageTests(DemoPages demo, Chromium chromium)
{
    /// <summary>Pages whose look changes with what they show.</summary>
    private const int LooksOfOnePage = 4;

    /// <summary>Reached signed out, by a link of one's own, or in the course of something: see <see cref="SignedOutPagesTests"/>.</summary>
    private static readonly string[] NotByLinks = ["/welcome/", "/sign-in", "/signed-out", "/problem"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_is_found_by_links_and_nothing_is_wrong_with_it()
    {
        await using var browser = await demo.OpenAsync(chromium, DemoPages.Robin);
        var before = await demo.Served.StoredAsync(Token);
        var patterns = PagePatterns(demo.Served);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();
        var met = new HashSet<string>(StringComparer.Ordinal);

        // Where one begins; then what no link may lead to: another organisation is added from the palette, a patient found by id. A draft is looked at
        // before the campaigns of other tests: it alone leads to where one writes.
        var draft = await demo.Clinic.Desk().GetAsync(DemoLibrary.Unfinished, Token);
        var queue = new Queue<string>([$"/o/{demo.Number}", $"/o/{demo.NeighbourNumber}", "/account", "/organisations", "/set-up", $"/o/{demo.Number}/patients/0", $"/o/{demo.Number}/campaigns/{draft.Id}"]);
        while (queue.TryDequeue(out var path))
        {
            if (!met.Add(path) || PatternOf(patterns, path) is not { } pattern || NotByLinks.Any(start => path.StartsWith(start, StringComparison.Ordinal)))
                continue;
            var key = path.StartsWith($"/o/{demo.NeighbourNumber}", StringComparison.Ordinal) ? "empty " + pattern : pattern;
            var looks = seen[key] = seen.GetValueOrDefault(key) + 1;
            if (looks > LooksOfOnePage)
                continue;
            await browser.GoAsync(path);
            wrong.AddRange((await PageCheck.FindAsync(browser, NameOf(key, looks), demo.Secrets)).Select(found => $"{path}: {found}"));
            if (PatternOf(patterns, new Uri(browser.Page.Url).AbsolutePath) is { } led && led != pattern)
                seen.TryAdd(led, 1); // Such as the page of a new import, which has a number of its own.
            foreach (var next in await LinksAsync(browser))
                queue.Enqueue(next);
        }

        wrong.AddRange(browser.Faults);
        wrong.AddRange(ServedPages.Changed(before, await demo.Served.StoredAsync(Token)));
        var missed = patterns.Where(pattern => !seen.ContainsKey(pattern) && !seen.ContainsKey("empty " + pattern) && pattern != "/" && !NotByLinks.Any(start => pattern.StartsWith(start, StringComparison.OrdinalIgnoreCase)));
        wrong.AddRange(missed.Select(pattern => $"{pattern}: no link leads there"));
        AtBrowser.AssertNone(wrong);
        Assert.Equal(0, demo.Served.PolicyReports);
    }

    /// <summary>Address patterns of the pages that the running application has.</summary>
    internal static IReadOnlyList<string> PagePatterns(ServedPages served) => [.. served.Endpoints
        .Where(endpoint => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
        .Distinct(StringComparer.Ordinal)];

    private static string? PatternOf(IReadOnlyList<string> patterns, string path) => patterns
        .OrderBy(pattern => pattern.Count(letter => letter == '{'))
        .FirstOrDefault(pattern => Fits(pattern, path));

    private static bool Fits(string pattern, string path)
    {
        var values = new RouteValueDictionary();
        if (!new TemplateMatcher(TemplateParser.Parse(pattern.TrimStart('/')), []).TryMatch(path, values))
            return false;
        return values.All(value => !pattern.Contains($"{{{value.Key}:", StringComparison.OrdinalIgnoreCase) || ((string)value.Value!).All(char.IsAsciiDigit) || pattern.Contains($"{{{value.Key}:guid", StringComparison.OrdinalIgnoreCase));
    }

    private static string NameOf(string pattern, int look) =>
        NoLetters().Replace(pattern.Replace("{Org:int}", "", StringComparison.OrdinalIgnoreCase).Replace("/o/", "", StringComparison.Ordinal), "-").Trim('-') is { Length: > 0 } name ? look == 1 ? name : $"{name}-{look}" : "home";

    private static async Task<IReadOnlyList<string>> LinksAsync(AtBrowser browser) => await browser.Page.EvaluateAsync<string[]>(
        "() => [...document.querySelectorAll('a[href]:not([download])')].filter(a => a.origin === location.origin && !a.pathname.startsWith('/api/')).map(a => a.pathname)");

    [GeneratedRegex("[^A-Za-z]+", RegexOptions.None, 1_000)]
    private static partial Regex NoLetters();
}
