using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sealpost.Tests.ForPatients;

/// <summary>Messages that wait on the page because the tier is too low: the mail says nothing, the link alone shows nothing, a proof shows the message once.</summary>
[Collection(nameof(PickupClinic))]
public sealed partial class PickupTests(PickupClinic clinic)
{
    private static readonly (string, string)[] Birth = [("act", "birth"), ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_patient_gets_a_notice_that_says_nothing_and_the_report_counts_them()
    {
        var patient = await clinic.TakeAsync();
        var report = await clinic.ReportAsync();
        Assert.Equal((PickupClinic.Patients, 0, 0), (report.GetProperty("pickup").GetInt32(), report.GetProperty("accepted").GetInt32(), report.GetProperty("withheld").GetProperty("total").GetInt32()));
        var notice = Assert.Single(clinic.Mails(patient));
        Assert.Contains("Green Valley Clinic", notice.Subject, StringComparison.Ordinal);

        var said = RandomText.LeftOut(notice.Subject + notice.TextBody + notice.HtmlBody + notice.From);
        foreach (var secret in new[] { "Marisol", "Okonkwo", "diabetes", "eye", "exam", "1961", "44054006" })
            Assert.DoesNotContain(secret, said, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(notice.Headers["List-Unsubscribe"]);
    }

    [Fact]
    public async Task The_forecast_says_how_many_will_read_on_the_page()
    {
        await clinic.TakeAsync();
        var forecast = JsonDocument.Parse(await clinic.Clinic.AskAsync(["campaign", "forecast", "eye-exam", "--json"], Token)).RootElement;
        Assert.Equal(forecast.GetProperty("lawful").GetInt32(), forecast.GetProperty("pickup").GetInt32());
    }

    [Fact]
    public async Task A_scanner_that_fetches_the_link_uses_nothing_up_and_learns_nothing()
    {
        var patient = await clinic.TakeAsync();
        var path = clinic.PathOf(patient);
        var before = await clinic.LedgerAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await clinic.GetAsync(path)).Status);
            using var head = await clinic.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Token);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        }

        Assert.Equal(before, await clinic.LedgerAsync());
        Assert.Contains("diabetes", (await clinic.PostAsync(path, Birth)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_says_the_same_whether_it_is_good_used_ended_or_never_was()
    {
        var (good, used) = (await clinic.TakeAsync(), await clinic.TakeAsync());
        var (goodPath, usedPath, endedPath) = (clinic.PathOf(good), clinic.PathOf(used), await clinic.EndedPathAsync(good));
        await clinic.PostAsync(usedPath, Birth);
        var forged = goodPath[..^8] + (goodPath.EndsWith("AAAAAAAA", StringComparison.Ordinal) ? "BBBBBBBB" : "AAAAAAAA");
        string[] paths = [goodPath, usedPath, endedPath, forged];
        var answers = new List<(HttpStatusCode, string)>();
        foreach (var path in paths)
        {
            var (status, text) = await clinic.GetAsync(path);
            answers.Add((status, text.Replace(path, "/m/", StringComparison.Ordinal)));
        }

        Assert.Single(answers.Distinct());
        Assert.Equal(HttpStatusCode.OK, answers[0].Item1);
        foreach (var secret in new[] { "Marisol", "Okonkwo", "diabetes", "1961", "telephone", "ZIP" })
            Assert.DoesNotContain(secret, answers[0].Item2, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("This link has ended", (await clinic.PostAsync(endedPath, ("act", "begin"))).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await clinic.PostAsync(forged, ("act", "begin"))).Status);
    }

    [Fact]
    public async Task The_right_answer_shows_the_message_once_and_a_new_link_shows_it_again()
    {
        var patient = await clinic.TakeAsync();
        var path = clinic.PathOf(patient);
        var (status, text) = await clinic.PostAsync(path, Birth);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Dear Marisol", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Dear Marisol", (await clinic.PostAsync(path, Birth)).Text, StringComparison.Ordinal);
        Assert.Contains("This link was used", (await clinic.PostAsync(path, ("act", "begin"))).Text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await clinic.PostAsync(path, ("act", "again"))).Status);
        var renewed = clinic.PathOf(patient);
        Assert.NotEqual(path, renewed);
        Assert.Contains("Dear Marisol", (await clinic.PostAsync(renewed, Birth)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await clinic.PostAsync(renewed, ("act", "again"))).Status);
    }

    [Fact]
    public async Task Reading_is_counted_and_found_by_audiences()
    {
        var patient = await clinic.TakeAsync();
        var before = (await clinic.ReportAsync()).GetProperty("pickedUp").GetInt32();
        await clinic.PostAsync(clinic.PathOf(patient), Birth);
        Assert.Equal(before + 1, (await clinic.ReportAsync()).GetProperty("pickedUp").GetInt32());
        var found = JsonDocument.Parse(await clinic.Clinic.AskAsync(["audience", "list", "campaign eye-exam picked up", "--json"], Token)).RootElement.GetProperty("patients");
        Assert.Contains(found.EnumerateArray(), one => one.GetString() == patient.Id);
    }

    [Fact]
    public async Task Wrong_answers_show_nothing_and_lock()
    {
        var patient = await clinic.TakeAsync();
        var path = clinic.PathOf(patient);
        for (var i = 0; i < 5; i++)
        {
            var (status, text) = await clinic.PostAsync(path, [.. Birth.Where(pair => pair.Item1 != "year"), ("year", "195" + i)]);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.DoesNotContain("Marisol", text, StringComparison.Ordinal);
        }

        var (_, locked) = await clinic.PostAsync(path, Birth);
        Assert.Contains("locked until tomorrow", locked, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"zip\"", locked, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await clinic.PostAsync(path, ("act", "send-code"))).Status);
    }

    [Fact]
    public async Task A_code_goes_by_the_provider_signed_and_opens_the_message_once()
    {
        var patient = await clinic.TakeAsync();
        var path = clinic.PathOf(patient);
        var (status, page) = await clinic.PostAsync(path, ("act", "send-code"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("ends in " + patient.Phone[^2..], page, StringComparison.Ordinal);
        Assert.DoesNotContain(patient.Phone[^4..], page, StringComparison.Ordinal);
        var text = Assert.Single(clinic.Codes.TextsFor(patient.Phone));
        Assert.True(clinic.Codes.AllSignedWith((await clinic.Clinic.AskAsync(["pickup", "secret"], Token)).Trim()));
        var code = SixDigits().Match(text).Value;
        Assert.Equal(HttpStatusCode.Forbidden, (await clinic.PostAsync(path, ("act", "code"), ("code", code == "000000" ? "000001" : "000000"))).Status);
        Assert.Contains("Dear Marisol", (await clinic.PostAsync(path, ("act", "code"), ("code", code))).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await clinic.PostAsync(path, ("act", "code"), ("code", code))).Status);
    }

    [Fact]
    public async Task A_code_that_the_provider_did_not_take_is_not_said_to_be_sent()
    {
        var patient = await clinic.TakeAsync();
        clinic.Codes.Status = 500;
        try
        {
            var (status, page) = await clinic.PostAsync(clinic.PathOf(patient), ("act", "send-code"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("could not be sent", page, StringComparison.Ordinal);
        }
        finally
        {
            clinic.Codes.Status = 200;
        }
    }

    [Fact]
    public async Task No_more_than_three_codes_are_sent_in_an_hour()
    {
        var patient = await clinic.TakeAsync();
        for (var i = 0; i < 5; i++)
            await clinic.PostAsync(clinic.PathOf(patient), ("act", "send-code"));
        Assert.InRange(clinic.Codes.TextsFor(patient.Phone).Count, 3, 4); // 4 where the hour turns meanwhile
    }

    [Fact]
    public async Task A_code_of_one_patient_opens_no_other_patients_message()
    {
        var (mine, other) = (await clinic.TakeAsync(), await clinic.TakeAsync());
        await clinic.PostAsync(clinic.PathOf(mine), ("act", "send-code"));
        var code = SixDigits().Match(Assert.Single(clinic.Codes.TextsFor(mine.Phone))).Value;
        Assert.Equal(HttpStatusCode.Forbidden, (await clinic.PostAsync(clinic.PathOf(other), ("act", "code"), ("code", code))).Status);
    }

    [Fact]
    public async Task A_patient_who_stopped_all_email_since_finds_nothing_there()
    {
        var patient = await clinic.TakeAsync();
        var unsubscribe = UnsubscribeToken().Match(clinic.Mails(patient)[0].TextBody!).Groups["token"].Value;
        await clinic.PostAsync($"/p/{unsubscribe}", ("act", "stop"));
        var (_, text) = await clinic.PostAsync(clinic.PathOf(patient), Birth);
        Assert.DoesNotContain("Marisol", text, StringComparison.Ordinal);
        Assert.Contains("not here any more", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_reaches_staff_and_only_from_the_page_that_showed_the_message()
    {
        var patient = await clinic.TakeAsync();
        var path = clinic.PathOf(patient);
        var (_, page) = await clinic.PostAsync(path, Birth);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await clinic.PostAsync(path + "/reply", ("proof", path[3..]), ("reply", "Forged"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await clinic.PostAsync(path + "/reply", ("proof", Proof().Match(page).Groups["proof"].Value), ("reply", "Can I come on Monday?"))).Status);
        var requests = JsonDocument.Parse(await clinic.Clinic.AskAsync(["request", "list", "--json"], Token)).RootElement.GetProperty("requests").EnumerateArray().ToList();
        Assert.Contains(requests, request => request.GetProperty("text").GetString() == "Can I come on Monday?" && request.GetProperty("patient").GetString() == patient.Id);
        Assert.DoesNotContain(requests, request => request.GetProperty("text").GetString() == "Forged");
    }

    [Fact]
    public async Task The_browser_that_opened_a_message_opens_it_again_and_no_other_does()
    {
        var (patient, other) = (await clinic.TakeAsync(), await clinic.TakeAsync());
        var path = clinic.PathOf(patient);
        using var first = await clinic.Http.PostAsync(path + "?lang=en", new FormUrlEncodedContent(Birth.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))), Token);
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        foreach (var word in new[] { "secure", "httponly", "samesite=strict", $"path={path}", "max-age=900" })
            Assert.Contains(word, cookie, StringComparison.OrdinalIgnoreCase);
        var value = cookie[..cookie.IndexOf(';', StringComparison.Ordinal)];
        Assert.Contains("Dear Marisol", await GetWithAsync(path, value), StringComparison.Ordinal);
        Assert.DoesNotContain("Dear Marisol", await GetWithAsync(path, null), StringComparison.Ordinal);
        Assert.DoesNotContain("Dear Marisol", await GetWithAsync(clinic.PathOf(other), value), StringComparison.Ordinal);

        // A newer link ends it.
        await clinic.PostAsync(path, ("act", "again"));
        Assert.DoesNotContain("Dear Marisol", await GetWithAsync(path, value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_guesses_at_many_patients_is_not_listened_to()
    {
        var wrong = Birth.Select(pair => pair.Item1 == "zip" ? ("zip", "00000") : pair).ToArray();
        WaitingPatient right;
        string text;
        int hour;
        do
        {
            (hour, right) = (TimeProvider.System.GetUtcNow().Hour, await clinic.TakeAsync());
            for (var victims = 0; victims < 5; victims++)
            {
                var path = clinic.PathOf(await clinic.TakeAsync());
                for (var i = 0; i < 4; i++)
                    Assert.Equal(HttpStatusCode.Forbidden, (await clinic.PostFromAsync($"203.0.113.{i}", path, wrong)).Status);
            }

            // 20 wrong answers came from one block, never five for one patient.
            (_, text) = await clinic.PostFromAsync("203.0.113.77", clinic.PathOf(right), Birth);
        }
        while (hour != TimeProvider.System.GetUtcNow().Hour); // It turned meanwhile, and the count began anew.
        Assert.Contains("from your network", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await clinic.PostFromAsync("198.51.100.1", clinic.PathOf(right), Birth)).Status);
    }

    private async Task<string> GetWithAsync(string path, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path + "?lang=en");
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        using var response = await clinic.Http.SendAsync(request, Token);
        return await response.Content.ReadAsStringAsync(Token);
    }

    [GeneratedRegex(@"\b[0-9]{6}\b", RegexOptions.None, 1_000)]
    private static partial Regex SixDigits();

    [GeneratedRegex(@"name=""proof"" value=""(?<proof>[A-Za-z0-9_-]+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Proof();

    [GeneratedRegex(@"/u/(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex UnsubscribeToken();
}
