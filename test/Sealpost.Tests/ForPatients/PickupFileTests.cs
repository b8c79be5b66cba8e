using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sealpost.Tests.Campaigns.Attachments;

namespace Sealpost.Tests.ForPatients;

/// <summary>Files of a waiting message: listed after the proof, fetched by the browser that gave it, and by nobody else.</summary>
[Collection(nameof(PickupClinic))]
public sealed partial class PickupFileTests(PickupClinic clinic)
{
    private static readonly (string, string)[] Birth = [("act", "birth"), ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_opened_message_lists_its_files_and_each_is_saved_as_it_was_approved()
    {
        var (path, cookie, page) = await OpenAsync(await clinic.TakeWithFilesAsync());
        var files = FileForm().Matches(page).Select(match => match.Groups["id"].Value).ToList();
        Assert.Equal(3, files.Count);
        Assert.Contains("PDF, 1 KB", page, StringComparison.Ordinal);
        var before = await clinic.LedgerAsync();
        using var answer = await FetchAsync(path, cookie, files[0]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(SampleFiles.Pdf, await answer.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(before + 1, await clinic.LedgerAsync());
        Assert.Equal("application/pdf", answer.Content.Headers.ContentType!.MediaType);
        var disposition = answer.Content.Headers.ContentDisposition!;
        Assert.Equal(("attachment", PickupClinic.Leaflet), (disposition.DispositionType, disposition.FileNameStar));
        Assert.All(disposition.ToString(), letter => Assert.InRange(letter, ' ', '~'));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        Assert.Contains("default-src 'none'", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.EndsWith("sandbox", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_look_reveals_no_file_and_changes_nothing()
    {
        var (path, cookie, page) = await OpenAsync(await clinic.TakeWithFilesAsync());
        var file = FileForm().Match(page).Groups["id"].Value;
        var before = await clinic.LedgerAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var request = new HttpRequestMessage(method, $"{path}/file?file={file}");
            request.Headers.Add("Cookie", cookie);
            using var answer = await clinic.Http.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal(before, await clinic.LedgerAsync());
    }

    [Fact]
    public async Task Nobody_but_the_browser_that_opened_this_message_gets_a_file_of_it()
    {
        var (path, cookie, page) = await OpenAsync(await clinic.TakeWithFilesAsync());
        var (otherPath, otherCookie, _) = await OpenAsync(await clinic.TakeWithFilesAsync());
        var (withoutPath, withoutCookie, without) = await OpenAsync(await clinic.TakeAsync());
        var file = FileForm().Match(page).Groups["id"].Value;
        Assert.Empty(FileForm().Matches(without));
        var unopened = clinic.PathOf(await clinic.TakeWithFilesAsync());
        var before = await clinic.LedgerAsync();
        (string Path, string? Cookie, string File)[] wrong =
        [
            (path, null, file), (path, otherCookie, file), (otherPath, cookie, file), (unopened, cookie, file), (path, cookie[..^4] + (cookie.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"), file), (path, cookie, "987654"), (path, cookie, "-1"), (path, cookie, "1 OR 1"), (path, cookie, ""),
            (withoutPath, withoutCookie, file), // A file of another campaign.
        ];
        foreach (var one in wrong)
        {
            using var answer = await FetchAsync(one.Path, one.Cookie, one.File);
            var said = await answer.Content.ReadAsStringAsync(Token);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{one.File} answered {answer.StatusCode}");
            Assert.DoesNotContain("%PDF", said, StringComparison.Ordinal);
            Assert.DoesNotContain("visit.ics", said, StringComparison.Ordinal);
        }

        Assert.Equal(before, await clinic.LedgerAsync());
        using var forged = await FetchAsync(path[..^8] + "AAAAAAAA", cookie, file);
        Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);
    }

    [Fact]
    public async Task A_newer_link_and_an_opt_out_end_the_reach_of_files()
    {
        var patient = await clinic.TakeWithFilesAsync();
        var (path, cookie, page) = await OpenAsync(patient);
        var file = FileForm().Match(page).Groups["id"].Value;
        await clinic.PostAsync(path, [("act", "again")]);
        using (var answer = await FetchAsync(path, cookie, file))
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var (newPath, newCookie, _) = await OpenAsync(patient);
        using (var answer = await FetchAsync(newPath, newCookie, file))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var unsubscribe = UnsubscribeToken().Match(clinic.Mails(patient)[0].TextBody!).Groups["token"].Value;
        await clinic.PostAsync($"/p/{unsubscribe}", ("act", "stop"));
        using (var answer = await FetchAsync(newPath, newCookie, file))
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task The_commands_show_the_files_and_the_evidence_names_what_patients_could_fetch()
    {
        await clinic.TakeWithFilesAsync();
        var files = JsonDocument.Parse(await clinic.Clinic.AskAsync(["campaign", "file", "list", "visit-papers", "--json"], Token, token: clinic.Clinic.Marketer)).RootElement.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal([PickupClinic.Leaflet, "visit.ics", PickupClinic.LongName], files.Select(file => file.GetProperty("name").GetString()));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(SampleFiles.Calendar)), files[1].GetProperty("sha256").GetString());
        await clinic.Clinic.AskAsync(["campaign", "file", "save", "visit-papers", "visit.ics", "saved.ics"], Token, token: clinic.Clinic.Marketer);
        Assert.Equal(SampleFiles.Calendar, await File.ReadAllBytesAsync(Path.Combine(clinic.Clinic.Sealpost.Files, "saved.ics"), Token));
        var forecast = JsonDocument.Parse(await clinic.Clinic.AskAsync(["campaign", "forecast", "visit-papers", "--json"], Token)).RootElement;
        Assert.Equal((3, forecast.GetProperty("lawful").GetInt32()), (forecast.GetProperty("files").GetInt32(), forecast.GetProperty("pickup").GetInt32()));
        Assert.Contains("files are never mailed", await clinic.Clinic.AskAsync(["campaign", "forecast", "visit-papers", "--known"], Token), StringComparison.Ordinal);
        await clinic.Clinic.AskAsync(["receipt", "export", "visit-papers", "evidence.json"], Token);
        var evidence = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(clinic.Clinic.Sealpost.Files, "evidence.json"), Token)).RootElement.GetProperty("campaign").GetProperty("files").EnumerateArray();
        Assert.Equal(files.Select(file => file.GetProperty("sha256").GetString()), evidence.Select(file => file.GetProperty("sha256").GetString()));
    }

    private async Task<(string Path, string Cookie, string Page)> OpenAsync(WaitingPatient patient)
    {
        var path = clinic.PathOf(patient);
        using var answer = await clinic.Http.PostAsync(path + "?lang=en", new FormUrlEncodedContent(Birth.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))), Token);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        return (path, cookie[..cookie.IndexOf(';', StringComparison.Ordinal)], WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Token)));
    }

    private async Task<HttpResponseMessage> FetchAsync(string path, string? cookie, string file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path + "/file?lang=en") { Content = new FormUrlEncodedContent([KeyValuePair.Create("file", file)]) };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        return await clinic.Http.SendAsync(request, Token);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(',', answer.Headers.GetValues(name));

    [GeneratedRegex(@"name=""file"" value=""(?<id>[0-9]+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex FileForm();

    [GeneratedRegex(@"/u/(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex UnsubscribeToken();
}
