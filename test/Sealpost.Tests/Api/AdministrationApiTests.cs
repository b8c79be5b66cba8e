using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sealpost.App.Hosting;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.Api;

/// <summary>Set-up, imports and administration over the API: the same operations, the same refusals, nobody else's organisation.</summary>
public sealed class AdministrationApiTests : IAsyncLifetime
{
    private ServedFolder _served = null!;
    private OpenOrganisation _clinic = null!;
    private HttpClient _administrator = null!;
    private HttpClient _marketer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _served = await ServedFolder.StartAsync();
        foreach (var (name, domain) in new[] { ("Green Valley Clinic", "mail.greenvalley.test"), ("Hill Dental", "mail.hill.test") })
            await _served.Installation.Organisations.AddAsync(OrganisationDraft.Check(name, domain, "1 Orchard Road, Springfield, MA 01103", null, "UTC"), _served.Installation.KeySource, Actor.LocalOwner.Id, Token);
        _clinic = await _served.Installation.OpenOrganisationAsync("Green Valley Clinic", Token);
        _administrator = await ClientAsync("Noor", Roles.Administrator);
        _marketer = await ClientAsync("Maria", Roles.Marketer);
    }

    public async ValueTask DisposeAsync()
    {
        _administrator.Dispose();
        _marketer.Dispose();
        await _served.DisposeAsync();
    }

    [Fact]
    public async Task Files_are_handed_over_run_watched_and_taken_back()
    {
        var job = (await SendAsync(_administrator, HttpMethod.Post, "imports/jobs")).GetProperty("id").GetString();
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"resourceType":"Patient","id":"1","active":true,"name":[{"family":"Quill"}],"birthDate":"1961-04-27"}"""));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        file.Headers.Add(ImportRoutes.NameHeader, Uri.EscapeDataString("pätients.ndjson"));
        Assert.Equal("pätients.ndjson", (await SendAsync(_administrator, HttpMethod.Post, $"imports/jobs/{job}/files", file)).GetProperty("files")[0].GetProperty("name").GetString());
        await SendAsync(_administrator, HttpMethod.Post, $"imports/jobs/{job}/fhir", JsonContent.Create(new { source = "ehr" }));
        await _clinic.Imports.Find(job!, Actor.LocalOwner).EndedAsync(Token);
        var done = await SendAsync(_administrator, HttpMethod.Get, $"imports/jobs/{job}");
        Assert.Equal(("done", 1), (done.GetProperty("state").GetString(), done.GetProperty("result").GetProperty("resources").GetProperty("Patient").GetProperty("created").GetInt32()));
        var import = done.GetProperty("result").GetProperty("import").GetInt64();
        Assert.Equal(1, (await SendAsync(_administrator, HttpMethod.Get, $"imports/{import}")).GetProperty("result").GetProperty("patientsChanged").GetInt32());
        await SendAsync(_administrator, HttpMethod.Post, "address-sources/attest", JsonContent.Create(new { source = "ehr", attested = true, statement = "Verified at check-in." }));
        Assert.Equal(1, (await SendAsync(_administrator, HttpMethod.Post, $"imports/{import}/undo")).GetProperty("removed").GetInt32());
    }

    [Fact]
    public async Task Made_up_patients_come_and_go()
    {
        Assert.Equal(20, (await SendAsync(_administrator, HttpMethod.Post, "imports/demo", JsonContent.Create(new { patients = 20 }))).GetProperty("patients").GetInt32());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(_administrator, HttpMethod.Post, "imports/demo", JsonContent.Create(new { patients = 20 })));
        Assert.Equal(20, (await SendAsync(_administrator, HttpMethod.Delete, "imports/demo")).GetProperty("patients").GetInt32());
    }

    [Fact]
    public async Task The_organisation_and_its_settings_are_read_and_changed_all_or_nothing()
    {
        Assert.Equal("Green Valley Health", (await SendAsync(_administrator, HttpMethod.Put, "", JsonContent.Create(new { name = "Green Valley Health" }))).GetProperty("name").GetString());
        Assert.Equal("6", (await SendAsync(_administrator, HttpMethod.Patch, "settings", Json("""{"frequency-cap":"6","pickup-days":"10"}"""))).GetProperty("frequency-cap").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(_administrator, HttpMethod.Patch, "settings", Json("""{"pickup-days":"9","frequency-cap":"1000"}""")));
        Assert.Equal("10", (await SendAsync(_administrator, HttpMethod.Get, "settings")).GetProperty("pickup-days").GetString());

        // Nobody but the owner of the server names its files: their content would be sent as a password.
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(_administrator, HttpMethod.Patch, "settings", Json("""{"pickup-days":"9","via-password-file":"/etc/passwd"}""")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(_administrator, HttpMethod.Patch, "settings", Json("""{"returns-imap":"imap.example.com:993"}""")));
        Assert.Equal("10", (await SendAsync(_administrator, HttpMethod.Get, "settings")).GetProperty("pickup-days").GetString());
        Assert.Equal(6, (await SendAsync(_administrator, HttpMethod.Get, "dns-records")).GetArrayLength());
        Assert.Equal(6, (await SendAsync(_administrator, HttpMethod.Get, "set-up")).GetProperty("steps").GetArrayLength());
    }

    [Fact]
    public async Task Queue_keys_backups_and_health_are_there()
    {
        Assert.Equal(0, (await SendAsync(_administrator, HttpMethod.Get, "queue")).GetProperty("lines").GetArrayLength());
        await SendAsync(_administrator, HttpMethod.Post, "keys/rotate");
        Assert.True((await SendAsync(_administrator, HttpMethod.Get, "keys")).GetProperty("organisationKeys").TryGetProperty("2", out _));
        await SendAsync(_administrator, HttpMethod.Post, "backups");
        Assert.Equal(1, (await SendAsync(_administrator, HttpMethod.Get, "backups")).GetArrayLength());
        var checks = (await SendAsync(_administrator, HttpMethod.Get, "health")).GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check);
        Assert.True(checks["Store"].GetProperty("well").GetBoolean());
        Assert.Contains(checks["DNSSEC"].GetProperty("well").GetBoolean() ? "DANE is on" : "wait on the patients' page", checks["DNSSEC"].GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.True(checks["Certificates"].GetProperty("well").GetBoolean());
    }

    [Fact]
    public async Task A_scrape_shows_numbers_and_names_nobody()
    {
        await SendAsync(_administrator, HttpMethod.Get, "queue");
        using var anonymous = new HttpClient { BaseAddress = new Uri(_served.Url) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync("/metrics", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _marketer.GetAsync("/metrics", Token)).StatusCode);
        var text = await _administrator.GetStringAsync("/metrics", Token);
        Assert.Contains("# TYPE sealpost_queue_pending gauge", text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/api/v1/organisations/{org}/queue", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_memory_working_set", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Green Valley", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("live", await anonymous.GetStringAsync("/health/live", Token));
        Assert.Equal("ready", await anonymous.GetStringAsync("/health/ready", Token));
    }

    [Theory]
    [InlineData("GET", "imports/jobs/0123456789abcdef")]
    [InlineData("GET", "imports/99")]
    public async Task What_is_not_there_answers_404(string method, string path) =>
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(_administrator, new HttpMethod(method), path));

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PUT", "")]
    [InlineData("GET", "set-up")]
    [InlineData("GET", "dns-records")]
    [InlineData("POST", "leave")]
    [InlineData("GET", "settings")]
    [InlineData("PATCH", "settings")]
    [InlineData("GET", "imports")]
    [InlineData("GET", "imports/1")]
    [InlineData("POST", "imports/1/undo")]
    [InlineData("POST", "imports/jobs")]
    [InlineData("POST", "imports/jobs/x/files")]
    [InlineData("POST", "imports/demo")]
    [InlineData("DELETE", "imports/demo")]
    [InlineData("GET", "queue")]
    [InlineData("GET", "keys")]
    [InlineData("POST", "keys/rotate")]
    [InlineData("GET", "backups")]
    [InlineData("POST", "backups")]
    [InlineData("GET", "health")]
    public async Task Another_organisations_number_answers_404_everywhere(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/organisations/2/{path}".TrimEnd('/')) { Content = method is "GET" or "DELETE" ? null : Json("{}") };
        using var response = await _administrator.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "settings")]
    [InlineData("GET", "imports")]
    [InlineData("POST", "imports/jobs")]
    [InlineData("GET", "keys")]
    [InlineData("POST", "backups")]
    [InlineData("GET", "health")]
    public async Task A_marketer_may_not_administer(string method, string path) =>
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(_marketer, new HttpMethod(method), path));

    [Fact]
    public async Task Who_leaves_is_out_with_the_next_call()
    {
        await SendAsync(_marketer, HttpMethod.Post, "leave");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_marketer, HttpMethod.Get, "queue"));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<HttpClient> ClientAsync(string name, Roles roles)
    {
        await _clinic.People.AddAsync(name, roles, Actor.LocalOwner, Token);
        var token = await _clinic.Tokens.CreateAsync(name, new AccessTokenDraft("test", TimeSpan.FromHours(1)), Actor.LocalOwner, Token);
        return new HttpClient { BaseAddress = new Uri(_served.Url), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
    }

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/organisations/1/{path}".TrimEnd('/')) { Content = content };
        using var response = await client.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path} answered {response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/organisations/1/{path}") { Content = content };
        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }
}
