using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Reports;

public sealed class DeliveryListTests : IAsyncLifetime
{
    private const int Rows = 2_345;
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    private DeliveryRecords Records => new(_clinic.Context);

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        await _clinic.AddPatientsAsync(3, "a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("many"), TestClinic.Author, Token);

        // Every seventh is withheld, every hundredth rejected, numbers have gaps.
        var rows = Enumerable.Range(0, Rows).Select(i => (object?[])[1L, 1L, (long)(i * 3), 0L, (long)State(i), i % 7 == 0 ? 10L : 0L, 0L, 1_000L + i]).ToList();
        await _clinic.Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await _clinic.Context.Database.BulkUpsertAsync(DeliveryStore.Table, rows, transaction, token);
                return 0;
            },
            Token);
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData(Outcome.Accepted)]
    [InlineData(Outcome.Rejected)]
    [InlineData(Outcome.WithheldBasis)]
    public async Task Pages_from_first_to_last_hold_every_delivery_once(Outcome? outcome)
    {
        var expected = Enumerable.Range(0, Rows).Where(i => outcome is null || State(i) == outcome).Select(i => i * 3);
        var seen = new List<int>();
        while (await Records.PageAsync(1, outcome, seen.Count == 0 ? null : new(seen[^1]), 100, Token) is { Count: > 0 } page)
            seen.AddRange(page.Select(record => record.Patient.Value));
        Assert.Equal(expected, seen);
        Assert.Equal(seen.Count, await Records.CountAsync(1, outcome, Token));
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(499, 3)]
    [InlineData(500, 50)]
    [InlineData(1_777, 100)]
    [InlineData(2_340, 100)]
    public async Task A_list_can_be_entered_anywhere(int start, int count)
    {
        var marks = await Records.MarksAsync(1, null, 500, Token);
        Assert.Equal(Rows, marks.Count);
        var records = await Records.FromAsync(1, null, marks, start, count, Token);
        Assert.Equal(Enumerable.Range(start, Math.Min(count, Rows - start)).Select(i => i * 3), records.Select(record => record.Patient.Value));
    }

    [Fact]
    public async Task A_rare_outcome_is_found_by_its_index()
    {
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, $"EXPLAIN QUERY PLAN SELECT patient FROM delivery WHERE org = 1 AND campaign = 1 AND patient > 0 AND {DeliveryIndexes.Rare} AND state = 4 ORDER BY patient LIMIT 10");
        await using var reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        Assert.Contains("delivery_rare", reader.GetString(3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_the_patients_are_is_for_auditors_and_each_look_is_recorded()
    {
        var list = new ListDeliveries(_clinic.Context);
        await Assert.ThrowsAsync<RefusedException>(() => list.PageAsync(1, Outcome.WithheldBasis, null, 10, Marketer, Token));
        await Assert.ThrowsAsync<RefusedException>(() => list.MarksAsync(1, Outcome.WithheldBasis, Marketer, Token));
        Assert.Empty(await _clinic.LedgerAsync("patient.read"));
        var auditor = new Actor("u-auditor", "Ada Auditor", Roles.Auditor);
        Assert.Equal("0", (await list.PageAsync(1, null, null, 10, auditor, Token))[0].Patient);
        Assert.Equal(["patient.read u-auditor"], await _clinic.LedgerAsync("patient.read"));
        await Assert.ThrowsAsync<RefusedException>(() => list.PageAsync(1, null, null, 10, new Actor("u", "Nobody", Roles.None), Token));
    }

    [Fact]
    public async Task A_look_at_those_in_doubt_says_whom_it_showed()
    {
        await _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE delivery SET state = 8 WHERE org = @org AND campaign = 1 AND patient IN (0, 9)", [("@org", 1)], token), Token);
        Assert.Equal(["0", null], (await new ReadQueue(_clinic.Context).DoubtfulAsync(1, Marketer, Token)).Select(one => one.Patient));
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT subject || ': ' || detail FROM ledger_entry WHERE kind = 'patient.read' AND actor = @actor", ("@actor", Marketer.Id));
        Assert.Equal("1: deliveries of patients 0 to 9, 2 shown", await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_domain_of_few_is_named_to_those_who_may_see_patients_alone()
    {
        var auditor = new Actor("u-auditor", "Ada Auditor", Roles.Auditor);
        await _clinic.Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(transaction, "UPDATE delivery SET state = 0, destination = 7 WHERE org = @org AND campaign = 1 AND patient < 36", [("@org", 1)], token);
                return await Sql.ExecuteAsync(transaction, "UPDATE delivery SET destination = 8 WHERE org = @org AND campaign = 1 AND patient = 3", [("@org", 1)], token);
            },
            Token);
        Assert.Equal([11, 1], (await new ReadQueue(_clinic.Context).RunAsync(auditor, Token)).Lines.Select(line => line.Pending));
        Assert.Equal([(11, false), (1, true)], (await new ReadQueue(_clinic.Context).RunAsync(Marketer, Token)).Lines.Select(line => (line.Pending, line.IsRest)));
    }

    private static Actor Marketer { get; } = new("u-marketer", "Mo Marketer", Roles.Marketer);

    private static Outcome State(int i) => i % 7 == 0 ? Outcome.WithheldBasis : i % 100 == 0 ? Outcome.Rejected : Outcome.Accepted;
}
