using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sealpost.Tests.Compliance;
using Sealpost.Tests.Library;

namespace Sealpost.Tests.Api;

/// <summary>What the pages of the library and of the queue can do, over the API and by commands.</summary>
public sealed class LibraryApiTests(ServedOffice office) : IAsyncLifetime
{
    private HttpClient _marketer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await office.StartedAsync();
        _marketer = await office.ClientAsync("marketer-" + TestContext.Current.TestMethod!.MethodName, "marketer");
    }

    public ValueTask DisposeAsync()
    {
        _marketer.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_block_is_saved_by_versions_and_taken_away()
    {
        object Block(int expected, string body) => new { name = "hours", expected, format = "markdown", texts = new[] { new { language = "en", body } } };
        var id = (await DoAsync(HttpMethod.Post, "blocks", Block(0, "Open at eight."))).GetProperty("id").GetInt64();
        Assert.Equal(2, (await DoAsync(HttpMethod.Post, "blocks", Block(1, "Open at nine."))).GetProperty("version").GetInt32());
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(HttpMethod.Post, "blocks", Block(1, "Open at ten.")));
        Assert.Equal(["Open at nine.", "Open at eight."], (await DoAsync(HttpMethod.Get, $"blocks/{id}/versions")).EnumerateArray().Select(version => version.GetProperty("texts")[0].GetProperty("body").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Delete, $"blocks/{id}"));
        Assert.Empty((await DoAsync(HttpMethod.Get, "blocks")).EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Delete, $"blocks/{id}"));
    }

    [Fact]
    public async Task A_picture_taken_off_offer_is_put_back()
    {
        using var content = new ByteArrayContent(ImageTests.Png(3, 2));
        using var added = await _marketer.PostAsync($"/api/v1/organisations/{office.Number}/images?label=Door", content, Token);
        var name = (await added.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("name").GetString();
        async Task<bool> OnOfferAsync() => (await DoAsync(HttpMethod.Get, "images")).EnumerateArray().Any(image => image.GetProperty("name").GetString() == name);
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Delete, $"images/{name}"));
        Assert.False(await OnOfferAsync());
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Post, $"images/{name}/restore"));
        Assert.True(await OnOfferAsync());
    }

    [Fact]
    public async Task The_brand_kit_is_read_changed_and_checked()
    {
        var version = (await DoAsync(HttpMethod.Get, "brand")).GetProperty("version").GetInt32();
        Assert.Equal(version + 1, (await DoAsync(HttpMethod.Put, "brand", new { expected = version, kit = new { primary = "#114488", font = "Verdana" } })).GetProperty("version").GetInt32());
        var kit = (await DoAsync(HttpMethod.Get, "brand")).GetProperty("kit");
        Assert.Equal(("#114488", "Verdana", "#ffffff"), (kit.GetProperty("primary").GetString(), kit.GetProperty("font").GetString(), kit.GetProperty("surface").GetString()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(HttpMethod.Put, "brand", new { expected = version + 1, kit = new { primary = "blue" } }));
        Assert.Equal(version + 1, (await DoAsync(HttpMethod.Get, "brand/versions"))[0].GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Blocks_and_brand_are_kept_by_commands_too()
    {
        var (english, spanish) = (office.WriteFile("clinics.md", "Main Street 1"), office.WriteFile("clinics.es.md", "Calle Mayor 1"));
        Assert.Contains("--format", await office.RunAsync(["block", "save", "clinics", "-"], "Main Street 1", exit: 1), StringComparison.Ordinal);
        await office.RunAsync(["block", "save", "clinics", english, "--language", "es=" + spanish]);
        var second = JsonDocument.Parse(await office.RunAsync(["block", "save", "clinics", "-", "--json"], "Main Street 2")).RootElement;
        Assert.Equal((2, "en es"), (second.GetProperty("version").GetInt32(), string.Join(' ', second.GetProperty("languages").EnumerateArray().Select(one => one.GetString()))));
        Assert.Equal("Language: en\n\nMain Street 1\n\nLanguage: es\n\nCalle Mayor 1\n\n", await office.RunAsync(["block", "show", "clinics", "--version", "1"]));
        Assert.Contains("version 2, Markdown, en, es", await office.RunAsync(["block", "list"]), StringComparison.Ordinal);
        await office.RunAsync(["block", "save", "clinics", english, "--without", "es"]);
        Assert.DoesNotContain("Calle", await office.RunAsync(["block", "show", "clinics"]), StringComparison.Ordinal);
        Assert.Equal(3, JsonDocument.Parse(await office.RunAsync(["block", "show", "clinics", "--history", "--json"])).RootElement.GetArrayLength());
        await office.RunAsync(["block", "delete", "clinics"]);
        Assert.Contains("There is no block", await office.RunAsync(["block", "delete", "clinics"], exit: 1), StringComparison.Ordinal);

        await office.RunAsync(["brand", "set", "primary=#224488", "on-primary=#ffffff", "radius=4", "logo=none"]);
        var values = JsonDocument.Parse(await office.RunAsync(["brand", "show", "--json"])).RootElement.GetProperty("values");
        Assert.Equal(("#224488", "4", "none"), (values.GetProperty("primary").GetString(), values.GetProperty("radius").GetString(), values.GetProperty("logo").GetString()));
        Assert.Contains("4.5:1", await office.RunAsync(["brand", "set", "primary=#dddddd"], exit: 1), StringComparison.Ordinal);
        Assert.Contains("heading-font", await office.RunAsync(["brand", "set", "colour=#dddddd"], exit: 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_of_a_saved_rule_are_compared()
    {
        await office.RunAsync(["audience", "save", "walkers", "age >= 40"]);
        await office.RunAsync(["audience", "save", "walkers", "age >= 50 and sex = female"]);
        Assert.Equal("Must hold now as well: female.\n“Aged 50 or older” instead of “aged 40 or older”.\n+ all of\n-   age >= 40\n+   age >= 50\n+   sex = female\n".Split('\n').Order(StringComparer.Ordinal), (await office.RunAsync(["audience", "compare", "walkers", "1"])).Split('\n').Order(StringComparer.Ordinal));
        var id = (await DoAsync(HttpMethod.Get, "audiences")).GetProperty("audiences").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "walkers").GetProperty("id").GetInt64();
        Assert.Equal(2, (await DoAsync(HttpMethod.Get, $"audiences/{id}/versions/1/changes")).GetProperty("words").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, $"audiences/{id}/versions/7/changes"));
    }

    [Fact]
    public async Task A_template_is_renamed_compared_and_previewed()
    {
        object Template(string body) => new { name = "Autumn letter", format = "markdown", variants = new[] { new { language = "en", subject = "Autumn", body } } };
        var id = (await DoAsync(HttpMethod.Post, "templates", Template("Come in.\n\nBring your card."))).GetProperty("id").GetInt64();
        await DoAsync(HttpMethod.Put, $"templates/{id}?expected=1", Template("Come in.\n\nBring your cards."));
        var lines = (await DoAsync(HttpMethod.Get, $"templates/{id}/versions/1/changes?to=2")).EnumerateArray().Single(part => part.GetProperty("part").GetString() == "body").GetProperty("lines").EnumerateArray();
        Assert.Equal(["removed Bring your card.", "added Bring your cards."], lines.Where(line => line.GetProperty("change").GetString() != "same").Select(line => $"{line.GetProperty("change").GetString()} {line.GetProperty("text").GetString()}"));
        Assert.Equal((await DoAsync(HttpMethod.Get, $"templates/{id}/versions/1/changes?to=2")).GetRawText(), (await DoAsync(HttpMethod.Get, $"templates/{id}/versions/1/changes")).GetRawText());
        Assert.Contains("- Bring your card.", await office.RunAsync(["template", "compare", "Autumn letter", "1"]), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Put, $"templates/{id}/name", new { name = "Winter letter" }));
        await office.RunAsync(["template", "rename", "Winter letter", "Spring letter"]);
        Assert.Equal("Spring letter", (await DoAsync(HttpMethod.Get, $"templates/{id}")).GetProperty("name").GetString());
        var seen = await DoAsync(HttpMethod.Post, "templates/preview", Template("Dear {{ patient.given_name | default: \"neighbour\" }}"));
        Assert.All(seen.EnumerateArray(), one => Assert.Contains("Dear ", one.GetProperty("text").GetString(), StringComparison.Ordinal));
        Assert.Contains(seen.EnumerateArray(), one => one.GetProperty("text").GetString()!.Contains("Dear neighbour", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(HttpMethod.Post, "templates/preview", Template("{% if %}")));
    }

    [Fact]
    public async Task A_campaign_is_previewed_and_commented_on()
    {
        var draft = new { name = "spring-walk", subject = "Walk with us", body = "Come, {{ patient.given_name | default: \"neighbour\" }}.", format = "markdown" };
        var id = (await DoAsync(HttpMethod.Post, "campaigns", new { name = "spring-walk", draft })).GetProperty("id").GetInt64();
        Assert.Contains((await DoAsync(HttpMethod.Get, $"campaigns/{id}/preview")).EnumerateArray(), one => one.GetProperty("subject").GetString() == "Walk with us" && one.GetProperty("html").GetString()!.Contains("Come, neighbour", StringComparison.Ordinal));
        await office.RunAsync(["campaign", "comment", "spring-walk", "-"], "Shorten the subject.");
        Assert.NotEqual(0, (await office.RunAsync(["campaign", "comment", "spring-walk", " "], exit: 1)).Length);
        var organisation = await office.Installation.OpenOrganisationAsync("Green Valley Clinic", Token);
        Assert.Equal("Shorten the subject.", (await organisation.Campaigns.Reviews.RemarksAsync(id, Token))[^1].Words);
    }

    [Fact]
    public async Task A_delivery_in_doubt_is_resolved_once_and_by_those_who_may()
    {
        var id = (await DoAsync(HttpMethod.Post, "campaigns", new { name = "doubtful-letter" })).GetProperty("id").GetInt64();
        var organisation = await office.Installation.OpenOrganisationAsync("Green Valley Clinic", Token);
        var patient = await organisation.FindPatientAsync("p4", Token);
        await organisation.Context.Database.WriteAsync(
            (transaction, token) => Sealpost.Storage.Sql.ExecuteAsync(
                transaction, "INSERT INTO delivery (org, campaign, patient, destination, state, changed_at) VALUES (@org, @campaign, @patient, 1, @doubt, 0)",
                [("@org", office.Number), ("@campaign", id), ("@patient", patient.Value), ("@doubt", (int)Sealpost.Delivery.Outcome.InDoubt)], token),
            Token);
        using var approver = await office.ClientAsync("approver-of-doubts", "approver");
        using var refused = await approver.PostAsJsonAsync($"/api/v1/organisations/{office.Number}/campaigns/{id}/in-doubt/resolve", new { patient = "p4", accepted = true }, Token);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Post, $"campaigns/{id}/in-doubt/resolve", new { patient = "p4", accepted = true }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(HttpMethod.Post, $"campaigns/{id}/in-doubt/resolve", new { patient = "p4", accepted = true }));
    }

    private async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null)
    {
        using var response = await AskAsync(method, path, body);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {await response.Content.ReadAsStringAsync(Token)}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, object? body = null)
    {
        using var response = await AskAsync(method, path, body);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/organisations/{office.Number}/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        return await _marketer.SendAsync(request, Token);
    }
}
