using System.Data.Common;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;
using Sealpost.Trust.Sealing;
using LedgerLog = Sealpost.Trust.Ledger.Ledger;

namespace Sealpost.Tests.Patients;

/// <summary>What the patient store must do on every database: save, open, find.</summary>
public abstract partial class PatientStoreCompliance : IAsyncLifetime
{
    private static readonly OrganisationId Clinic = new(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
    private string _folder = "";
    private FileKeySource _source = null!;
    private KeyRing _keys = null!;
    private LedgerKey _ledgerKey = null!;
    private LedgerLog _ledger = null!;
    private PatientStore _store = null!;

    private protected IDatabase Database { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        _source = await FileKeySource.CreateAsync(Path.Combine(_folder, "root.key"), passphrase: null, Token);
        Database = await OpenDatabaseAsync();
        _keys = await Database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Clinic, _source, transaction, _time, token), Token);
        _ledgerKey = await Database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(_source, transaction, _time, token), Token);
        _ledger = new LedgerLog(_ledgerKey, _time);
        _store = new PatientStore(Database, _keys, _ledger, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _ledgerKey.Dispose();
        _keys.Dispose();
        _source.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_saved_chart_opens_as_it_was()
    {
        var chart = await CreateAsync(pages: 3);
        Assert.Equal(SampleCharts.Text(chart), SampleCharts.Text(await _store.OpenAsync(chart.Number, Token)));
    }

    [Fact]
    public async Task A_patient_without_pages_opens()
    {
        var chart = await CreateAsync(pages: 0);
        Assert.Empty((await _store.OpenAsync(chart.Number, Token))!.Pages);
    }

    [Fact]
    public async Task An_unknown_number_opens_as_none() => Assert.Null(await _store.OpenAsync(new PatientNumber(42), Token));

    [Fact]
    public async Task Numbers_are_reserved_once_by_many_callers()
    {
        var firsts = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _store.ReserveNumbersAsync(1 + (i % 5), Token)));
        Assert.Equal(40, firsts.Distinct().Count());
        Assert.Equal(0, firsts.Min(first => first.Value));
        Assert.Equal(120, (await _store.ReserveNumbersAsync(1, Token)).Value);
    }

    [Fact]
    public async Task A_new_page_leaves_the_bytes_of_the_others_alone()
    {
        var chart = await CreateAsync(pages: 2);
        var before = await PartsAsync(chart.Number);
        var grown = chart with { Pages = [.. chart.Pages, SampleCharts.Page(chart.Number.Value, 2)] };
        await SaveAsync(new ChartChange(grown, IsNew: false, HeadChanged: false, [2]));
        Assert.Equal(before, (await PartsAsync(chart.Number)).Take(3));
        Assert.Equal(SampleCharts.Text(grown), SampleCharts.Text(await _store.OpenAsync(chart.Number, Token)));
    }

    [Fact]
    public async Task A_chart_that_lost_a_page_opens_without_it()
    {
        var chart = await CreateAsync(pages: 3);
        var shrunk = chart with { Pages = [chart.Pages[0]] };
        await SaveAsync(new ChartChange(shrunk, IsNew: false, HeadChanged: false, [0]));
        Assert.Equal(SampleCharts.Text(shrunk), SampleCharts.Text(await _store.OpenAsync(chart.Number, Token)));
    }

    [Fact]
    public async Task A_change_that_changes_nothing_writes_no_row()
    {
        var chart = await CreateAsync(pages: 1);
        var before = await VersionAsync(chart.Number);
        await SaveAsync(new ChartChange(chart, IsNew: false, HeadChanged: false, []));
        Assert.Equal(before, await VersionAsync(chart.Number));
    }

    [Fact]
    public async Task A_patient_is_found_by_each_of_its_keys()
    {
        var chart = await CreateAsync();
        var keys = LookupKey.Of(chart.Head).ToList();
        var found = await _store.FindAsync([.. keys, new LookupKey("email", "nobody@example.com")], Token);
        Assert.Equal(keys.ToHashSet(), found.Keys.ToHashSet());
        Assert.All(found.Values, patients => Assert.Equal([chart.Number], patients));
    }

    [Fact]
    public async Task A_shared_mailbox_finds_all_who_share_it()
    {
        var first = await CreateAsync();
        var second = await CreateAsync(head: head => head with { ContactPoints = first.Head.ContactPoints });
        var key = new LookupKey("email", EmailAddress.Normalise(first.Head.ContactPoints[0].Value)!);
        Assert.Equal([first.Number, second.Number], (await _store.FindAsync([key], Token))[key]);
    }

    [Fact]
    public async Task A_changed_head_is_found_by_its_new_keys_and_no_longer_by_the_old()
    {
        var chart = await CreateAsync();
        var moved = chart with { Head = chart.Head with { ContactPoints = [new ContactPoint { Kind = "email", Value = "new@example.com" }] } };
        await SaveAsync(new ChartChange(moved, IsNew: false, HeadChanged: true, []));
        var found = await _store.FindAsync([.. LookupKey.Of(chart.Head), .. LookupKey.Of(moved.Head)], Token);
        Assert.Equal(LookupKey.Of(moved.Head).ToHashSet(), found.Keys.ToHashSet());
    }

    [Fact]
    public async Task Many_keys_are_found_in_one_call()
    {
        var charts = await CreateManyAsync(1_200);
        var found = await _store.FindAsync([.. charts.Select(chart => LookupKey.Source(chart.Head.SourceIds[0]))], Token);
        Assert.Equal(charts.Select(chart => chart.Number).ToHashSet(), found.Values.Select(patients => patients.Single()).ToHashSet());
    }

    [Fact]
    public async Task A_new_patient_with_a_taken_number_is_refused()
    {
        var chart = await CreateAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => SaveAsync(SampleCharts.Created(chart)));
    }

    [Fact]
    public async Task A_change_to_a_patient_who_is_gone_asks_to_look_again() =>
        await Assert.ThrowsAsync<TransientStoreException>(() => SaveAsync(new ChartChange(SampleCharts.Chart(new PatientNumber(9)), IsNew: false, HeadChanged: true, [])));

    [Fact]
    public async Task A_shard_opens_whole_and_in_order()
    {
        var charts = await CreateManyAsync(2_500);
        var opened = await OpenShardAsync(0);
        Assert.Equal(charts.Select(SampleCharts.Text), opened.Select(SampleCharts.Text));
    }

    [Fact]
    public async Task Charts_lie_in_the_shard_of_their_number()
    {
        await CreateManyAsync(3);
        await _store.ReserveNumbersAsync(PatientNumber.ShardSize - 4, Token);
        var charts = await CreateManyAsync(3);
        Assert.Equal([0, 1], await _store.ShardsAsync(Token));
        Assert.Equal(charts.Skip(1).Select(chart => chart.Number), (await OpenShardAsync(1)).Select(chart => chart.Number));
    }

    [Fact]
    public async Task A_shard_left_half_way_gives_its_connection_back()
    {
        await CreateManyAsync(3_000);
        for (var i = 0; i < 20; i++)
        {
            await foreach (var chart in _store.OpenShardAsync(0, Token))
            {
                Assert.Equal(0, chart.Number.Value);
                break;
            }
        }
    }

    [Theory]
    [InlineData("DELETE FROM patient WHERE patient = 1")]
    [InlineData("DELETE FROM chart_part WHERE patient = 1 AND part = 0")]
    [InlineData("DELETE FROM chart_part WHERE patient = 1 AND part = 1")]
    [InlineData("DELETE FROM chart_part WHERE patient = 1 AND part = 2")]
    [InlineData("UPDATE patient_shard SET patients = patients + 1")]
    public async Task A_shard_that_is_short_by_a_row_raises(string damage)
    {
        await CreateManyAsync(3, pages: 2);
        await ExecuteAsync(damage);
        await Assert.ThrowsAsync<TransientStoreException>(() => OpenShardAsync(0));
    }

    [Theory]
    [InlineData("DELETE FROM keys.patient_key WHERE patient = 1")]
    [InlineData("UPDATE chart_part SET version = version + 1 WHERE patient = 1 AND part = 1")]
    [InlineData("UPDATE chart_part SET sealed = (SELECT o.sealed FROM chart_part o WHERE o.patient = 0 AND o.part = 1) WHERE patient = 1 AND part = 1")]
    [InlineData("UPDATE chart_part SET sealed = (SELECT o.sealed FROM chart_part o WHERE o.patient = 1 AND o.part = 2) WHERE patient = 1 AND part = 1")]
    public async Task A_missing_key_or_a_moved_or_altered_part_does_not_open(string damage)
    {
        await CreateManyAsync(3, pages: 2);
        await ExecuteAsync(damage);
        await Assert.ThrowsAsync<SealException>(() => _store.OpenAsync(new PatientNumber(1), Token));
        await Assert.ThrowsAsync<SealException>(() => OpenShardAsync(0));
    }

    [Fact]
    public async Task Opening_many_gives_each_once()
    {
        var charts = await CreateManyAsync(1_100);
        var asked = charts.Concat(charts).Select(chart => chart.Number).Append(new PatientNumber(77_777)).ToList();
        Assert.Equal(charts.Select(chart => chart.Number).ToHashSet(), (await _store.OpenManyAsync(asked, Token)).Select(chart => chart.Number).ToHashSet());
    }

    [Fact]
    public async Task Readers_never_see_half_a_change_while_a_writer_works()
    {
        var chart = await CreateAsync(pages: 2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    var text = $"change {i}";
                    await SaveAsync(new ChartChange(chart with { Pages = [SampleCharts.Page(1, 0, text: text), SampleCharts.Page(1, 1, text: text)] }, IsNew: false, HeadChanged: true, [0, 1]));
                }

                await stop.CancelAsync();
            },
            Token);
        while (!stop.IsCancellationRequested)
        {
            var seen = await _store.OpenAsync(chart.Number, Token);
            Assert.Single(seen!.Facts.Select(fact => fact.Text).Distinct());
        }

        await writing;
    }

    private protected abstract Task<IDatabase> OpenDatabaseAsync();

    /// <summary>A saved patient, its wrapped key and its sealed head.</summary>
    private protected async Task<(PatientNumber Patient, IReadOnlyList<byte[]> Secrets)> SecretsOfOneAsync()
    {
        var chart = (await CreateManyAsync(3))[1];
        await using var connection = await Database.OpenReadAsync(Token);
        List<byte[]> secrets = [(await ChartTables.PatientsAsync(connection, Clinic, [chart.Number], Token))[chart.Number].Wrapped!];
        await foreach (var (_, part) in ChartTables.PartsWhereAsync(connection, Clinic, ChartTables.In([chart.Number]), Token))
            secrets.Add(part.Bytes);
        return (chart.Number, secrets);
    }

    private protected Task<bool> EraseAsync(PatientNumber patient) => _store.EraseAsync(patient, "user:1", Token);

    private async Task<Chart> CreateAsync(int pages = 1, Func<ChartHead, ChartHead>? head = null, long import = 0)
    {
        var chart = SampleCharts.Chart(await _store.ReserveNumbersAsync(1, Token), pages);
        chart = chart with { Head = head?.Invoke(chart.Head) ?? chart.Head };
        await SaveAsync(SampleCharts.Created(chart), import);
        return chart;
    }

    private async Task<IReadOnlyList<Chart>> CreateManyAsync(int count, int pages = 1, long import = 0)
    {
        var first = await _store.ReserveNumbersAsync(count, Token);
        var charts = Enumerable.Range(first.Value, count).Select(number => SampleCharts.Chart(new PatientNumber(number), pages)).ToList();
        await SaveAsync([.. charts.Select(SampleCharts.Created)], import);
        return charts;
    }

    private Task SaveAsync(ChartChange change, long import = 0) => SaveAsync([change], import);

    private Task SaveAsync(IReadOnlyList<ChartChange> changes, long import = 0) => Database.WriteAsync(
        async (transaction, token) =>
        {
            await _store.SaveAsync(changes, import, transaction, token);
            return true;
        },
        Token);

    private async Task<List<Chart>> OpenShardAsync(int shard)
    {
        List<Chart> charts = [];
        await foreach (var chart in _store.OpenShardAsync(shard, Token))
            charts.Add(chart);
        return charts;
    }

    private async Task<List<string>> PartsAsync(PatientNumber patient)
    {
        await using var connection = await Database.OpenReadAsync(Token);
        List<string> parts = [];
        await foreach (var (_, part) in ChartTables.PartsWhereAsync(connection, Clinic, ChartTables.In([patient]), Token))
            parts.Add($"{part.Part} {part.Version} {Convert.ToHexString(part.Bytes)}");
        return parts;
    }

    private async Task<long> VersionAsync(PatientNumber patient)
    {
        await using var connection = await Database.OpenReadAsync(Token);
        return (await ChartTables.PatientsAsync(connection, Clinic, [patient], Token))[patient].Version;
    }

    private Task<int> ExecuteAsync(string sql) => Database.WriteAsync((transaction, token) => transaction.ExecuteAsync(sql, [], token), Token);
}
