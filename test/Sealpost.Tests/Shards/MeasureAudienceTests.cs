using CsCheck;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Tests.Audience;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Shards;

public sealed class MeasureAudienceTests : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    private Clinic _clinic = null!;
    private OrganisationShards _shards = null!;
    private MeasureAudience _measure = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clinic = await Clinic.OpenAsync();
        _shards = new ShardDirectory(_clinic.Time).Of(Clinic.Id);
        _shards.Attach(_clinic.Sources);
        _shards.ConnectHere();
        _measure = new MeasureAudience(new SelectAudience(_shards));
        await _clinic.AddAsync([.. Enumerable.Range(0, 40).Select(i => (i < 30 ? i : 70_000 + i, Head(i), (Fact[])[Condition(i % 2 == 0 ? "E11.9" : "E11.65"), Lab(5 + (i / 10.0))]))]);
    }

    public async ValueTask DisposeAsync()
    {
        _shards.Dispose();
        await _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Cells_count_everyone_once_over_all_shards()
    {
        var cells = await _measure.CellsAsync(Query("age > 1"), Today, Token);
        Assert.All([CellKind.Total, CellKind.AgeBand, CellKind.Sex, CellKind.Language, CellKind.State, CellKind.Zip3], kind =>
            Assert.Equal(40, cells.Where(cell => cell.Kind == kind).Sum(cell => cell.Patients.Count)));
        Assert.Equal(["F 20", "M 20"], Shown(cells, CellKind.Sex));
        Assert.Equal(["ES 10", " 30"], Shown(cells, CellKind.Language).OrderDescending());
        Assert.Equal(["MA 40"], Shown(cells, CellKind.State));
    }

    [Fact]
    public async Task The_print_of_an_audience_is_that_of_its_patients_however_it_is_asked_for()
    {
        var one = await _measure.CountAsync(Query("condition in (icd10:E11.9)"), Today, Token);
        Assert.Equal(one, await _measure.CountAsync(Query("age > 0 and not condition in (icd10:E1165)"), Today, Token));
        Assert.NotEqual(one.Print, (await _measure.CountAsync(Query("condition in (icd10:E11.65)"), Today, Token)).Print);
    }

    [Fact]
    public async Task Codes_come_with_the_words_of_the_charts_and_are_found_by_words_and_by_code()
    {
        using var codes = new CodeCatalogue(_measure, _clinic.Time);
        var catalogue = await codes.ReadAsync(Token);
        Assert.Equal(["icd10:E11* 40 Type 2 diabetes", "icd10:E11.65 20 Type 2 diabetes with hyperglycemia", "icd10:E11.9 20 Type 2 diabetes without complications"],
            catalogue.Search(RuleKind.Condition, null, "diabetes type").Select(code => $"{code.Code} {code.Now} {code.Title}"));
        Assert.Equal("icd10:E11.65", catalogue.Search(null, "icd10", "E1165").Single().Code);
        Assert.Empty(catalogue.Search(RuleKind.Medication, null, "diabetes"));
        Assert.Equal("Type 2 diabetes", catalogue.Title("icd10:E11*"));
        Assert.Equal("Spanish", Assert.Single(catalogue.Values(RuleKind.Language)).Label);
    }

    [Fact]
    public async Task A_changed_chart_is_in_the_catalogue_and_past_conditions_count_as_ever()
    {
        await _measure.KnownAsync(Token);
        await _clinic.ChangeAsync(0, Head(0), Condition("E11.9") with { Active = false }, Condition("E11.9") with { SourceId = "other" }, Condition("I10"));
        await _clinic.ChangeAsync(2, Head(2), Condition("E11.9") with { Active = false });
        await _shards.RefreshAsync([new PatientNumber(0), new PatientNumber(2)], Token);
        var (codes, _) = await _measure.KnownAsync(Token);
        Assert.Equal([(19, 20), (1, 1)], codes.Where(code => code.Family == FactFamily.ConditionNow && !code.Key.EndsWith("E1165", StringComparison.Ordinal)).OrderBy(code => code.Key, StringComparer.Ordinal).Select(code => (code.Now, code.Ever)));
    }

    [Fact]
    public async Task Bounds_of_results_have_eleven_patients_beyond_them()
    {
        var range = Assert.Single(await _measure.ResultsAsync(CodePattern.KeyOf("loinc", "4548-4"), Token));
        Assert.Equal(("%", 40L), (range.Unit, range.Patients));
        Assert.Equal((6.0, 6.9, 7.8), (range.Low, range.Middle, range.High));
        Assert.Null(ResultRange.Of("%", [new ResultSample("%", 21, [.. Enumerable.Range(0, 21).Select(i => (double)i)])]).Middle);
    }

    [Fact]
    public async Task Reach_says_of_everyone_what_the_gate_says_of_the_open_chart()
    {
        await _clinic.AddAsync([.. Enumerable.Range(100, 150).Select(i => (i, Gen.Select(Consent.ConsentGateProperties.AnyHead, Gen.Bool).Single() is var (head, adult) && adult ? head with { BirthDate = new DateOnly(1960, 1, 1) } : head, Array.Empty<Fact>()))]);
        foreach (var number in Enumerable.Range(100, 150).Select(i => new PatientNumber(i)))
            _clinic.Consent[number] = Consent.ConsentGateProperties.AnyState.Single() with { Patient = number };
        foreach (var purpose in new[] { Purpose.AdminPayment, Purpose.Marketing, Purpose.MarketingPaid, Purpose.Fundraising })
        {
            var asked = Asked(purpose);
            foreach (var query in new[] { "age > 20", "condition in (icd10:E11*) or age > 30", "age > 20" })
                Assert.Equal(await ExpectedAsync(Query(query), asked), Lines(await _measure.ReachAsync(Query(query), asked, Today, Token)));
        }
    }

    [Fact]
    public async Task A_change_is_decided_anew_at_once()
    {
        var asked = Asked(Purpose.AdminPayment);
        var before = await _measure.ReachAsync(Query("age > 1"), asked, Today, Token);
        _clinic.Consent[new PatientNumber(3)] = new ConsentState { Patient = new PatientNumber(3), Version = 1, Suppressions = [new Suppression(SuppressionScope.All, SuppressionSource.Staff, default)] };
        await _shards.RefreshAsync([new PatientNumber(3)], Token);
        var after = await _measure.ReachAsync(Query("age > 1"), asked, Today, Token);
        Assert.Equal((40, 39), (before.Domains["example.com"].Count, after.Domains["example.com"].Count));
        Assert.Contains(after.Verdicts, cell => cell.Reason == WithholdReason.Suppressed && cell.Patients.Count == 1);
    }

    private async Task<IReadOnlyList<string>> ExpectedAsync(AudienceQuery query, GateQuestion asked)
    {
        var gate = new ConsentGate(asked.Policy());
        var reasons = new List<string>();
        foreach (var number in await new SelectAudience(_shards).ListAsync(query, Today, Token))
        {
            var chart = await _clinic.Patients.OpenAsync(number, Token);
            var state = _clinic.Consent.GetValueOrDefault(number) ?? new ConsentState { Patient = number };
            reasons.Add(gate.Decide(asked.Basis(query), chart!.Head, state, GateMoment.Selection, asked.Now) is ConsentDecision.Withhold withhold ? withhold.Reason.ToString() : "lawful");
        }

        return [.. reasons.CountBy(reason => reason).Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<string> Lines((IReadOnlyList<GateCell> Verdicts, IReadOnlyDictionary<string, PatientSet> Domains) reach)
    {
        Assert.Equal(reach.Verdicts.Where(cell => cell.Reason is null).Sum(cell => cell.Patients.Count), reach.Domains.Values.Sum(set => set.Count));
        return [.. reach.Verdicts.GroupBy(cell => cell.Reason?.ToString() ?? "lawful").Select(cell => $"{cell.Key} {cell.Sum(one => one.Patients.Count)}").Order(StringComparer.Ordinal)];
    }

    private GateQuestion Asked(Purpose purpose) => new()
    {
        Purpose = purpose,
        IsPaid = purpose == Purpose.MarketingPaid,
        Class = MessageClass.N1,
        FrequencyCap = 4,
        CapPeriod = TimeSpan.FromDays(7),
        AttestedSources = ["fhir"],
        TimeZone = "America/New_York",
        AdultAge = 18,
        Now = _clinic.Time.GetUtcNow(),
    };

    private static IEnumerable<string> Shown(IReadOnlyList<AudienceCell> cells, CellKind kind) =>
        cells.Where(cell => cell.Kind == kind).Select(cell => $"{(kind == CellKind.Sex ? cell.Key[..1] : cell.Key)} {cell.Patients.Count}").Order(StringComparer.Ordinal);

    private static AudienceQuery Query(string text) => AudienceQuery.Parse(text).Query!;

    private static ChartHead Head(int i) => new()
    {
        BirthDate = new DateOnly(1940 + i, 1, 1),
        Sex = i % 2 == 0 ? "female" : "male",
        Language = i % 4 == 0 ? "es" : null,
        Addresses = [new PostalAddress { State = "MA", PostalCode = "02139" }],
        ContactPoints = [new ContactPoint { Kind = "email", Value = $"p{i}@example.com", Source = "fhir" }],
    };

    private static Fact Condition(string code) => new()
    {
        Kind = FactKind.Condition,
        Codes = [new Concept { System = "icd10", Code = code, Display = code == "E11.9" ? "Type 2 diabetes without complications" : code == "E11.65" ? "Type 2 diabetes with hyperglycemia" : null }],
        Counts = true,
        Active = true,
    };

    private static Fact Lab(double value) => new()
    {
        Kind = FactKind.Observation,
        Codes = [new Concept { System = "loinc", Code = "4548-4" }],
        Counts = true,
        On = Today.AddDays(-30),
        Value = value,
        Unit = "%",
    };
}
