using System.Text.Json;

namespace Sealpost.Tests.Audiences;

[Collection(nameof(AudiencePageTests))] // One at a time: it erases a patient whom others count.
public sealed class AudienceApiTests(AudienceClinic clinic) : IAsyncLifetime
{
    private const string Rule = "age >= 50 and condition in (snomed:44054006)";

    public async ValueTask InitializeAsync() => await clinic.ReadyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_query_counts_the_same_as_text_and_as_tree_and_as_the_operation()
    {
        var (status, text) = await PostAsync("/count", new { query = Rule }, asCompliance: true);
        var (_, tree) = await PostAsync("/count", new { query = JsonSerializer.Deserialize<JsonElement>("""{"and": [{"age": {"is": ">=", "years": 50}}, {"condition": {"codes": ["snomed:44054006"]}}]}""") }, asCompliance: true);
        Assert.Equal(200, status);
        Assert.Equal(await clinic.CountAsync(Rule, clinic.Compliance), text.GetProperty("shown").GetString());
        Assert.Equal(text.GetRawText(), tree.GetRawText());
        Assert.True(text.GetProperty("value").GetInt64() > 0);
    }

    [Fact]
    public async Task A_marketer_gets_protected_numbers_and_no_patients()
    {
        Assert.StartsWith("about ", (await PostAsync("/count", new { query = "age > 0" }, asCompliance: false)).Body.GetProperty("shown").GetString());
        var (status, problem) = await PostAsync("/page", new { query = "age > 0" }, asCompliance: false);
        Assert.Equal((403, "Not permitted"), (status, problem.GetProperty("title").GetString()));
    }

    [Fact]
    public async Task A_mistake_is_told_with_its_column_and_what_was_expected()
    {
        var (status, problem) = await PostAsync("/count", new { query = "age >= fifty" }, asCompliance: true);
        Assert.Equal(422, status);
        Assert.StartsWith("Column 8: Found \"fifty\" where", problem.GetProperty("detail").GetString());
        Assert.Equal(422, (await PostAsync("/count", new { }, asCompliance: true)).Status);
    }

    [Fact]
    public async Task A_check_places_unknown_codes_and_names_near_ones()
    {
        var (_, check) = await PostAsync("/check", new { query = "age > 1 and condition in (snomed:44054007)" }, asCompliance: true);
        var problem = Assert.Single(check.GetProperty("problems").EnumerateArray());
        Assert.Equal(("warning", 13), (problem.GetProperty("severity").GetString(), problem.GetProperty("column").GetInt32()));
        Assert.Contains("snomed:44054006", problem.GetProperty("nearest").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task The_funnel_and_the_breakdown_add_up()
    {
        var (_, funnel) = await PostAsync("/funnel", new { query = "age >= 18", purpose = "TREATMENT" }, asCompliance: true);
        var matched = Value(funnel, "matched");
        Assert.Equal(matched, Value(funnel, "lawful") + funnel.GetProperty("withheld").EnumerateArray().Sum(one => Value(one, "patients")));
        Assert.Equal(Value(funnel, "lawful"), Value(funnel, "reachable") + Value(funnel, "notSeenYet") + Value(funnel, "tooWeak"));
        Assert.Equal(422, (await PostAsync("/funnel", new { query = "age >= 18", purpose = "FUN" }, asCompliance: true)).Status);
        var (_, breakdown) = await PostAsync("/breakdown", new { query = "age >= 18" }, asCompliance: true);
        var sexes = breakdown.EnumerateArray().Single(one => one.GetProperty("by").GetString() == "sex").GetProperty("cells").EnumerateArray();
        Assert.Equal(matched, sexes.Sum(cell => Value(cell, "patients")));
    }

    [Fact]
    public async Task A_patient_who_is_erased_is_gone_for_good_and_only_compliance_and_administrators_may()
    {
        const string last = "/patients/239";
        Assert.Equal(403, (await clinic.CallAsync(HttpMethod.Delete, last, null, asCompliance: false)).Status);
        Assert.Equal(200, (await clinic.CallAsync(HttpMethod.Get, last, null, asCompliance: true)).Status);
        Assert.Equal(204, (await clinic.CallAsync(HttpMethod.Delete, last, null, asCompliance: true)).Status);
        Assert.Equal(404, (await clinic.CallAsync(HttpMethod.Get, last, null, asCompliance: true)).Status);
        Assert.Equal(404, (await clinic.CallAsync(HttpMethod.Delete, last, null, asCompliance: true)).Status);
    }

    [Fact]
    public async Task Codes_come_page_by_page_most_frequent_first()
    {
        var codes = new List<string>();
        for (string? after = null; ;)
        {
            var (_, page) = await PostAsync("/codes", new { kind = "condition", after, limit = 7 }, asCompliance: false);
            codes.AddRange(page.GetProperty("codes").EnumerateArray().Select(code => code.GetProperty("code").GetString()!));
            if (!page.TryGetProperty("next", out var next))
                break;
            after = next.GetString();
        }

        Assert.True(codes.Count > 7);
        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.Contains("snomed:44054006", codes);
    }

    [Fact]
    public async Task Results_of_a_lab_test_come_with_units_and_range()
    {
        var (_, results) = await PostAsync("/results", new { code = "loinc:4548-4" }, asCompliance: false);
        var result = Assert.Single(results.EnumerateArray());
        Assert.Equal("%", result.GetProperty("unit").GetString());
        Assert.True(result.GetProperty("low").GetDouble() <= result.GetProperty("high").GetDouble());
    }

    [Fact]
    public async Task An_audience_is_saved_revised_restored_copied_deleted_and_brought_back()
    {
        var (created, audience) = await PostAsync("", new { name = "api: eye exams", query = Rule }, asCompliance: false);
        var path = $"/{audience.GetProperty("id").GetInt64()}";
        Assert.Equal(201, created);
        Assert.Equal(2, (await CallAsync(HttpMethod.Put, path, new { basedOn = 1, query = "age >= 60" })).Body.GetProperty("version").GetInt32());
        Assert.Equal(409, (await CallAsync(HttpMethod.Put, path, new { basedOn = 1, query = "age >= 61" })).Status);
        Assert.Equal(Rule, (await CallAsync(HttpMethod.Post, path + "/versions/1/restore", null)).Body.GetProperty("query").GetString());
        Assert.Equal([3, 2, 1], (await CallAsync(HttpMethod.Get, path + "/history", null)).Body.EnumerateArray().Select(one => one.GetProperty("version").GetInt32()));
        Assert.Equal("api: eye exams (copy)", (await CallAsync(HttpMethod.Post, path + "/copy", null)).Body.GetProperty("name").GetString());
        Assert.Equal(204, (await CallAsync(HttpMethod.Delete, path, null)).Status);
        Assert.Equal(["api: eye exams (copy)"], await NamesAsync(deleted: false));
        Assert.Equal(["api: eye exams"], await NamesAsync(deleted: true));
        Assert.Equal(200, (await CallAsync(HttpMethod.Post, path + "/undelete", null)).Status);
        Assert.Equal(404, (await CallAsync(HttpMethod.Get, "/999999", null)).Status);
    }

    [Fact]
    public async Task Who_is_in_comes_page_by_page_and_each_patient_shown_is_a_ledger_event()
    {
        var before = await clinic.ReadsAsync(clinic.Compliance);
        var seen = new List<int>();
        for (int? after = null; ;)
        {
            var (_, page) = await PostAsync("/page", new { query = Rule, after }, asCompliance: true);
            seen.AddRange(page.GetProperty("patients").EnumerateArray().Select(one => one.GetProperty("number").GetInt32()));
            if (!page.TryGetProperty("next", out var next))
                break;
            after = next.GetInt32();
        }

        Assert.Equal(await clinic.CountAsync(Rule, clinic.Compliance), seen.Distinct().Count().ToString(System.Globalization.CultureInfo.InvariantCulture));
        var (_, why) = await PostAsync("/explain", new { query = Rule, patient = seen[0] }, asCompliance: true);
        Assert.True(why.GetProperty("matches").GetBoolean());
        Assert.True(await clinic.ReadsAsync(clinic.Compliance) >= before + seen.Count + 1);
    }

    [Fact]
    public async Task A_patient_is_found_by_record_number_and_read_by_opaque_number()
    {
        var (_, page) = await PostAsync("/page", new { query = Rule }, asCompliance: true);
        var patient = page.GetProperty("patients")[0];
        var (status, found) = await clinic.CallAsync(HttpMethod.Post, "/patients/find", new { id = patient.GetProperty("recordNumber").GetString() }, asCompliance: true);
        Assert.Equal((200, patient.GetProperty("number").GetInt32()), (status, Assert.Single(found.EnumerateArray()).GetProperty("number").GetInt32()));
        var (_, record) = await clinic.CallAsync(HttpMethod.Get, $"/patients/{patient.GetProperty("number").GetInt32()}", null, asCompliance: true);
        Assert.Equal(patient.GetProperty("name").GetString(), record.GetProperty("name").GetString());
        Assert.Contains("Conditions", record.GetProperty("chart").EnumerateArray().Select(section => section.GetProperty("title").GetString()));
        Assert.Empty((await clinic.CallAsync(HttpMethod.Get, $"/patients/{patient.GetProperty("number").GetInt32()}/messages", null, asCompliance: true)).Body.GetProperty("messages").EnumerateArray());
        Assert.Equal(404, (await clinic.CallAsync(HttpMethod.Get, "/patients/64000", null, asCompliance: true)).Status);
        Assert.Equal(403, (await clinic.CallAsync(HttpMethod.Get, $"/patients/{patient.GetProperty("number").GetInt32()}", null, asCompliance: false)).Status);
    }

    private static long Value(JsonElement element, string name) => element.GetProperty(name).TryGetProperty("value", out var value) ? value.GetInt64() : 0;

    private Task<(int Status, JsonElement Body)> PostAsync(string path, object body, bool asCompliance) => clinic.CallAsync(HttpMethod.Post, "/audiences" + path, body, asCompliance);

    private Task<(int Status, JsonElement Body)> CallAsync(HttpMethod method, string path, object? body) => clinic.CallAsync(method, "/audiences" + path, body, asCompliance: false);

    private async Task<string[]> NamesAsync(bool deleted) =>
        [.. (await PostAsync("/find", new { find = "api: ", deleted }, asCompliance: true)).Body.GetProperty("audiences").EnumerateArray().Select(one => one.GetProperty("name").GetString()!)];
}
