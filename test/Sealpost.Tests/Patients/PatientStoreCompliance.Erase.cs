using System.Globalization;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Patients;

/// <summary>What the patient store must do on every database: erase, undo, keep the list of imports.</summary>
public abstract partial class PatientStoreCompliance
{
    private static readonly string[] TablesOfPatients = ["patient", "chart_part", "patient_lookup", "import_patient", "import_part", "keys.patient_key"];

    [Fact]
    public async Task An_erased_patient_is_in_no_table_of_charts_and_in_no_answer()
    {
        var chart = await CreateAsync(import: 1);
        await SaveAsync(new ChartChange(chart, IsNew: false, HeadChanged: true, [0]), import: 2);
        Assert.True(await _store.EraseAsync(chart.Number, "user:1", Token));
        Assert.All(TablesOfPatients, table => Assert.Equal(0, Count(table)));
        Assert.Null(await _store.OpenAsync(chart.Number, Token));
        Assert.Empty(await _store.FindAsync([.. LookupKey.Of(chart.Head)], Token));
    }

    [Fact]
    public async Task An_erasure_is_a_ledger_event_and_the_ledger_stays_whole()
    {
        var chart = await CreateAsync();
        await _store.EraseAsync(chart.Number, "user:1", Token);
        Assert.Equal([$"patient.erased user:1 {chart.Number}"], await EventsAsync());
        await using var connection = await Database.OpenReadAsync(Token);
        Assert.Empty((await LedgerVerifier.VerifyAsync(connection, _ledgerKey, against: null, Token)).Findings);
    }

    [Fact]
    public async Task The_others_of_the_shard_open_after_an_erasure()
    {
        var charts = await CreateManyAsync(5);
        await _store.EraseAsync(charts[4].Number, "user:1", Token);
        await _store.EraseAsync(charts[1].Number, "user:1", Token);
        Assert.Equal([0, 2, 3], (await OpenShardAsync(0)).Select(chart => chart.Number.Value));
    }

    [Fact]
    public async Task Nobody_is_erased_twice_and_no_number_is_given_again()
    {
        var chart = await CreateAsync();
        Assert.True(await _store.EraseAsync(chart.Number, "user:1", Token));
        Assert.False(await _store.EraseAsync(chart.Number, "user:1", Token));
        Assert.Equal(chart.Number.Value + 1, (await CreateAsync()).Number.Value);
    }

    [Fact]
    public async Task A_change_prepared_before_an_erasure_does_not_bring_the_patient_back()
    {
        var chart = await CreateAsync();
        await _store.EraseAsync(chart.Number, "user:1", Token);
        await Assert.ThrowsAsync<TransientStoreException>(() => SaveAsync(new ChartChange(chart, IsNew: false, HeadChanged: true, [0])));
        Assert.Null(await _store.OpenAsync(chart.Number, Token));
    }

    [Fact]
    public async Task An_erasure_that_only_reached_the_keys_hides_the_patient_and_is_finished_at_the_next_start()
    {
        var charts = await CreateManyAsync(3);
        await ExecuteAsync("DELETE FROM keys.patient_key WHERE patient = 1");
        await ExecuteAsync("INSERT INTO keys.patient_erased (org, patient, erased_at, actor) VALUES (1, 1, 0, 'user:7')");
        Assert.Equal([0, 2], (await OpenShardAsync(0)).Select(chart => chart.Number.Value));
        Assert.Equal([charts[1].Number], await _store.FinishErasuresAsync(Token));
        Assert.Equal(["patient.erased user:7 1"], await EventsAsync());
        Assert.Empty(await _store.FinishErasuresAsync(Token));
        Assert.Equal([0, 2], (await OpenShardAsync(0)).Select(chart => chart.Number.Value));
    }

    [Fact]
    public async Task Undoing_an_import_removes_whom_it_made()
    {
        var before = await CreateAsync();
        await CreateManyAsync(700, import: 1);
        var undo = await _store.UndoAsync(1, "user:1", Token);
        Assert.Equal((700, 0, 0, 700), (undo.Removed, undo.Restored, undo.LeftAlone, undo.Changed.Count));
        Assert.Equal([before.Number], (await OpenShardAsync(0)).Select(chart => chart.Number));
        Assert.Equal(1, Count("keys.patient_key"));
    }

    [Fact]
    public async Task Undoing_an_import_puts_the_same_sealed_bytes_back()
    {
        var chart = await CreateAsync(pages: 2);
        var before = await PartsAsync(chart.Number);
        await SaveAsync(Moved(chart), import: 1);
        Assert.NotEqual(before, await PartsAsync(chart.Number));
        Assert.Equal(1, (await _store.UndoAsync(1, "user:1", Token)).Restored);
        Assert.Equal(before, await PartsAsync(chart.Number));
        Assert.Equal(SampleCharts.Text(chart), SampleCharts.Text(await _store.OpenAsync(chart.Number, Token)));
        Assert.Equal(LookupKey.Of(chart.Head).ToHashSet(), (await _store.FindAsync([.. LookupKey.Of(chart.Head), .. LookupKey.Of(Moved(chart).Chart.Head)], Token)).Keys.ToHashSet());
    }

    [Fact]
    public async Task A_patient_changed_twice_by_one_import_goes_back_to_before_it()
    {
        var chart = await CreateAsync(pages: 1);
        var before = await PartsAsync(chart.Number);
        var moved = Moved(chart);
        await SaveAsync(moved, import: 1);
        await SaveAsync(new ChartChange(moved.Chart, IsNew: false, HeadChanged: true, [0, 1, 2]), import: 1);
        await _store.UndoAsync(1, "user:1", Token);
        Assert.Equal(before, await PartsAsync(chart.Number));
    }

    [Fact]
    public async Task A_patient_made_and_changed_by_one_import_is_removed()
    {
        var chart = await CreateAsync(import: 1);
        await SaveAsync(Moved(chart), import: 1);
        Assert.Equal(1, (await _store.UndoAsync(1, "user:1", Token)).Removed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_patient_changed_since_is_left_alone(long by)
    {
        var chart = await CreateAsync(import: 1);
        var moved = Moved(chart);
        await SaveAsync(moved, import: by);
        Assert.Equal(1, (await _store.UndoAsync(1, "user:1", Token)).LeftAlone);
        Assert.Equal(SampleCharts.Text(moved.Chart), SampleCharts.Text(await _store.OpenAsync(chart.Number, Token)));
    }

    [Fact]
    public async Task A_patient_changed_by_another_between_two_changes_of_one_import_is_left_alone()
    {
        var chart = await CreateAsync();
        var moved = Moved(chart);
        await SaveAsync(moved, import: 1);
        await SaveAsync(new ChartChange(moved.Chart, IsNew: false, HeadChanged: true, []));
        await SaveAsync(new ChartChange(moved.Chart, IsNew: false, HeadChanged: true, []), import: 1);
        Assert.Equal(1, (await _store.UndoAsync(1, "user:1", Token)).LeftAlone);
    }

    [Fact]
    public async Task Imports_are_undone_from_the_last_to_the_first()
    {
        var chart = await CreateAsync();
        var before = await PartsAsync(chart.Number);
        var moved = Moved(chart);
        await SaveAsync(moved, import: 1);
        await SaveAsync(new ChartChange(moved.Chart, IsNew: false, HeadChanged: false, [0]), import: 2);
        await _store.UndoAsync(2, "user:1", Token);
        await _store.UndoAsync(1, "user:1", Token);
        Assert.Equal(before, await PartsAsync(chart.Number));
    }

    [Fact]
    public async Task A_new_patient_for_whom_something_provable_happened_stays()
    {
        var charts = await CreateManyAsync(3, import: 1);
        await NoteAsync("authorization.recorded", charts[0].Number);
        await NoteAsync("patient.read", charts[1].Number);
        var undo = await _store.UndoAsync(1, "user:1", Token);
        Assert.Equal((2, 1), (undo.Removed, undo.LeftAlone));
        Assert.NotNull(await _store.OpenAsync(charts[0].Number, Token));
    }

    [Fact]
    public async Task A_removed_patient_imported_again_is_a_new_one()
    {
        var chart = await CreateAsync(import: 1);
        await _store.UndoAsync(1, "user:1", Token);
        Assert.NotEqual(chart.Number, (await CreateAsync(import: 2)).Number);
    }

    [Fact]
    public async Task Undoing_twice_does_nothing_the_second_time()
    {
        await CreateAsync(import: 1);
        await _store.UndoAsync(1, "user:1", Token);
        Assert.Empty((await _store.UndoAsync(1, "user:1", Token)).Changed);
    }

    [Fact]
    public async Task Imports_are_listed_with_what_they_did()
    {
        var log = new ImportLog(Database, _keys, _ledger, _time);
        var first = await log.BeginAsync("fhir", "/exports/hiv-clinic", "user:1", Token);
        await log.FinishAsync(first, new ImportCounts(1, 2, 3, 4), ResultOf(first), "user:1", Token);
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = await log.BeginAsync("csv", "march.csv", "user:1", Token);
        await _store.UndoAsync(first, "user:1", Token);
        var entries = await log.ListAsync(Token);
        Assert.Equal([second, first], entries.Select(entry => entry.Id));
        Assert.Equal(
            new ImportEntry(first, "fhir", "/exports/hiv-clinic")
            {
                StartedAt = entries[0].StartedAt - TimeSpan.FromMinutes(1),
                FinishedAt = entries[1].StartedAt,
                Counts = new ImportCounts(1, 2, 3, 4),
                UndoneAt = _time.GetUtcNow(),
            },
            entries[1]);
        Assert.Null(entries[0].FinishedAt);
    }

    [Fact]
    public async Task The_name_of_an_imports_source_is_stored_sealed()
    {
        var log = new ImportLog(Database, _keys, _ledger, _time);
        await log.BeginAsync("fhir", "hiv-clinic", "user:1", Token);
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT source FROM import");
        var stored = (byte[])(await command.ExecuteScalarAsync(Token))!;
        Assert.Equal(-1, stored.AsSpan().IndexOf("hiv"u8));
    }

    [Fact]
    public async Task What_an_import_did_is_read_back_in_full_and_stored_sealed()
    {
        var log = new ImportLog(Database, _keys, _ledger, _time);
        var import = await log.BeginAsync("fhir", "ehr", "user:1", Token);
        Assert.Null(await log.ResultAsync(import, Token));
        await log.FinishAsync(import, new ImportCounts(1, 2, 3, 4), ResultOf(import), "user:1", Token);
        var read = await log.ResultAsync(import, Token);
        Assert.Equal(new ImportCount(1, 2, 3), read!.Resources["Patient"]);
        Assert.Equal(4, read.Skipped["Observation"][ImportReason.PatientUnknown]);
        Assert.Equal((ResultOf(import).Problems[0], new PatientNumber(7)), (read.Problems[0], read.RestrictionsOnFile[0]));
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT sealed FROM import_result");
        Assert.Equal(-1, ((byte[])(await command.ExecuteScalarAsync(Token))!).AsSpan().IndexOf("hiv"u8));
    }

    private static ImportResult ResultOf(long import) => new()
    {
        Import = import,
        Resources = new Dictionary<string, ImportCount> { ["Patient"] = new(1, 2, 3) },
        Skipped = new Dictionary<string, IReadOnlyDictionary<ImportReason, long>> { ["Observation"] = new Dictionary<ImportReason, long> { [ImportReason.PatientUnknown] = 4 } },
        Remarks = new Dictionary<string, IReadOnlyDictionary<ImportReason, long>>(),
        Problems = [new ImportProblem("/exports/hiv-clinic.ndjson", 12, "Observation", ImportReason.PatientUnknown, null)],
        ProblemCount = 4,
        Files = 1,
        Read = 10,
        PatientsChanged = 3,
        RestrictionsOnFile = [new PatientNumber(7)],
    };

    /// <summary>A changed head, a changed page and a new one.</summary>
    private static ChartChange Moved(Chart chart)
    {
        var pages = chart.Pages.Select(page => page.Number == 0 ? SampleCharts.Page(chart.Number.Value, 0, text: "changed") : page).ToList();
        pages.Add(SampleCharts.Page(chart.Number.Value, pages.Count));
        pages.Add(SampleCharts.Page(chart.Number.Value, pages.Count));
        var head = chart.Head with { ContactPoints = [new ContactPoint { Kind = "email", Value = $"moved.{chart.Number}@example.com" }] };
        return new ChartChange(new Chart(chart.Number, head, pages), IsNew: false, HeadChanged: true, [0, pages.Count - 2, pages.Count - 1]);
    }

    private Task<long> NoteAsync(string kind, PatientNumber patient) => Database.WriteAsync(
        (transaction, token) => _ledger.AppendAsync(new AuditEvent(Clinic, kind, "user:1", patient, Subject: null, "done"), transaction, token), Token);

    private long Count(string table)
    {
        using var connection = Database.OpenReadAsync(Token).AsTask().GetAwaiter().GetResult();
        using var command = connection.Command($"SELECT COUNT(*) FROM {table}");
        return (long)command.ExecuteScalar()!;
    }

    private async Task<List<string>> EventsAsync()
    {
        await using var connection = await Database.OpenReadAsync(Token);
        await using var command = connection.Command("SELECT kind, actor, patient FROM ledger_entry ORDER BY seq");
        await using var reader = await command.ExecuteReaderAsync(Token);
        List<string> events = [];
        while (await reader.ReadAsync(Token))
            events.Add(string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)} {reader.GetString(1)} {reader.GetInt64(2)}"));
        return events;
    }
}
