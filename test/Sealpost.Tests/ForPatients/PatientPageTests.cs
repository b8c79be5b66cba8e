using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Sealpost.Tests.ForPatients;

/// <summary>Patient pages over HTTP, served by the real executable.</summary>
[Collection(nameof(PatientClinic))]
public sealed partial class PatientPageTests(PatientClinic clinic)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scanner_that_follows_every_link_changes_nothing_and_learns_nothing()
    {
        var patient = await clinic.TakeAsync();
        var before = await clinic.LedgerAsync();
        var seen = await CrawlAsync($"/u/{patient.Token}", $"/p/{patient.Token}");
        Assert.Contains(seen.Keys, path => path.StartsWith("/a/", StringComparison.Ordinal) && path.Contains("/form/", StringComparison.Ordinal));
        Assert.Contains(seen.Keys, path => path.Contains("/why", StringComparison.Ordinal));
        foreach (var (path, text) in seen.Select(page => (page.Key, RandomText.LeftOut(page.Value))))
            Assert.DoesNotContain(PatientClinic.Secrets, secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase) && !(secret == "Springfield" && text.Contains("1 Orchard Road", StringComparison.Ordinal)));
        Assert.Equal(before, await clinic.LedgerAsync());
        Assert.Equal(0, (await clinic.StandingAsync(patient)).GetProperty("suppressions").GetArrayLength());
    }

    [Fact]
    public async Task Every_answer_is_private_and_sets_no_cookie()
    {
        var patient = await clinic.TakeAsync();
        foreach (var path in new[] { $"/u/{patient.Token}", $"/p/{patient.Token}", $"/p/{patient.Token}/why", $"/p/{patient.Token}/address", await clinic.FormsPathAsync(patient) })
        {
            using var response = await clinic.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.False(response.Headers.Contains("Set-Cookie"), path);
            Assert.StartsWith("default-src 'none';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.True(response.Headers.CacheControl?.NoStore, path);
        }
    }

    [Theory]
    [InlineData("urlencoded")]
    [InlineData("multipart")]
    [InlineData("empty")]
    public async Task One_click_stops_marketing_without_redirect_cookie_or_page(string body)
    {
        var patient = await clinic.TakeAsync();
        using HttpContent content = body switch
        {
            "urlencoded" => new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]),
            "multipart" => new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } },
            _ => new ByteArrayContent([]),
        };
        using var response = await clinic.Http.PostAsync($"/u/{patient.Token}", content, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Equal("marketing", Assert.Single((await clinic.StandingAsync(patient)).GetProperty("suppressions").EnumerateArray()).GetProperty("scope").GetString());
    }

    [Fact]
    public async Task A_link_that_was_altered_leads_nowhere()
    {
        var patient = await clinic.TakeAsync();
        var altered = patient.Token[..^3] + (patient.Token[^3] == 'A' ? 'B' : 'A') + patient.Token[^2..];
        foreach (var path in new[] { $"/u/{altered}", $"/p/{altered}", $"/p/{altered}/why", $"/p/{altered}/address", $"/a/{altered}", $"/a/{patient.Token}", $"/u/{(await clinic.FormsPathAsync(patient))[3..]}" })
        {
            using var response = await clinic.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await clinic.PostAsync(path)).Status);
        }
    }

    [Fact]
    public async Task HEAD_is_answered_as_GET_without_a_body()
    {
        var patient = await clinic.TakeAsync();
        using var response = await clinic.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/p/{patient.Token}"), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task A_page_speaks_the_language_of_the_patient_and_changes_by_a_visible_switch()
    {
        var patient = await clinic.TakeAsync("es");
        Assert.Contains("<html lang=\"es\">", await clinic.TextAsync($"/p/{patient.Token}"), StringComparison.Ordinal);
        var english = await clinic.TextAsync($"/p/{patient.Token}?lang=en");
        Assert.Contains("<html lang=\"en\">", english, StringComparison.Ordinal);
        Assert.Contains("hreflang=\"es\"", english, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_sends_languages_gets_a_page_even_for_a_broken_link()
    {
        await clinic.TakeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/u/broken");
        request.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue("es-MX"));
        using var response = await clinic.Http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("Este enlace no funciona", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_another_address_reaches_staff_and_changes_nothing_by_itself()
    {
        var patient = await clinic.TakeAsync();
        var (status, _) = await clinic.PostAsync($"/p/{patient.Token}/address", ("channel", "email"), ("where", "new@example.com"));
        Assert.Equal(HttpStatusCode.SeeOther, status);
        var requests = await clinic.Clinic.AskAsync(["request", "list", "--json"], Token);
        Assert.Contains("email: new@example.com", requests, StringComparison.Ordinal);
        Assert.Equal(0, (await clinic.StandingAsync(patient)).GetProperty("restrictions").GetArrayLength());
    }

    [Fact]
    public async Task A_new_address_that_is_none_is_asked_for_again_and_kept_in_the_field()
    {
        var patient = await clinic.TakeAsync();
        var (status, text) = await clinic.PostAsync($"/p/{patient.Token}/address", ("channel", "email"), ("where", "<script>alert(1)</script>"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("role=\"alert\"", text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_says_sender_basis_and_choice_and_names_the_condition_only_after_the_extra_question()
    {
        var patient = await clinic.TakeAsync();
        var page = await clinic.TextAsync($"/p/{patient.Token}/why");
        Assert.Contains("your own treatment or care", page, StringComparison.Ordinal);
        Assert.DoesNotContain("diabetes", page, StringComparison.OrdinalIgnoreCase);
        var (wrong, refused) = await clinic.PostAsync($"/p/{patient.Token}/why", ("month", "4"), ("day", "27"), ("year", "1962"), ("zip", "02139"));
        Assert.Equal(HttpStatusCode.Forbidden, wrong);
        Assert.DoesNotContain("diabetes", refused, StringComparison.OrdinalIgnoreCase);
        var (right, shown) = await clinic.PostAsync($"/p/{patient.Token}/why", ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139-4307"));
        Assert.Equal(HttpStatusCode.OK, right);
        Assert.Contains("Type 2 diabetes mellitus", shown, StringComparison.Ordinal);
    }

    /// <summary>Follows every link on every page, as a mail scanner would: GET and HEAD.</summary>
    private async Task<Dictionary<string, string>> CrawlAsync(params string[] from)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<string>(from);
        while (open.TryDequeue(out var path) && seen.Count < 120)
        {
            // Links that end are made anew on every page: one of a kind is enough.
            var kind = FormsToken().Replace(path, "/a/*");
            if (seen.Keys.Any(known => FormsToken().Replace(known, "/a/*") == kind))
                continue;
            using (await clinic.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Token))
            using (var response = await clinic.GetAsync(path))
                seen[path] = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Token));
            foreach (Match link in Link().Matches(seen[path]))
                open.Enqueue(link.Groups["path"].Value);
        }

        return seen;
    }

    [GeneratedRegex(@"(href|action)=""(?<path>/[^""#]+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Link();

    [GeneratedRegex("/a/[A-Za-z0-9_-]+", RegexOptions.None, 1_000)]
    private static partial Regex FormsToken();
}
