using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sealpost.App.Demo;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.App;

/// <summary>What is planted in patients and campaigns must not be found in the clear anywhere that outlives a command, nor where other users of the machine may look.</summary>
public sealed partial class LeakTests(PostgresServer postgres)
{
    private static readonly PhiSearch OfPatients = new(LeakSource.OfPatients);
    private static readonly PhiSearch All = new(LeakSource.All);

    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _found = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_search_finds_every_planted_value_in_the_source()
    {
        var source = string.Join('\n', LeakSource.Ndjson, LeakSource.Csv, LeakSource.CsvMap, LeakSource.Authorization, LeakSource.ConfidentialAddress);
        var words = LeakSource.OfPatients.Where(word => word.Contains("zq", StringComparison.OrdinalIgnoreCase) || word.Length > 10).Distinct(StringComparer.Ordinal).ToList();
        var found = new PhiSearch(words).Find("source", Encoding.UTF8.GetBytes(source)).Count(line => line.EndsWith("as UTF-8", StringComparison.Ordinal));
        Assert.True(words.Count > 150);
        Assert.Equal(words.Count(word => word.Length >= 6), found);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task Nothing_about_a_patient_or_a_campaign_is_in_the_clear_at_rest_in_logs_or_in_command_lines(string database)
    {
        var url = database == "PostgreSQL" ? await postgres.CreateDatabaseAsync(Token) : null;
        await using var clinic = await ServedClinic.CreateAsync(new MailboxOptions { Hold = HoldAsync }, url, Token);
        clinic.Sealpost.Environment["SEALPOST_LOG"] = "trace";
        await ImportAsync(clinic);
        await clinic.ServeAsync("0.2", Token);
        await RecordAsync(clinic);
        var report = await SendAsync(clinic, url);
        Assert.Equal(
            (6, 4, 1, 1),
            (report.GetProperty("selected").GetInt32(), report.GetProperty("accepted").GetInt32(), report.GetProperty("rejected").GetInt32(), report.GetProperty("withheld").GetProperty("total").GetInt32()));

        await SearchAtRestAsync("served", clinic, url);
        await clinic.Server.StopAsync(Token);
        await SearchAtRestAsync("stopped", clinic, url);
        SearchLog("serve", new CommandResult(0, clinic.Server.Output, clinic.Server.Error));
        foreach (var line in clinic.Sealpost.CommandLines)
            _found.AddRange(OfPatients.Find("/proc/*/cmdline", Encoding.UTF8.GetBytes(line)));
        Assert.Contains("Sealpost", clinic.Server.Error, StringComparison.Ordinal);
        Assert.Contains(clinic.Sealpost.CommandLines, line => line.Contains("preview", StringComparison.Ordinal));
        Assert.True(_found.Count == 0, string.Join('\n', _found.Distinct(StringComparer.Ordinal).Take(200)));
    }

    private static async Task<JsonElement> DoneAsync(ServedClinic clinic) =>
        await clinic.ReportAsync("zqcampaign-follow-up", report => report.GetProperty("pending").GetInt32() == 0, Token);

    /// <summary>Twice by processes that own the folder themselves for that while.</summary>
    private async Task ImportAsync(ServedClinic clinic)
    {
        var fhir = clinic.WriteFile("patients.ndjson", LeakSource.Ndjson);
        var imported = await DoAsync(clinic, ["import", "fhir", fhir, "--json"]);
        Assert.Equal(0, imported.Json.GetProperty("problemCount").GetInt32());
        Assert.Equal(0, imported.Json.GetProperty("skipped").GetInt32());
        await DoAsync(clinic, ["import", "csv", clinic.WriteFile("rows.csv", LeakSource.Csv), "--map", clinic.WriteFile("map.yaml", LeakSource.CsvMap)]);
    }

    private async Task RecordAsync(ServedClinic clinic)
    {
        await clinic.AskAsync(["address", "attest", "fhir", "--statement", "The front desk asks."], Token);
        await DoAsync(clinic, ["authorization", "record", "-", clinic.WriteFile("authorization.yaml", LeakSource.Authorization)], "zqid-a");
        await DoAsync(clinic, ["suppress", "-", "--scope", "all"], "zqmaild@zqdomaind.example\n");
        await DoAsync(clinic, ["restriction", "add", "-", "address", "--value", "-"], "zqid-e\n" + LeakSource.ConfidentialAddress + "\n");
        await DoAsync(clinic, ["audience", "save", "zqaudience", "-"], $"condition in (icd10:{LeakSource.Icd10})", clinic.Marketer);
        await DoAsync(clinic, ["audience", "count", "-"], $"condition in (icd10:{LeakSource.Icd10}) and payer = \"zqpayera\"");
        clinic.WriteFile("body.md", LeakSource.Body);
        await clinic.ApproveAsync("zqcampaign-follow-up", LeakSource.Campaign, Token);
        clinic.WriteFile("zqfilename.txt", LeakSource.FileText);
        await clinic.ApproveAsync("zqpapers", LeakSource.CampaignWithFile, Token);
        await DoAsync(clinic, ["campaign", "file", "list", "zqpapers"], token: clinic.Marketer);
        var preview = await clinic.Sealpost.DoAsync(["campaign", "preview", "zqcampaign-follow-up", "--patient", "-"], Token, "zqid-a");
        Assert.Contains("zqfamilya", preview.Output, StringComparison.Ordinal);
        SearchLog("campaign preview", preview with { Output = "" });
    }

    private async Task<JsonElement> SendAsync(ServedClinic clinic, string? url)
    {
        var sending = clinic.Sealpost.DoAsync(["campaign", "send", "zqcampaign-follow-up"], Token, token: clinic.Marketer);
        await _held.Task.WaitAsync(Eventually.Patience, Token);
        await SearchAtRestAsync("a message in flight", clinic, url);
        _released.SetResult();
        SearchLog("campaign send", await sending);
        Assert.Contains(clinic.Mailbox.Store.Messages, message => Encoding.UTF8.GetString(message.Bytes.Span).Contains("zqbodyword", StringComparison.Ordinal));
        return await DoneAsync(clinic);
    }

    private async Task<CommandResult> DoAsync(ServedClinic clinic, string[] arguments, string? input = null, string? token = null)
    {
        var result = await clinic.Sealpost.DoAsync(arguments, Token, input, token);
        SearchLog(string.Join(' ', arguments.Take(2)), result);
        return result;
    }

    /// <summary>What a command says may name its campaign to the person who named it first, and nobody's patient; its log neither.</summary>
    private void SearchLog(string command, CommandResult result)
    {
        _found.AddRange(OfPatients.Find($"stdout of {command}", Encoding.UTF8.GetBytes(result.Output)));
        _found.AddRange(All.Find($"stderr of {command}", Encoding.UTF8.GetBytes(result.Error)));
    }

    private async Task SearchAtRestAsync(string when, ServedClinic clinic, string? url)
    {
        _found.AddRange(All.FindInFolder(clinic.Sealpost.Data).Concat(All.FindInFolder(clinic.Sealpost.Temporary)).Select(found => $"{when}: {found}"));
        if (url is null)
        {
            Assert.Contains(Directory.EnumerateFiles(clinic.Sealpost.Data, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 50_000);
            return;
        }

        var address = new Uri(url);
        var dump = await postgres.RunAsync("pg_dump", ["-h", address.Host, "-p", address.Port.ToString(CultureInfo.InvariantCulture), "-U", "sealpost", address.AbsolutePath[1..]], Token);
        Assert.Contains("chart_part", dump, StringComparison.Ordinal);
        _found.AddRange(All.Find($"{when}: pg_dump", Opened(dump)));
    }

    // Bytes as they are in the table: their hex would hide a value behind another form of itself, and short numbers occur in it by chance.
    private static byte[] Opened(string dump)
    {
        using var opened = new MemoryStream();
        var at = 0;
        foreach (var match in ByteValue().EnumerateMatches(dump))
        {
            opened.Write(Encoding.UTF8.GetBytes(dump[at..match.Index]));
            opened.Write(Convert.FromHexString(dump.AsSpan(match.Index + 3, match.Length - 3)));
            at = match.Index + match.Length;
        }

        opened.Write(Encoding.UTF8.GetBytes(dump[at..]));
        return opened.ToArray();
    }

    [GeneratedRegex(@"\\\\x(?:[0-9a-f]{2})+", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex ByteValue();

    private async Task HoldAsync(MailboxStage stage, string recipient, CancellationToken cancellationToken)
    {
        if (stage != MailboxStage.BeforeFinalReply || !recipient.StartsWith("zqmaila@", StringComparison.Ordinal))
            return;
        _held.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
    }
}
