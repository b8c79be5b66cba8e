using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Shards;

public sealed class SelectAudienceTests : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    private Clinic _clinic = null!;
    private EmbeddedSilo _silo = null!;
    private OrganisationShards _shards = null!;
    private SelectAudience _audience = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clinic = await Clinic.OpenAsync();
        _silo = await EmbeddedSilo.StartAsync(Token);
        _shards = _silo.Shards(Clinic.Id, _clinic.Sources);
        _audience = new SelectAudience(_shards);
        await _clinic.AddAsync(
            (0, Head(1960), [Lab("4548-4", 9.5, "%"), Condition("E11.9")]),
            (1, Head(1990), [Lab("4548-4", 6.5, "%")]),
            (70_000, Head(1970), [Lab("4548-4", 60, "mmol/mol"), Condition("E119")]),
            (70_001, Head(1970) with { Deceased = true }, [Condition("E11.9")]));
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _clinic.DisposeAsync();
    }

    [Fact]
    public async Task Shards_are_asked_together_and_answers_joined_in_order()
    {
        Assert.Equal<int[]>([0, 70_000], await ListAsync("condition in (icd10:E11*)"));
        Assert.Equal(3, await _audience.CountAsync(Query("age > 10"), Today, Token));
    }

    [Fact]
    public async Task A_change_is_seen_once_the_refresh_returns()
    {
        Assert.Equal<int[]>([1], await ListAsync("not condition in (icd10:E11*)"));
        await _clinic.ChangeAsync(1, Head(1990), Condition("E11.2"));
        await _clinic.AddAsync((140_000, Head(2000), [Condition("E11.2")]));
        await _shards.RefreshAsync([new PatientNumber(1), new PatientNumber(140_000)], Token);
        Assert.Equal<int[]>([1, 140_000], await ListAsync("condition in (icd10:E112)"));
    }

    [Fact]
    public async Task Who_is_recorded_as_deceased_leaves_every_audience()
    {
        await _audience.CountAsync(Query("age > 10"), Today, Token);
        await _clinic.ChangeAsync(0, Head(1960) with { Deceased = true }, Condition("E11.9"));
        await _shards.RefreshAsync([new PatientNumber(0)], Token);
        Assert.Equal<int[]>([70_000], await ListAsync("condition in (icd10:E11*)"));
    }

    [Fact]
    public async Task Authorizations_and_engagements_are_part_of_what_a_query_sees()
    {
        var patient = new PatientNumber(1);
        _clinic.Consent[patient] = new ConsentState
        {
            Patient = patient,
            Version = 3,
            Authorizations = [new MarketingAuthorization { Id = 1, Purposes = [Purpose.Marketing, Purpose.CareCoordOps], SignedOn = Today.AddDays(-9), RevokedAt = new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero) }],
        };
        _clinic.Engagements.Add((patient, new Engagement(1, EngagementKind.Opened, Today.AddDays(-5))));
        Assert.Equal<int[]>([1], await ListAsync("campaign spring opened within 5 days and not campaign autumn opened"));

        // 03:00 UTC is the evening before in New York: revoked on the 23rd, the 22nd is the last day.
        Assert.Equal<int[]>([1], await ListAsync("authorization CARE_COORD_OPS", new DateOnly(2026, 11, 22)));
        Assert.Equal<int[]>([], await ListAsync("authorization MARKETING", new DateOnly(2026, 11, 23)));
    }

    [Fact]
    public async Task An_explanation_says_part_by_part_what_was_seen()
    {
        var explanation = await _audience.ExplainAsync(Query("age > 50 and lab loinc:4548-4 > 9 '%'"), new PatientNumber(0), Today, Token);
        Assert.True(explanation!.Matches);
        Assert.Equal(["age > 50 and lab loinc:4548-4 > 9 '%'", "age > 50", "lab loinc:4548-4 > 9 '%'"], explanation.Parts.Select(part => part.Part));
        Assert.Contains("age 66", explanation.Parts[1].Seen, StringComparison.Ordinal);
        Assert.Contains("9.5 %", explanation.Parts[2].Seen, StringComparison.Ordinal);
        Assert.Null(await _audience.ExplainAsync(Query("age > 50"), new PatientNumber(5), Today, Token));
    }

    [Fact]
    public async Task A_comparison_without_a_unit_is_refused_where_results_have_several()
    {
        await Assert.ThrowsAsync<RefusedException>(() => _audience.CountAsync(Query("lab loinc:4548-4 > 9"), Today, Token));
        var check = await _audience.CheckAsync(Query("lab loinc:4548-4 > 9 or age > 1 and lab loinc:4548-4 > 9 'g'"), Token);
        Assert.Equal(["Results of loinc:4548-4 have several units: write one of '%', 'mmol/mol' after the number."], check.Errors);
        Assert.Equal(["No result of loinc:4548-4 is in 'g'; there are results in '%', 'mmol/mol'."], check.Warnings);
        Assert.Equal(1, await _audience.CountAsync(Query("lab loinc:4548-4 > 9 '%'"), Today, Token));
    }

    [Theory]
    [InlineData("campaign sprint opened", "There is no campaign sprint. Near: spring")]
    [InlineData("authorization MARKETNG", "There is no purpose MARKETNG. Near: MARKETING")]
    [InlineData("within 5 miles of 02100", "ZIP 02100 has no known place.")]
    public async Task A_name_that_does_not_exist_is_an_error_with_near_ones(string query, string error)
    {
        Assert.StartsWith(error, Assert.Single((await _audience.CheckAsync(Query(query), Token)).Errors), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _audience.ListAsync(Query(query), Today, Token));
        Assert.DoesNotContain(query.Split(' ')[^1], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_code_is_a_warning_with_the_nearest_known_ones()
    {
        var check = await _audience.CheckAsync(Query("condition in (icd10:E11.8, icd10:E1*, icd:E11.9)"), Token);
        Assert.Empty(check.Errors);
        Assert.Equal(["No patient has icd10:E11.8. Near: icd10:E11.9.", "No patient has icd:E11.9. Near: icd10:E11.9."], check.Warnings);
    }

    [Fact]
    public async Task A_consent_state_is_there_with_a_version_that_every_change_moves()
    {
        var patient = new PatientNumber(70_000);
        await _shards.LoadAsync(patient.Shard, Token);
        var before = _shards.ConsentVersion(patient);
        Assert.Equal(before, _shards.ConsentState(patient)!.Version);

        await _clinic.ChangeAsync(70_000, Head(1970) with { Deceased = true });
        await _shards.RefreshAsync([patient], Token);
        var changed = _shards.ConsentVersion(patient);
        Assert.NotEqual(before, changed);

        _clinic.Consent[patient] = new ConsentState { Patient = patient, Version = 1, Suppressions = [new Suppression(SuppressionScope.All, SuppressionSource.Staff, default)] };
        await _shards.RefreshAsync([patient], Token);
        Assert.NotEqual(changed, _shards.ConsentVersion(patient));
        Assert.Single(_shards.ConsentState(patient)!.Suppressions);
        Assert.Equal((0L, null), (_shards.ConsentVersion(new PatientNumber(70_009)), _shards.ConsentState(new PatientNumber(70_009))));
    }

    private async Task<int[]> ListAsync(string query, DateOnly? asOf = null) =>
        [.. (await _audience.ListAsync(Query(query), asOf ?? Today, Token)).Select(patient => patient.Value)];

    private static AudienceQuery Query(string text) => AudienceQuery.Parse(text).Query!;

    private static ChartHead Head(int year) => new() { BirthDate = new DateOnly(year, 1, 1), Sex = "female" };

    private static Fact Condition(string code) =>
        new() { Kind = FactKind.Condition, Codes = [new Concept { System = "icd10", Code = code }], Counts = true, Active = true, Status = "active/confirmed" };

    private static Fact Lab(string code, double value, string unit) => new()
    {
        Kind = FactKind.Observation,
        Codes = [new Concept { System = "loinc", Code = code }],
        Counts = true,
        Status = "final",
        On = Today.AddDays(-30),
        Value = value,
        Unit = unit,
    };
}
