using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Sealpost.App.Hosting;
using Sealpost.Tests.Campaigns.Attachments;
using Sealpost.Tests.Compliance;

namespace Sealpost.Tests.Api;

/// <summary>Files of a campaign over the API: sent as they are, repeated without harm, opened by those who review.</summary>
public sealed class AttachmentApiTests(ServedOffice office) : IAsyncLifetime
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
    public async Task A_file_is_added_listed_opened_and_removed_and_each_may_be_repeated()
    {
        var id = await StartAsync("api-files");
        var sent = await AddedAsync(id, "Guía.pdf", SampleFiles.Pdf);
        Assert.Equal(("Guía.pdf", "pdf", SampleFiles.Pdf.Length), (sent.GetProperty("name").GetString(), sent.GetProperty("type").GetString(), sent.GetProperty("bytes").GetInt32()));
        Assert.Equal(sent.GetRawText(), (await AddedAsync(id, "Guía.pdf", SampleFiles.Pdf)).GetRawText());
        var draft = JsonDocument.Parse(await _marketer.GetStringAsync(At(id, ""), Token)).RootElement;
        Assert.Equal(1, draft.GetProperty("revision").GetInt32());
        Assert.Equal(sent.GetRawText(), Assert.Single(draft.GetProperty("draft").GetProperty("files").EnumerateArray()).GetRawText());
        Assert.Equal(sent.GetRawText(), Assert.Single(JsonDocument.Parse(await _marketer.GetStringAsync(At(id, "/files"), Token)).RootElement.EnumerateArray()).GetRawText());

        var file = sent.GetProperty("id").GetInt64();
        using var opened = await _marketer.GetAsync(At(id, $"/files/{file}"), Token);
        Assert.Equal(SampleFiles.Pdf, await opened.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(("attachment", "Guía.pdf"), (opened.Content.Headers.ContentDisposition!.DispositionType, opened.Content.Headers.ContentDisposition.FileNameStar));
        Assert.EndsWith("sandbox", string.Join("", opened.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);

        for (var i = 0; i < 2; i++)
        {
            using var removed = await _marketer.DeleteAsync(At(id, $"/files/{file}"), Token);
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        using var gone = await _marketer.GetAsync(At(id, $"/files/{file}"), Token);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task What_is_not_taken_is_answered_with_a_sentence_and_nothing_is_kept()
    {
        var id = await StartAsync("api-refused");
        foreach (var name in new[] { "leaflet.exe", "a%0D%0Ab.pdf", "..%2Fleaflet.pdf", "" })
        {
            using var answer = await AddAsync(id, name, SampleFiles.Pdf);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Contains("name", (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("[]", await _marketer.GetStringAsync(At(id, "/files"), Token));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused_and_the_reader_of_reports_may_add_none()
    {
        var id = await StartAsync("api-large");
        using var large = await AddAsync(id, "large.pdf", [.. "%PDF-1.4"u8, .. new byte[10_000_000]]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, large.StatusCode);
        using var auditor = await office.ClientAsync("files-auditor", "auditor");
        using var refused = await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf, auditor);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var nowhere = await AddAsync(987_654, "leaflet.pdf", SampleFiles.Pdf);
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    [Fact]
    public async Task Commands_add_and_remove_what_pages_and_the_api_show()
    {
        var id = await StartAsync("cli-files");
        var path = office.WriteFile("notes.txt", "Bring your card.");
        Assert.Contains("Every patient reads the message on our page now", await office.RunAsync(["campaign", "file", "add", "cli-files", path]), StringComparison.Ordinal);
        Assert.Contains("notes.txt", await office.RunAsync(["campaign", "file", "list", "cli-files"]), StringComparison.Ordinal);
        Assert.Contains("notes.txt", await _marketer.GetStringAsync(At(id, "/files"), Token), StringComparison.Ordinal);
        Assert.Contains("by its content", await office.RunAsync(["campaign", "file", "add", "cli-files", office.WriteFile("fake.pdf", "Only text")], exit: 1), StringComparison.Ordinal);
        await office.RunAsync(["campaign", "file", "remove", "cli-files", "notes.txt"]);
        await office.RunAsync(["campaign", "file", "remove", "cli-files", "notes.txt"]);
        Assert.Contains("carries no files", await office.RunAsync(["campaign", "file", "list", "cli-files"]), StringComparison.Ordinal);
    }

    private string At(long id, string path) => $"/api/v1/organisations/{office.Number}/campaigns/{id}{path}";

    private async Task<long> StartAsync(string name)
    {
        using var answer = await _marketer.PostAsJsonAsync($"/api/v1/organisations/{office.Number}/campaigns", new { name }, Token);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Token)}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("id").GetInt64();
    }

    private async Task<JsonElement> AddedAsync(long id, string name, byte[] content)
    {
        using var answer = await AddAsync(id, Uri.EscapeDataString(name), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    private async Task<HttpResponseMessage> AddAsync(long id, string name, byte[] content, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At(id, "/files")) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add(ImportRoutes.NameHeader, name);
        return await (client ?? _marketer).SendAsync(request, Token);
    }
}
