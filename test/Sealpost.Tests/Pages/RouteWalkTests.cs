using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sealpost.App.Api;
using Sealpost.People;

namespace Sealpost.Tests.Pages;

/// <summary>Every address that the running application answers, asked by those who have no business there. The addresses are the application's own list: a new one is walked from its first day.</summary>
[Collection(nameof(DemoPages))] // One at a time: each compares the store before and after.
public sealed partial class RouteWalkTests(DemoPages demo)
{
    /// <summary>What nobody needs to sign in for; each part guards itself.</summary>
    private static readonly string[] Open =
    [
        "/{area:regex(", "/u/", "/p/", "/a/", "/r/", "/m/", "/patient.css", // patients, by tokens of their own
        "/assets/", "/i/", "/csp-report", "/sign-in", "/sign-out", "/signed-out", "/welcome/", "/session", "/problem", "/healthz", "/health/live", "/health/ready", "/_framework/",
        "/api/openapi/", "/api/docs", // the description of the API, the same for everybody
    ];

    private const string Json = "application/json";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_is_let_in_without_signing_in()
    {
        await demo.StartedAsync();
        using var http = demo.Ask();
        var wrong = new List<string>();
        foreach (var endpoint in demo.Served.Endpoints)
        {
            var pattern = PatternOf(endpoint);
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            {
                if (!Open.Any(start => pattern.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
                    wrong.Add($"{pattern} is open to everybody and not on the list of what may be");
                continue;
            }

            foreach (var method in MethodsOf(endpoint))
            {
                using var response = await SendAsync(http, method, Fill(pattern, demo.Number));
                var led = response.StatusCode == HttpStatusCode.Redirect && response.Headers.Location!.OriginalString.Contains("/sign-in", StringComparison.Ordinal);
                if (response.StatusCode != HttpStatusCode.Unauthorized && !(led && !IsApi(pattern)))
                    wrong.Add($"{method} {pattern} answers nobody with {(int)response.StatusCode}");
            }
        }

        AtBrowser.AssertNone(wrong);
    }

    [Fact]
    public async Task Another_organisation_does_not_exist()
    {
        await demo.StartedAsync();
        var session = await demo.SessionAsync(DemoPages.Stranger);
        var before = await demo.Served.StoredAsync(Token);
        var wrong = new List<string>();
        foreach (var (method, pattern, type) in InOrganisation())
        {
            using var http = AskAsStranger(pattern, session);
            using var response = await SendAsync(http, method, Fill(pattern, demo.Number), type);
            if (response.StatusCode != HttpStatusCode.NotFound)
                wrong.Add($"{method} {pattern} answers with {(int)response.StatusCode}");
            using var nowhere = await SendAsync(http, method, Fill(pattern, 987_654), type);
            if (nowhere.StatusCode != response.StatusCode)
                wrong.Add($"{method} {pattern} tells another organisation from none");
        }

        AtBrowser.AssertNone(wrong);
        AtBrowser.AssertNone(ServedPages.Changed(before, await demo.Served.StoredAsync(Token)));
    }

    [Fact]
    public async Task Numbers_that_only_another_organisation_has_answer_404()
    {
        await demo.StartedAsync();
        var session = await demo.SessionAsync(DemoPages.Stranger);
        var wrong = new List<string>();
        foreach (var (method, pattern, type) in InOrganisation().Where(one => one.Pattern.Count(letter => letter == '{') > 1))
        {
            // The number 1 is the clinic's alone; 987654 is nobody's. A body that lacks something may be refused before anything is looked for.
            using var http = AskAsStranger(pattern, session);
            using var response = await SendAsync(http, method, Fill(pattern, demo.NeighbourNumber), type);
            using var nowhere = await SendAsync(http, method, Fill(pattern, demo.NeighbourNumber, "987654"), type);
            var said = await response.Content.ReadAsStringAsync(Token);
            if (response.StatusCode != HttpStatusCode.NotFound && !(method != "GET" && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity))
                wrong.Add($"{method} {pattern} answers with {(int)response.StatusCode}: {Head(said)}");
            if (nowhere.StatusCode != response.StatusCode || WithoutNumbers(said) != WithoutNumbers(await nowhere.Content.ReadAsStringAsync(Token)))
                wrong.Add($"{method} {pattern} tells what another organisation has from what nobody has: {Head(said)}");
        }

        AtBrowser.AssertNone(wrong);
    }

    [Fact]
    public async Task A_look_changes_nothing_and_every_answer_is_guarded()
    {
        await demo.StartedAsync();
        using var http = demo.Ask(session: await demo.SessionAsync(DemoPages.Robin));
        var before = await demo.Served.StoredAsync(Token);
        var wrong = new List<string>();
        foreach (var endpoint in demo.Served.Endpoints.Where(endpoint => MethodsOf(endpoint).Contains("GET", StringComparer.Ordinal)))
        {
            var pattern = PatternOf(endpoint);
            if (IsApi(pattern))
                continue;
            using var response = await SendAsync(http, "GET", Fill(pattern, demo.Number));
            if ((int)response.StatusCode >= 500)
                wrong.Add($"{pattern} answers with {(int)response.StatusCode}");
            var policy = response.Headers.TryGetValues("Content-Security-Policy", out var policies) ? string.Join(';', policies) : "";
            if (!policy.Contains("default-src 'none'", StringComparison.Ordinal) || ScriptSources().Match(policy) is { Success: true } scripts && scripts.Value.Contains("unsafe", StringComparison.Ordinal))
                wrong.Add($"{pattern} comes with the policy “{policy}”");
            if (!response.Headers.TryGetValues("X-Content-Type-Options", out _))
                wrong.Add($"{pattern} lets a browser guess what it is");
            if (response.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.FirstOrDefault(cookie => !cookie.Contains("secure", StringComparison.OrdinalIgnoreCase)) is { } clear)
                wrong.Add($"{pattern} sets a cookie that may travel in clear: {clear.Split('=')[0]}");
        }

        AtBrowser.AssertNone(wrong);
        AtBrowser.AssertNone(ServedPages.Changed(before, await demo.Served.StoredAsync(Token)));
    }

    [Fact]
    public async Task A_token_that_may_only_read_reads_whatever_its_person_may()
    {
        await demo.StartedAsync();
        var token = await demo.Clinic.Tokens.CreateAsync(DemoPages.Robin, new AccessTokenDraft("reader", TimeSpan.FromDays(1), ReadOnly: true), Actor.LocalOwner, Token);
        using var http = demo.Ask(token: token);
        var wrong = new List<string>();
        foreach (var (method, pattern, type) in InOrganisation().Where(one => one.Method == "GET" && IsApi(one.Pattern)))
        {
            using var response = await SendAsync(http, method, Fill(pattern, demo.Number), type);
            if (response.StatusCode == HttpStatusCode.Forbidden)
                wrong.Add($"{pattern}: {Head(await response.Content.ReadAsStringAsync(Token))}");
        }

        AtBrowser.AssertNone(wrong);
    }

    [Fact]
    public async Task A_form_that_another_site_sends_is_refused()
    {
        await demo.StartedAsync();
        using var http = demo.Ask(session: await demo.SessionAsync(DemoPages.Robin));
        var before = await demo.Served.StoredAsync(Token);
        var wrong = new List<string>();

        // Patients' pages know no session: their token in the address is the proof. RFC 8058 §3.1 wants the one-click POST to work from anywhere.
        foreach (var endpoint in demo.Served.Endpoints.Where(endpoint => MethodsOf(endpoint).Contains("POST", StringComparer.Ordinal)))
        {
            var pattern = PatternOf(endpoint);
            if (IsApi(pattern) || Open[..7].Append("/csp-report").Append("/sign-out").Any(start => pattern.StartsWith(start, StringComparison.Ordinal)))
                continue;
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("_handler", "demo"), KeyValuePair.Create("Name", "x")]);
            using var response = await http.PostAsync(Fill(pattern, demo.Number), form, Token);
            if ((int)response.StatusCode is < 400 or >= 500)
                wrong.Add($"{pattern} takes a form without proof: {(int)response.StatusCode}");
        }

        AtBrowser.AssertNone(wrong);
        AtBrowser.AssertNone(ServedPages.Changed(before, await demo.Served.StoredAsync(Token)));
    }

    private HttpClient AskAsStranger(string pattern, string session) => IsApi(pattern) ? demo.Ask(token: demo.StrangersToken) : demo.Ask(session: session);

    private IEnumerable<(string Method, string Pattern, string Type)> InOrganisation() =>
        from endpoint in demo.Served.Endpoints
        let pattern = PatternOf(endpoint)
        where pattern.Contains("{org", StringComparison.OrdinalIgnoreCase) && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
        from method in endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null ? MethodsOf(endpoint) : ["GET"]
        select (method, pattern, endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { ContentTypes: [var first, ..] } ? first : Json);

    private static string PatternOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 } methods ? methods.HttpMethods : ["GET"];

    private static bool IsApi(string pattern) => pattern.StartsWith(ApiRoutes.Root, StringComparison.OrdinalIgnoreCase);

    private static string Fill(string pattern, int organisation, string number = "1") => Parameter().Replace(pattern, part =>
        part.Value.StartsWith("{org", StringComparison.OrdinalIgnoreCase) ? organisation.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : part.Value.Contains(":guid", StringComparison.Ordinal) ? "7d9d1b4e-5f0e-4b6a-9b57-0f6f5a3f7c11" : number);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path, string type = Json)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PUT" or "PATCH")
            request.Content = new StringContent("{}", Encoding.UTF8, type);
        return await http.SendAsync(request, Token);
    }

    private static string WithoutNumbers(string text) => Variable().Replace(text, "");

    private static string Head(string text) => text[..Math.Min(200, text.Length)];

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, 1_000)]
    private static partial Regex Parameter();

    [GeneratedRegex("\"traceId\":\"[^\"]*\"|[0-9]+", RegexOptions.None, 1_000)]
    private static partial Regex Variable();

    [GeneratedRegex("script-src[^;]*", RegexOptions.None, 1_000)]
    private static partial Regex ScriptSources();
}
