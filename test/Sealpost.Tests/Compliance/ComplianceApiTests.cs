using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Sealpost.Tests.Compliance;

/// <summary>Compliance over the API: what the command line can do, with problem details, pages and keys.</summary>
public sealed class ComplianceApiTests(ServedOffice office) : IAsyncLifetime
{
    private HttpClient _officer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Root => $"/api/v1/organisations/{office.Number}";

    public async ValueTask InitializeAsync()
    {
        await office.StartedAsync();
        _officer = await office.ClientAsync("officer-" + TestContext.Current.TestMethod!.MethodName, "compliance,administrator");
    }

    public ValueTask DisposeAsync()
    {
        _officer.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_agreement_is_added_once_signed_and_ended()
    {
        var draft = new { party = "Relay Inc.", endpoint = "relay.example:587", flows = new[] { "send" } };
        var first = await PostAsync("/agreements", draft, "key-1");
        var again = await PostAsync("/agreements", draft, "key-1");
        var id = first.GetProperty("id").GetInt32();
        Assert.Equal(id, again.GetProperty("id").GetInt32());
        var refused = await RefusedAsync($"/agreements/{id}/sign", new { terms = new[] { "safeguards" } });
        Assert.Equal((422, true), (refused.GetProperty("status").GetInt32(), refused.GetProperty("detail").GetString()!.Contains("Subcontractors", StringComparison.Ordinal)));
        await DoAsync($"/agreements/{id}/sign", new { terms = new[] { "required" } });
        Assert.Equal("inForce", (await GetAsync("/agreements")).EnumerateArray().Single(one => one.GetProperty("agreement").GetProperty("id").GetInt32() == id).GetProperty("standing").GetString());
        await DoAsync($"/agreements/{id}/end", new { });
    }

    [Fact]
    public async Task A_signed_form_is_recorded_found_valid_and_revoked()
    {
        var form = new
        {
            purposes = new[] { "MARKETING" }, information = "Name and email", disclosers = new[] { "Clinic" }, recipients = new[] { "Clinic" }, expiresOn = "2099-12-01", signedOn = "2026-01-01", signature = "paper",
            states = new[] { "revocation", "no-conditioning", "redisclosure" }, standalone = true, plainLanguage = true, copyGivenOn = "2026-01-01", documentSha256 = new string('a', 64),
        };
        var number = (await PostAsync("/authorizations", new { patient = "p1", form })).GetProperty("number").GetInt64();
        Assert.True((await PostAsync("/authorizations/find", new { patient = "p1" })).GetProperty("authorizations")[0].GetProperty("valid").GetBoolean());
        await PostAsync("/authorizations/revoke", new { patient = "p1", number, channel = "phone" });
        Assert.Equal("authorizationRevoked", (await PostAsync("/authorizations/find", new { patient = "p1" })).GetProperty("authorizations")[0].GetProperty("whyNot").GetString());
        Assert.Equal(404, (await RefusedAsync("/authorizations/revoke", new { patient = "p1", channel = "phone" })).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_certificate_is_added_on_a_persons_word_found_and_removed()
    {
        var organisation = await office.Installation.OpenOrganisationAsync("Green Valley Clinic", Token);
        await organisation.Context.Consent.RestrictAsync(await organisation.FindPatientAsync("p10", Token), Sealpost.Consent.RestrictionKinds.Address, "mara@example.com", "u-test", Token);
        using var authority = new Delivery.Smime.SmimeAuthority(TimeProvider.System.GetUtcNow());
        using var given = authority.SelfSigned("mara@example.com");
        var certificate = Convert.ToBase64String(given.RawData);
        Assert.Contains("No root", (await RefusedAsync("/certificates", new { patient = "p10", certificate })).GetProperty("detail").GetString(), StringComparison.Ordinal);
        var confirmed = new { fingerprint = given.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), by = "Dana Okafor", how = "in person" };
        var number = (await PostAsync("/certificates", new { patient = "p10", certificate, confirmed })).GetProperty("number").GetInt64();
        var found = (await PostAsync("/certificates/find", new { patient = "p10" })).EnumerateArray().Single();
        Assert.Equal((number, "mara@example.com", "Dana Okafor"), (found.GetProperty("id").GetInt64(), found.GetProperty("address").GetString(), found.GetProperty("confirmedBy").GetString()));
        await DoAsync("/certificates/remove", new { patient = "p10", number });
        Assert.Equal(404, (await RefusedAsync("/certificates/remove", new { patient = "p10", number })).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task The_ledger_is_paged_verified_and_signed()
    {
        var page = await GetAsync("/ledger?limit=2");
        Assert.Equal(2, page.GetProperty("events").GetArrayLength());
        var older = await GetAsync($"/ledger?limit=2&before={page.GetProperty("next").GetInt64()}");
        Assert.True(older.GetProperty("events")[0].GetProperty("sequence").GetInt64() < page.GetProperty("events")[1].GetProperty("sequence").GetInt64());
        var checkpoint = (await PostAsync("/ledger/checkpoint", new { })).GetProperty("text").GetString();
        await PostAsync("/ledger/verify", new { checkpoint });
        // Another test may have it verified again right after.
        JsonElement verified = default;
        await Eventually.TrueAsync(async () => !(verified = await GetAsync("/ledger/verify")).GetProperty("running").GetBoolean(), "the ledger is verified", Token);
        Assert.True(verified.GetProperty("intact").GetBoolean());
        Assert.Equal(422, (await RefusedAsync("/ledger/verify", new { checkpoint = "nonsense" })).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Disclosures_are_recorded_and_accounted_for()
    {
        await PostAsync("/disclosures", new { patients = new[] { "p2", "p3" }, disclosure = new { on = "2026-01-02", recipient = "Acme", description = "Name", purpose = "Misdirected" } });
        Assert.Equal("Acme", (await PostAsync("/disclosures/find", new { patient = "p3" })).GetProperty("disclosures")[0].GetProperty("recipient").GetString());
        using var page = await _officer.PostAsJsonAsync(Root + "/disclosures/find.html", new { patient = "p3" }, Token);
        Assert.Contains("Accounting of disclosures", await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Contains("Acme", await office.RunAsync(["disclosures", "-"], "p3\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_right_is_refused_without_repeating_whom_it_was_about()
    {
        using var marketer = await office.ClientAsync("marketer-of-refusals", "marketer");
        foreach (var path in new[] { "/authorizations/find", "/disclosures/find" })
        {
            using var refused = await marketer.PostAsJsonAsync(Root + path, new { patient = "p1" }, Token);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.DoesNotContain("p1", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    private async Task<JsonElement> GetAsync(string path) => await _officer.GetFromJsonAsync<JsonElement>(Root + path, Token);

    private async Task<JsonElement> PostAsync(string path, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Root + path) { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await _officer.SendAsync(request, Token);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync(Token)}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    private async Task DoAsync(string path, object body)
    {
        using var response = await _officer.PostAsJsonAsync(Root + path, body, Token);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private async Task<JsonElement> RefusedAsync(string path, object body)
    {
        using var response = await _officer.PostAsJsonAsync(Root + path, body, Token);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }
}
