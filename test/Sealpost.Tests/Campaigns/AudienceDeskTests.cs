using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

public sealed class AudienceDeskTests : IAsyncLifetime
{
    private static readonly Actor Compliance = new("u-compliance", "Cleo Compliance", Roles.Compliance);

    private TestClinic _clinic = null!;
    private AudienceDesk _desk = null!;
    private SavedAudienceDesk _saved = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        await _clinic.AddPatientsAsync(64, "example.com", "example.net");
        _desk = new AudienceDesk(_clinic.Context, _clinic.Options.Policy);
        _saved = new SavedAudienceDesk(_clinic.Context);
    }

    public async ValueTask DisposeAsync()
    {
        _desk.Dispose();
        await _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Compliance_sees_true_numbers_and_a_marketer_protected_ones()
    {
        Assert.Equal("64", (await CountAsync("age > 18", Compliance)).ToString());
        Assert.Contains((await CountAsync("age > 18", TestClinic.Author)).ToString(), (string[])["about 60", "about 70"]);
        Assert.Equal("0", (await CountAsync("age > 120", TestClinic.Author)).ToString());
    }

    [Fact]
    public async Task The_funnel_goes_from_matched_to_lawful_to_reachable()
    {
        var funnel = await FunnelAsync(Purpose.AdminPayment);
        Assert.Equal((64, 64, 0, 64), (funnel.Matched.Value, funnel.Lawful.Value, funnel.Reachable.Value, funnel.NotSeenYet.Value));
        var marketing = await FunnelAsync(Purpose.Marketing);
        Assert.Equal(0, marketing.Lawful.Value);
        Assert.Equal((WithholdReason.NeverAuthorized, "64"), (Assert.Single(marketing.Withheld).Reason, marketing.Withheld[0].Patients.ToString()));
    }

    [Fact]
    public async Task Who_is_in_is_shown_page_by_page_to_roles_that_may_and_each_patient_shown_is_a_ledger_event()
    {
        await Assert.ThrowsAsync<RefusedException>(() => _desk.PageAsync(Query("age > 18"), _clinic.Context.Today, null, TestClinic.Author, Token));
        var seen = new List<string>();
        for (int? after = null; ;)
        {
            var page = await _desk.PageAsync(Query("age > 18"), _clinic.Context.Today, after, Compliance, Token);
            seen.AddRange(page.Patients.Select(patient => patient.Name));
            if ((after = page.Next) is null)
                break;
        }

        Assert.Equal(64, seen.Distinct().Count());
        Assert.Equal(64, (await _clinic.LedgerAsync("patient.read")).Count(entry => entry == "patient.read u-compliance"));
        Assert.NotNull(await _desk.ExplainAsync(Query("age > 18"), new PatientNumber(3), _clinic.Context.Today, Compliance, Token));
        Assert.Equal(65, (await _clinic.LedgerAsync("patient.read")).Count);
    }

    [Fact]
    public async Task Breakdowns_hide_small_cells_from_everybody()
    {
        var cells = (await _desk.BreakdownAsync(Query("age > 18"), _clinic.Context.Today, Compliance, Token)).Single(one => one.Kind == CellKind.Sex).Cells;
        Assert.Equal(["32", "32"], cells.Select(cell => cell.Patients.ToString()));
        await _clinic.AddPatientsAsync(4, "example.org");
        await _clinic.ChangeBirthDateAsync(64, "p64@example.org", new DateOnly(1999, 1, 1));
        var ages = (await _desk.BreakdownAsync(Query("age > 18"), _clinic.Context.Today, Compliance, Token)).Single(one => one.Kind == CellKind.AgeBand).Cells;
        Assert.Equal(["18–29 <11", "70–79 hidden"], ages.Select(cell => $"{cell.Label} {cell.Patients}"));
        Assert.Empty(await _desk.BreakdownAsync(Query("age < 40"), _clinic.Context.Today, Compliance, Token));
    }

    [Fact]
    public async Task The_day_s_questions_run_out_for_whoever_may_not_see_patients()
    {
        for (var i = 0; i < AudienceBudget.PerDay; i++)
            await CountAsync(Different(i), TestClinic.Author);
        await CountAsync(Different(3), TestClinic.Author);
        await Assert.ThrowsAsync<RefusedException>(() => CountAsync("age > 77", TestClinic.Author));
        await CountAsync("age > 77", Compliance);
        Assert.Equal(["audience.limit u-author"], await _clinic.LedgerAsync("audience.limit"));
        _clinic.Clock.Advance(TimeSpan.FromDays(1));
        await CountAsync("age > 77", TestClinic.Author);
    }

    [Fact]
    public async Task A_saved_audience_knows_the_campaigns_that_have_its_rule()
    {
        var saved = await _saved.CreateAsync("adults", Query("age >= 18"), TestClinic.Author, Token);
        await _saved.ReviseAsync(saved.Id, 1, null, Query("age >= 21"), TestClinic.Author, Token);
        await _clinic.Desk.CreateAsync(TestClinic.Content("first") with { Audience = "AGE >=18" }, TestClinic.Author, Token);
        await _clinic.Desk.CreateAsync(TestClinic.Content("other") with { Audience = "age >= 19" }, TestClinic.Author, Token);
        var use = Assert.Single(await _saved.UsesAsync(saved.Id, TestClinic.Author, Token));
        Assert.Equal(("first", 1), (use.Campaign.Name, use.Version));
    }

    [Fact]
    public async Task Only_a_marketer_changes_saved_audiences()
    {
        await Assert.ThrowsAsync<RefusedException>(() => _saved.CreateAsync("a", Query("age > 5"), Compliance, Token));
        var made = await _saved.CreateAsync("a", Query("age > 5"), TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _saved.DeleteAsync(made.Id, Compliance, Token));
        Assert.Single(await _saved.ListAsync(deleted: false, Compliance, Token));
    }

    private Task<ShownCount> CountAsync(string query, Actor actor) => _desk.CountAsync(Query(query), _clinic.Context.Today, actor, Token);

    private Task<AudienceFunnel> FunnelAsync(Purpose purpose) => _desk.FunnelAsync(Query("age > 18"), purpose, _clinic.Context.Today, Compliance, Token);

    private static string Different(int i) => $"age between {i % 100} and {i / 100}";

    private static AudienceQuery Query(string text) => AudienceQuery.Parse(text).Query!;
}
