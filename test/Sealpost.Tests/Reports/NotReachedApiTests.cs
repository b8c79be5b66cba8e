using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Tests.Compliance;

namespace Sealpost.Tests.Reports;

/// <summary>Whom email did not reach, by API and command: one operation, the same roles and answers.</summary>
public sealed class NotReachedApiTests(ServedOffice office) : IAsyncLifetime
{
    private HttpClient _officer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await office.StartedAsync();
        _officer = await office.ClientAsync("officer-" + TestContext.Current.TestMethod!.MethodName, "compliance");
    }

    public ValueTask DisposeAsync()
    {
        _officer.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task They_are_listed_marked_once_and_taken_back()
    {
        var (at, campaign) = await AtAsync("api-not-reached", Outcome.WithheldTransport, Outcome.Rejected, Outcome.Accepted, Outcome.Expired);
        var page = await GetAsync(at + "?limit=2");
        Assert.Equal((3, 1), (page.GetProperty("open").GetInt32(), page.GetProperty("next").GetInt32()));
        var first = page.GetProperty("patients")[0];
        Assert.Equal(
            (campaign.Patients[0], "Marisol Okonkwo", campaign.PhoneOf(0), "withheldTransport", "tlsUnavailable"),
            (Text(first, "patient"), Text(first, "name"), first.GetProperty("telephones")[0].GetString(), Text(first, "outcome"), Text(first, "reason")));
        Assert.StartsWith("7 Elm Street, Springfield, ", first.GetProperty("addresses")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(campaign.Patients[3], Text((await GetAsync(at + "?after=1")).GetProperty("patients")[0], "patient"));

        var told = await PostAsync(at + "/told", new { patient = campaign.Patients[1], by = "telephone" }, "told-once");
        Assert.Equal(told.GetRawText(), (await PostAsync(at + "/told", new { patient = campaign.Patients[1], by = "telephone" }, "told-once")).GetRawText());
        Assert.Equal(2, (await GetAsync(at)).GetProperty("open").GetInt32());
        Assert.Equal(1, (await PostAsync($"{at}/told/{told.GetProperty("mark").GetInt64()}/undo", new { })).GetProperty("count").GetInt32());
        Assert.Equal(3, (await PostAsync(at + "/told", new { all = true, by = "notNeeded" })).GetProperty("patients").GetInt32());
        Assert.Equal(0, (await GetAsync(at)).GetProperty("open").GetInt32());
    }

    [Fact]
    public async Task What_is_unclear_or_not_permitted_is_refused_without_naming_a_patient()
    {
        var (at, campaign) = await AtAsync("api-told-refused", Outcome.Rejected, Outcome.Accepted);
        var (patient, reached) = (campaign.Patients[0], campaign.Patients[1]);
        foreach (var body in new object[] { new { }, new { by = "letter" }, new { patient }, new { patient, all = true, by = "letter" }, new { patient, by = 9 }, new { patient = reached, by = "letter" } })
            Assert.Contains(await StatusAsync(_officer, at + "/told", body), new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(_officer, at + "/told/987654/undo", new { }));
        using var auditor = await office.ClientAsync("auditor-of-unreached", "auditor");
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync(at, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(auditor, at + "/told", new { patient, by = "letter" }));
        using var marketer = await office.ClientAsync("marketer-of-unreached", "marketer");
        foreach (var path in new[] { at, at + ".csv" })
        {
            using var refused = await marketer.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.DoesNotContain(patient, await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_call_list_is_a_file()
    {
        var (at, campaign) = await AtAsync("api-call-list", Outcome.Expired);
        using var answer = await _officer.GetAsync(at + ".csv", Token);
        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith(".csv", answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'), StringComparison.Ordinal);
        Assert.Contains($"{campaign.Patients[0]},Marisol Okonkwo,{campaign.PhoneOf(0)},\"7 Elm Street, Springfield, ", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commands_list_tell_and_take_back()
    {
        const string Name = "command-not-reached";
        var campaign = await office.UnreachedAsync(Name, Purpose.Treatment, Outcome.WithheldTransport, Outcome.Rejected);
        var text = await office.RunAsync(["campaign", "not-reached", Name]);
        foreach (var words in new[] { "2 to be told by telephone or letter.", $"{campaign.Patients[0]}  Marisol Okonkwo", $"telephone: {campaign.PhoneOf(1)}", "address: 7 Elm Street", WithholdReasons.Describe(WithholdReason.TlsUnavailable) })
            Assert.Contains(words, text, StringComparison.Ordinal);
        var page = JsonDocument.Parse(await office.RunAsync(["campaign", "not-reached", Name, "--after", "0", "--json"])).RootElement;
        Assert.Equal((2, campaign.Patients[1]), (page.GetProperty("open").GetInt32(), Text(page.GetProperty("patients")[0], "patient")));

        var told = await office.RunAsync(["campaign", "told", Name, "--patient", "-", "--by", "telephone"], campaign.Patients[1] + "\n");
        Assert.StartsWith("1 patient is marked: told by telephone. `sealpost campaign told command-not-reached --undo ", told, StringComparison.Ordinal);
        var all = JsonDocument.Parse(await office.RunAsync(["campaign", "told", Name, "--all", "--by", "not-needed", "--json"])).RootElement;
        Assert.Equal(1, all.GetProperty("patients").GetInt32());
        Assert.Contains("Everybody was reached, or told otherwise.", await office.RunAsync(["campaign", "not-reached", Name]), StringComparison.Ordinal);
        Assert.Contains("1 patient is to be told again.", await office.RunAsync(["campaign", "told", Name, "--undo", all.GetProperty("mark").GetRawText()]), StringComparison.Ordinal);
        foreach (var wrong in new string[][] { ["--by", "letter"], ["--all"], ["--all", "--patient", "p0", "--by", "letter"], ["--undo", "1", "--all"], ["--undo", "987654"] })
            await office.RunAsync(["campaign", "told", Name, .. wrong], exit: 1);
    }

    private async Task<(string At, Unreached Campaign)> AtAsync(string name, params Outcome[] ended)
    {
        var campaign = await office.UnreachedAsync(name, Purpose.AdminPayment, ended);
        return ($"/api/v1/organisations/{office.Number}/campaigns/{campaign.Id}/not-reached", campaign);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task<JsonElement> GetAsync(string path) => await _officer.GetFromJsonAsync<JsonElement>(path, Token);

    private async Task<JsonElement> PostAsync(string path, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await _officer.SendAsync(request, Token);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync(Token)}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, Token);
        return response.StatusCode;
    }
}
