using System.Text;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Reports;

/// <summary>What becomes of messages about care that email did not bring, on every database.</summary>
public abstract class NotReachedCompliance : IAsyncLifetime
{
    private static readonly Actor Auditor = new("u-auditor", "Otto Auditor", Roles.Auditor);
    private TestClinic _clinic = null!;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    private ReachOtherwise Reach => new(_clinic.Context);

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        _clinic.HavePhones = true;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_email_did_not_bring_the_message_is_listed_with_telephone_address_and_why()
    {
        await SentAsync(8, number => (Outcome)(number + 1));
        var page = await Reach.PageAsync(1, null, 50, Auditor, Token);
        Assert.Equal([(1, Outcome.WithheldTransport), (3, Outcome.Rejected), (4, Outcome.Expired)], page.Patients.Select(one => (one.Number.Value, one.Outcome)));
        var first = page.Patients[0];
        Assert.Equal(("1", "Given1 Sample1", "+16175550001", "Springfield, MA 01101"), (first.Patient, first.Name, Assert.Single(first.Telephones), Assert.Single(first.Addresses)));
        Assert.Equal((WithholdReason.TlsUnavailable, WithholdReasons.Describe(WithholdReason.TlsUnavailable)), (first.Reason, first.Why));
        Assert.All(page.Patients.Skip(1), one => Assert.Null(one.Reason));
        Assert.Null(page.Next);
        Assert.Equal(3, await Reach.CountAsync(1, Auditor, Token));
        Assert.Equal("[phi]", first.ToString());
    }

    [Fact]
    public async Task Pages_from_first_to_last_hold_everybody_once_and_each_of_them_is_in_the_ledger()
    {
        await SentAsync(25, number => number % 3 == 0 ? Outcome.Rejected : number % 3 == 1 ? Outcome.WithheldTransport : Outcome.Expired);
        var seen = new List<int>();
        int? after = null;
        do
        {
            var page = await Reach.PageAsync(1, after, 10, TestClinic.Officer, Token);
            seen.AddRange(page.Patients.Select(one => one.Number.Value));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(0, 25), seen);
        Assert.Equal(seen.Select(number => $"{number} not-reached:1"), await TextsAsync("SELECT patient || ' ' || subject FROM ledger_entry WHERE kind = 'patient.read' ORDER BY seq"));
    }

    [Fact]
    public async Task A_patient_who_was_told_goes_off_the_list_and_comes_back_where_that_is_taken_back()
    {
        await SentAsync(3, _ => Outcome.Rejected);
        var mark = await Reach.TellAsync(1, new PatientNumber(1), ToldBy.Telephone, TestClinic.Officer, Token);
        Assert.Equal(1, mark.Patients);
        Assert.Equal([0, 2], await OpenAsync());
        var again = await Assert.ThrowsAsync<RefusedException>(() => Reach.TellAsync(1, new PatientNumber(1), ToldBy.Letter, TestClinic.Officer, Token));
        Assert.Contains("already", again.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Reach.UndoAsync(1, mark.Number, TestClinic.Officer, Token));
        Assert.Equal([0, 1, 2], await OpenAsync());
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => Reach.UndoAsync(1, mark.Number, TestClinic.Officer, Token))).Kind);
        Assert.Equal(
            [$"delivery.told 1 1 mark={mark.Number} by=telephone", $"delivery.told-undone 1 1 mark={mark.Number}"],
            await TextsAsync("SELECT kind || ' ' || patient || ' ' || subject || ' ' || detail FROM ledger_entry WHERE kind LIKE 'delivery.%' ORDER BY seq"));
    }

    [Fact]
    public async Task All_are_marked_at_once_and_taken_back_at_once_without_those_marked_before()
    {
        await SentAsync(12, _ => Outcome.Expired);
        await Reach.TellAsync(1, new PatientNumber(4), ToldBy.Visit, TestClinic.Officer, Token);
        var all = await Reach.TellAsync(1, null, ToldBy.Letter, TestClinic.Officer, Token);
        Assert.Equal(11, all.Patients);
        Assert.Empty(await OpenAsync());
        await Assert.ThrowsAsync<RefusedException>(() => Reach.TellAsync(1, null, ToldBy.Letter, TestClinic.Officer, Token));
        Assert.Equal(11, await Reach.UndoAsync(1, all.Number, TestClinic.Officer, Token));
        Assert.DoesNotContain(4, await OpenAsync());
        // Administrators read the ledger, and may not be told how many there were.
        Assert.DoesNotContain(await TextsAsync("SELECT detail FROM ledger_entry WHERE kind LIKE 'delivery.told%'"), detail => detail.Contains("11", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compliance_acts_auditors_look_and_others_do_neither()
    {
        await SentAsync(1, _ => Outcome.Rejected);
        foreach (var actor in new[] { TestClinic.Author, TestClinic.Approver, new Actor("u-admin", "Ada", Roles.Administrator) })
        {
            Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Reach.PageAsync(1, null, 50, actor, Token))).Kind);
            Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Reach.CountAsync(1, actor, Token))).Kind);
            await Assert.ThrowsAsync<RefusedException>(() => Reach.PrepareAsync(1, actor, Token));
        }

        foreach (var actor in new[] { TestClinic.Author, Auditor, TestClinic.Officer with { ReadOnly = true } })
        {
            Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Reach.TellAsync(1, null, ToldBy.Letter, actor, Token))).Kind);
            Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Reach.UndoAsync(1, 1, actor, Token))).Kind);
        }

        Assert.Empty(await _clinic.LedgerAsync("patient.read"));
        Assert.Single((await Reach.PageAsync(1, null, 50, TestClinic.Officer with { ReadOnly = true }, Token)).Patients);
    }

    [Fact]
    public async Task Only_messages_about_care_or_account_are_owed_by_another_way()
    {
        Assert.Equal([Purpose.Treatment, Purpose.CareCoordOps, Purpose.Refill, Purpose.AdminPayment], Enum.GetValues<Purpose>().Where(ReachOtherwise.IsOwed));
        await SentAsync(1, _ => Outcome.Rejected, Purpose.GeneralHealth);
        Assert.Contains("not about patients' own care", (await Assert.ThrowsAsync<RefusedException>(() => Reach.PageAsync(1, null, 50, TestClinic.Officer, Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => Reach.TellAsync(1, null, ToldBy.Letter, TestClinic.Officer, Token));
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => Reach.PageAsync(2, null, 50, TestClinic.Officer, Token))).Kind);
        Assert.Empty(await NeedsAsync(TestClinic.Officer));
    }

    [Fact]
    public async Task An_erased_patient_is_owed_nothing_and_leaves_no_mark()
    {
        await SentAsync(3, _ => Outcome.Rejected);
        await Reach.TellAsync(1, new PatientNumber(0), ToldBy.Telephone, TestClinic.Officer, Token);
        await _clinic.EraseAsync(0);
        await _clinic.EraseAsync(1);
        Assert.Empty(await TextsAsync("SELECT told_by FROM patient_told"));
        Assert.Equal([2], await OpenAsync());
        Assert.Equal((1, 1), (await Reach.CountAsync(1, TestClinic.Officer, Token), (await Reach.TellAsync(1, null, ToldBy.NotNeeded, TestClinic.Officer, Token)).Patients));
    }

    [Fact]
    public async Task The_home_page_asks_compliance_until_the_last_one_is_told()
    {
        await SentAsync(12, _ => Outcome.WithheldTransport);
        using var progress = new WatchProgress(_clinic.Context);
        using var home = new ReadHome(_clinic.Context, progress); // The same throughout: what it keeps must not outlive a mark.
        async Task<IEnumerable<Need>> FoundAsync(Actor actor) => (await home.RunAsync(actor, Token)).Needs.Where(one => one.Kind == NeedKind.NotReached);
        var need = Assert.Single(await FoundAsync(TestClinic.Officer));
        Assert.Equal((1L, "care", "12 patients were not reached by email. Tell them by telephone or letter."), (need.Campaign!.Value, need.Name, need.Words));
        Assert.Empty(await FoundAsync(TestClinic.Author));
        Assert.Empty(await FoundAsync(Auditor));
        await Reach.TellAsync(1, new PatientNumber(3), ToldBy.Telephone, TestClinic.Officer, Token);
        await Reach.TellAsync(1, new PatientNumber(4), ToldBy.Telephone, TestClinic.Officer, Token);
        Assert.StartsWith("<11 patients were", Assert.Single(await FoundAsync(TestClinic.Officer)).Words, StringComparison.Ordinal);
        var all = await Reach.TellAsync(1, null, ToldBy.Letter, TestClinic.Officer, Token);
        Assert.Empty(await FoundAsync(TestClinic.Officer));
        await Reach.UndoAsync(1, all.Number, TestClinic.Officer, Token);
        Assert.Single(await FoundAsync(TestClinic.Officer));
    }

    [Fact]
    public async Task A_campaign_of_last_quarter_asks_nobody_any_more()
    {
        await SentAsync(1, _ => Outcome.Expired);
        _clinic.Clock.Advance(NotReachedNeeds.Within - TimeSpan.FromMinutes(1));
        Assert.Single(await NeedsAsync(TestClinic.Officer));
        _clinic.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await NeedsAsync(TestClinic.Officer));
        Assert.Equal([0], await OpenAsync()); // Its own list goes on.
    }

    [Fact]
    public async Task The_call_list_holds_everybody_in_cells_that_no_spreadsheet_computes()
    {
        await SentAsync(ReachOtherwise.LargestPage + 5, _ => Outcome.Rejected);
        using var file = new MemoryStream();
        await (await Reach.PrepareAsync(1, Auditor, Token))(file, Token);
        var lines = Encoding.UTF8.GetString(file.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("\uFEFFpatient,name,telephone,address,why,since,note", lines[0]);
        Assert.Equal(ReachOtherwise.LargestPage + 6, lines.Length);
        Assert.StartsWith("204,Given204 Sample204,'+16175550204,\"Springfield, MA 01101\",", lines[^1], StringComparison.Ordinal);
        Assert.Equal(ReachOtherwise.LargestPage + 5, (await _clinic.LedgerAsync("patient.read")).Count);
    }

    private async Task<IEnumerable<int>> OpenAsync() => (await Reach.PageAsync(1, null, ReachOtherwise.LargestPage, TestClinic.Officer, Token)).Patients.Select(one => one.Number.Value);

    private async Task<IEnumerable<Need>> NeedsAsync(Actor actor)
    {
        using var progress = new WatchProgress(_clinic.Context);
        using var home = new ReadHome(_clinic.Context, progress);
        return (await home.RunAsync(actor, Token)).Needs.Where(need => need.Kind == NeedKind.NotReached);
    }

    /// <summary>A campaign that is over, in which each patient's message ended as said.</summary>
    private async Task SentAsync(int patients, Func<int, Outcome> ended, Purpose purpose = Purpose.AdminPayment)
    {
        await _clinic.AddPatientsAsync(patients, "a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("care") with { Purpose = purpose }, TestClinic.Author, Token);
        var now = Sql.Stored(_clinic.Context.Time.GetUtcNow());
        var rows = Enumerable.Range(0, patients).Select(number => (object?[])[1L, 1L, (long)number, 0L, (long)ended(number), ended(number) == Outcome.WithheldTransport ? (long)WithholdReason.TlsUnavailable : 0L, 0L, now]).ToList();
        await _clinic.Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await _clinic.Context.Database.BulkUpsertAsync(DeliveryStore.Table, rows, transaction, token);
                return await Sql.ExecuteAsync(transaction, "UPDATE campaign SET state = @state, started_at = @at, ended_at = @at WHERE id = 1", [("@state", (int)CampaignState.Finished), ("@at", now)], token);
            },
            Token);
    }

    private async Task<IReadOnlyList<string>> TextsAsync(string query)
    {
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, query);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var texts = new List<string>();
        while (await reader.ReadAsync(Token))
            texts.Add(reader.GetString(0));
        return texts;
    }
}

public sealed class NotReachedOnSqliteTests : NotReachedCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class NotReachedOnPostgresqlTests(PostgresServer server) : NotReachedCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
