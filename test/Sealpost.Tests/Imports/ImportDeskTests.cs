using System.IO.Compression;
using System.Text;
using Sealpost.Imports;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Tests.Patients;

namespace Sealpost.Tests.Imports;

/// <summary>Imports of files that come over the network: sealed on the way, watched, refused with a reason, taken back.</summary>
public sealed class ImportDeskTests : IAsyncLifetime
{
    private static readonly Actor Administrator = new("u-admin", "Noor Haddad", Roles.Administrator);
    private static readonly Actor Marketer = new("u-marketer", "Maria Ortiz", Roles.Marketer);
    private static readonly string[] CsvLines = ["mrn;first name;Last Name;dob;e-mail;checked", "A1;Ada;Quill;4/27/1961;ada@example.com;Y", "A2;Ben;Rook;11/2/1970;ben@example.com;N", "A3;Cy;Swan;not a date;cy@example.com;Y"];

    private ImportStage _stage = null!;
    private ImportDesk _desk = null!;
    private readonly List<(string Source, bool Attested)> _attested = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ImportDemo Demo => new(_stage.Context, (source, attested, _, _) =>
    {
        _attested.Add((source, attested));
        return Task.CompletedTask;
    });

    public async ValueTask InitializeAsync()
    {
        _stage = await ImportStage.CreateAsync();
        _desk = new ImportDesk(_stage.Context, Demo);
    }

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Fact]
    public async Task Files_handed_over_are_imported_listed_and_taken_back()
    {
        var job = await HandOverAsync(("patients.ndjson", Patient("1") + "\n" + Patient("2") + "\n"), ("more.json", Patient("3")));
        await _desk.RunFhirAsync(job.Id, "ehr", Administrator, Token);
        await job.EndedAsync(Token);
        Assert.Equal((ImportJobState.Done, 3L), (job.State, job.Result!.Resources["Patient"].Created));
        Assert.Empty(job.Files);
        var entry = Assert.Single(await _desk.ListAsync(Administrator, Token));
        Assert.Equal(3, (await _desk.ReadAsync(entry.Id, Administrator, Token)).Result!.PatientsChanged);
        Assert.Equal(3, (await _desk.UndoAsync(entry.Id, Administrator, Token)).Removed);
        Assert.Equal("This import was undone before.", (await Assert.ThrowsAsync<RefusedException>(() => _desk.UndoAsync(entry.Id, Administrator, Token))).Message);
    }

    [Fact]
    public async Task A_packed_file_is_known_by_its_first_bytes_whatever_its_name_says()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Patient("1")), Token);
        packed.Position = 0;
        var job = _desk.Begin(Administrator);
        await _desk.AddFileAsync(job.Id, "patients.ndjson", packed, Administrator, Token);
        await _desk.RunFhirAsync(job.Id, "ehr", Administrator, Token);
        await job.EndedAsync(Token);
        Assert.Equal(1, job.Result!.Resources["Patient"].Created);
    }

    [Fact]
    public async Task A_large_file_is_sealed_on_disk_and_read_back_whole()
    {
        var line = Patient("1");
        var text = string.Join('\n', Enumerable.Repeat(line, 24_000)); // about 10 MB: beyond what is kept in memory
        using var upload = await SealedUpload.TakeAsync(_stage.SpillFolder, "p.ndjson", new MemoryStream(Encoding.UTF8.GetBytes(text)), long.MaxValue, Token);
        using var reader = new StreamReader(upload.Open());
        Assert.Equal(text, await reader.ReadToEndAsync(Token));
        Assert.Equal(upload.Bytes, upload.ReadBytes);

        // Nothing to be found by name, and what an open file would show is sealed.
        Assert.DoesNotContain(Directory.EnumerateFiles(_stage.SpillFolder), file => File.ReadAllText(file).Contains("resourceType", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_and_nothing_of_it_stays()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => SealedUpload.TakeAsync(_stage.SpillFolder, "p.ndjson", new MemoryStream(new byte[1_000_000]), 500_000, Token));
        Assert.Contains("longer than", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_stage.SpillFolder) && Directory.EnumerateFiles(_stage.SpillFolder).Any());
    }

    [Theory]
    [InlineData("letter.pdf", "names end in")]
    [InlineData("", "names end in")]
    public async Task A_file_of_another_kind_is_refused(string name, string why)
    {
        var job = _desk.Begin(Administrator);
        Assert.Contains(why, (await Assert.ThrowsAsync<RefusedException>(() => _desk.AddFileAsync(job.Id, name, new MemoryStream([1]), Administrator, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_administrators_import()
    {
        Assert.Equal(RefusalKind.NotPermitted, Assert.Throws<RefusedException>(() => _desk.Begin(Marketer)).Kind);
        var job = _desk.Begin(Administrator);
        await Assert.ThrowsAsync<RefusedException>(() => _desk.AddFileAsync(job.Id, "p.ndjson", new MemoryStream([1]), Marketer, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _desk.ListAsync(Marketer, Token));
        Assert.Throws<RefusedException>(() => _desk.Find(job.Id, Marketer));
    }

    [Fact]
    public async Task A_tables_columns_are_guessed_and_tried_out_before_anything_is_stored()
    {
        var job = await HandOverAsync(("patients.csv", string.Join('\n', CsvLines)));
        var looks = await _desk.LookAsync(job.Id, Administrator, Token);
        Assert.Equal(
            [ColumnMeaning.RecordNumber, ColumnMeaning.GivenName, ColumnMeaning.FamilyName, ColumnMeaning.Ignore, ColumnMeaning.Email, ColumnMeaning.Ignore],
            looks.Select(look => look.Guess)); // Two of three dates are no 95 %, and "checked" could mean anything.
        Assert.Equal("yes or no", looks[5].Shape);
        ColumnMeaning[] means = [ColumnMeaning.RecordNumber, ColumnMeaning.GivenName, ColumnMeaning.FamilyName, ColumnMeaning.BirthDate, ColumnMeaning.Email, ColumnMeaning.EmailVerified];
        var map = new ColumnPlan("portal", true, "http://clinic.example/mrn", [.. looks.Zip(means, (look, meaning) => new PlannedColumn(look.Column, meaning, meaning == ColumnMeaning.BirthDate ? "M/d/yyyy" : null))]).ToYaml();

        await _desk.RunCsvAsync(job.Id, map, dryRun: true, Administrator, Token);
        await job.EndedAsync(Token);
        Assert.True(job is { IsDryRun: true, Result: { DryRun: true } });
        Assert.Equal((4L, "dob", ImportReason.BadColumn), (job.Result!.Problems[0].Line, job.Result.Problems[0].Where, job.Result.Problems[0].Reason));
        Assert.Empty(await _desk.ListAsync(Administrator, Token));

        await _desk.RunCsvAsync(job.Id, map, dryRun: false, Administrator, Token);
        await job.EndedAsync(Token);
        Assert.Equal(3, job.Result!.Resources["Patient"].Created);
        await Assert.ThrowsAsync<RefusedException>(() => _desk.RunCsvAsync(job.Id, map, false, Administrator, Token));
    }

    [Fact]
    public void A_plan_says_what_it_lacks()
    {
        PlannedColumn[] columns = [new("a", ColumnMeaning.GivenName, null), new("b", ColumnMeaning.GivenName, null)];
        Assert.Contains("Two columns are chosen as 'Given name'", Refusal(new ColumnPlan("s", true, "", columns)), StringComparison.Ordinal);
        Assert.Contains("by which a row finds its patient", Refusal(new ColumnPlan("s", true, "", columns[..1])), StringComparison.Ordinal);
        Assert.Contains("URI of the record number's system", Refusal(new ColumnPlan("s", true, " ", [new("a", ColumnMeaning.RecordNumber, null)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_meaning_makes_a_map_that_reads_whatever_the_column_is_called()
    {
        const string column = "we\"ird: {na'me} # é";
        foreach (var meaning in Enum.GetValues<ColumnMeaning>().Where(meaning => meaning is not (ColumnMeaning.Ignore or ColumnMeaning.Email)))
        {
            var map = CsvMap.Parse(new ColumnPlan("portal", false, "urn:x", [new("mail", ColumnMeaning.Email, null), new(column, meaning, "M/d/yyyy")]).ToYaml());
            Assert.Contains(column, map.Columns());
        }
    }

    [Fact]
    public async Task Made_up_patients_come_into_an_empty_organisation_keep_real_ones_out_and_go_again()
    {
        var demo = Demo;
        Assert.Equal(2, await demo.LoadAsync([(ImportDemo.Clinic, Text(Patient("1"))), (ImportDemo.Website, Text(Patient("2")))], Administrator, Token));
        Assert.True(await demo.IsLoadedAsync(Token));
        var job = await HandOverAsync(("patients.ndjson", Patient("9")));
        Assert.Contains("Remove the demo data first", (await Assert.ThrowsAsync<RefusedException>(() => _desk.RunFhirAsync(job.Id, "ehr", Administrator, Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => demo.LoadAsync([(ImportDemo.Clinic, Text(Patient("1")))], Administrator, Token));
        Assert.Equal(2, await demo.RemoveAsync(Administrator, Token));
        Assert.False(await demo.IsLoadedAsync(Token));
        Assert.Equal([(ImportDemo.Clinic, true), (ImportDemo.Clinic, false)], _attested);
        await _desk.RunFhirAsync(job.Id, "ehr", Administrator, Token);
        await job.EndedAsync(Token);
        Assert.Contains("Patients are here already", (await Assert.ThrowsAsync<RefusedException>(() => demo.LoadAsync([(ImportDemo.Clinic, Text(Patient("1")))], Administrator, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abandoned_uploads_are_dropped_and_only_some_may_be_open()
    {
        var job = await HandOverAsync(("patients.ndjson", Patient("1")));
        _stage.Time.Advance(TimeSpan.FromHours(5));
        _desk.Begin(Administrator);
        Assert.Equal(RefusalKind.NotFound, Assert.Throws<RefusedException>(() => _desk.Find(job.Id, Administrator)).Kind);
        for (var open = 1; open < 8; open++)
            _desk.Begin(Administrator);
        Assert.Contains("are open already", Assert.Throws<RefusedException>(() => _desk.Begin(Administrator)).Message, StringComparison.Ordinal);
    }

    private async Task<ImportJob> HandOverAsync(params (string Name, string Text)[] files)
    {
        var job = _desk.Begin(Administrator);
        foreach (var (name, text) in files)
            await _desk.AddFileAsync(job.Id, name, Text(text), Administrator, Token);
        return job;
    }

    private static string Refusal(ColumnPlan plan) => Assert.Throws<RefusedException>(plan.ToYaml).Message;

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Patient(string id) =>
        $$"""{"resourceType":"Patient","id":"{{id}}","active":true,"name":[{"family":"Quill{{id}}","given":["Ada"]}],"gender":"female","birthDate":"1961-04-2{{id}}","telecom":[{"system":"email","value":"p{{id}}@example.com"}]}""";
}
