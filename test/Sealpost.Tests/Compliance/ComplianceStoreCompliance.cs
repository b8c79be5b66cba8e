using Sealpost.Campaigns;
using Sealpost.Compliance;
using Sealpost.Consent;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Compliance;

/// <summary>What compliance officers rely on, on every database: the register, disclosures, incidents, the ledger page by page.</summary>
public abstract class ComplianceStoreCompliance : IAsyncLifetime
{
    internal static readonly Actor Officer = new("u-officer", "Dana Officer", Roles.Compliance);
    private static readonly Actor Marketer = new("u-marketer", "Max Marketer", Roles.Marketer);
    private static readonly DisclosureDraft Misdirected = new() { On = "2026-11-20", Recipient = "Acme Hosting", Description = "Name and visit date", Purpose = "Sent to the wrong mailbox" };

    private TestClinic _clinic = null!;
    private int _changes;

    private static CancellationToken Token => TestClinic.Token;

    private AgreementDesk Agreements => new(_clinic.Context, () => _changes++);

    private DisclosureDesk Disclosures => new(_clinic.Context);

    private LedgerDesk LedgerPages => new(_clinic.Context);

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync(await UrlAsync());

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<string?> UrlAsync();

    [Fact]
    public async Task An_agreement_grants_only_while_signed_and_in_force_and_is_said_to_end_soon()
    {
        var added = await Agreements.AddAsync(new AgreementDraft("Relay Inc.", "relay.example:587", [PhiFlow.Send], null, new DateOnly(2027, 1, 1)), Officer, Token);
        Assert.Equal(AgreementStanding.NotSigned, await StandingAsync());
        var lacking = await Assert.ThrowsAsync<RefusedException>(() => Agreements.SignAsync(added.Id, AgreementTerms.PermittedUses, Officer, Token));
        Assert.Contains("Subcontractors", lacking.Message, StringComparison.Ordinal);
        await Agreements.SignAsync(added.Id, AgreementTerms.Required, Officer, Token);
        Assert.Equal(AgreementStanding.ExpiresSoon, await StandingAsync());
        Assert.Equal(1, _changes);
        _clinic.Clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal(AgreementStanding.Expired, await StandingAsync());
        await Agreements.EndAsync(added.Id, Officer, Token);
        Assert.Equal(AgreementStanding.Ended, await StandingAsync());
    }

    [Fact]
    public async Task The_register_is_kept_by_compliance_alone_and_says_what_is_missing()
    {
        var draft = new AgreementDraft(" ", "relay.example:587", [PhiFlow.Send], null, null);
        Assert.Contains("other party", (await Assert.ThrowsAsync<RefusedException>(() => Agreements.AddAsync(draft, Officer, Token))).Message, StringComparison.Ordinal);
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Agreements.AddAsync(draft, Marketer, Token))).Kind);
        var risks = new RiskDesk(_clinic.Context, () => _changes++);
        await Assert.ThrowsAsync<RefusedException>(() => risks.AcceptAsync("anything", "Dana", "Because.", null, Officer, Token));
        await Assert.ThrowsAsync<RefusedException>(() => risks.AcceptAsync(RiskDesk.Kinds[0].Kind, "", "Because.", null, Officer, Token));
        Assert.Empty(await risks.ListAsync(Marketer, Token));
    }

    [Fact]
    public async Task An_accounting_holds_six_years_of_disclosures_and_each_look_is_in_the_ledger()
    {
        await _clinic.AddPatientsAsync(2, "a.example");
        var patient = new PatientNumber(0);
        await Disclosures.RecordAsync([patient], Misdirected, Officer, Token);
        await Disclosures.RecordAsync([patient], new DisclosureDraft { On = "2020-11-23", Recipient = "County", Description = "Address", Purpose = "Subpoena" }, Officer, Token);
        var accounting = await Disclosures.AccountAsync(patient, Officer, Token);
        Assert.Equal("Acme Hosting", Assert.Single(accounting.Disclosures).Recipient);
        Assert.Null(accounting.GivenBefore);
        Assert.Empty((await Disclosures.AccountAsync(new PatientNumber(1), Officer, Token)).Disclosures);
        Assert.Contains("Acme Hosting", await Disclosures.GiveAsync(patient, accounting, Officer, Token), StringComparison.Ordinal);
        Assert.NotNull((await Disclosures.AccountAsync(patient, Officer, Token)).GivenBefore);
        Assert.Single(await _clinic.LedgerAsync("disclosure.accounted"));
        Assert.Equal(3, (await _clinic.LedgerAsync("patient.read")).Count);
        await Assert.ThrowsAsync<RefusedException>(() => Disclosures.AccountAsync(patient, Marketer, Token));
    }

    [Fact]
    public async Task A_disclosure_lacking_an_element_is_refused_with_all_of_them_named()
    {
        await _clinic.AddPatientsAsync(1, "a.example");
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Disclosures.RecordAsync([new PatientNumber(0)], new DisclosureDraft { Until = "2026-11-20" }, Officer, Token));
        foreach (var part in new[] { "the date", "who received it", "what was disclosed", "for what purpose", "how often" })
            Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await _clinic.LedgerAsync("disclosure"));
    }

    [Fact]
    public async Task A_disclosure_about_a_merged_record_is_accounted_for_with_its_survivor()
    {
        await _clinic.AddPatientsAsync(2, "a.example");
        await Disclosures.RecordAsync([new PatientNumber(1)], Misdirected, Officer, Token);
        await _clinic.Context.Database.WriteAsync(
            async (transaction, token) => await Sql.ExecuteAsync(transaction, "INSERT INTO consent_merged (org, patient, survivor) VALUES (1, 1, 0)", [], token), Token);
        Assert.Single((await Disclosures.AccountAsync(new PatientNumber(0), Officer, Token)).Disclosures);
    }

    [Fact]
    public async Task The_ledger_is_paged_without_gap_or_repeat_and_filtered_by_area_person_and_day()
    {
        for (var i = 0; i < 7; i++)
            await Agreements.AddAsync(new AgreementDraft($"Party {i}", "relay.example:587", [PhiFlow.Send], null, null), Officer, Token);
        _clinic.Clock.Advance(TimeSpan.FromDays(2));
        await _clinic.Context.Database.WriteAsync((transaction, token) => _clinic.Context.Ledger.AppendAsync(new AuditEvent(TestClinic.Organisation.Id, "setting.changed", "u-admin", null, "rate", "done"), transaction, token), Token);

        var seen = new List<long>();
        long? before = null;
        do
        {
            var page = await LedgerPages.PageAsync(new LedgerQuestion { Kind = "register", Before = before, Limit = 3 }, Officer, Token);
            seen.AddRange(page.Events.Select(one => one.Sequence));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(7, seen.Count);
        Assert.Equal(seen.OrderDescending().Distinct(), seen);
        Assert.Equal(["setting.changed"], await KindsAsync(new LedgerQuestion { From = new DateOnly(2026, 11, 26) }));
        Assert.Equal(7, (await KindsAsync(new LedgerQuestion { Until = new DateOnly(2026, 11, 25) })).Count);
        Assert.Equal(["setting.changed"], await KindsAsync(new LedgerQuestion { Actor = "u-admin" }));
        Assert.Equal(["setting.changed"], await KindsAsync(new LedgerQuestion { Kind = "setting.changed" }));
        await Assert.ThrowsAsync<RefusedException>(() => LedgerPages.PageAsync(new LedgerQuestion(), Marketer, Token));
    }

    [Fact]
    public async Task Whom_an_entry_concerns_is_told_only_as_an_audited_read()
    {
        await _clinic.AddPatientsAsync(1, "a.example");
        await Disclosures.RecordAsync([new PatientNumber(0)], Misdirected, Officer, Token);
        var entry = Assert.Single((await LedgerPages.PageAsync(new LedgerQuestion { Kind = "answers" }, Officer, Token)).Events);
        Assert.True(entry.OfPatient);
        Assert.Equal("0", await LedgerPages.WhoAsync(entry.Sequence, Officer, Token));
        Assert.Single(await _clinic.LedgerAsync("patient.read"));
    }

    [Fact]
    public async Task An_incident_finds_the_people_the_data_and_the_deadlines_from_what_left_alone()
    {
        await _clinic.AddPatientsAsync(6, "a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("recall"), TestClinic.Author, Token);
        var campaign = (await _clinic.Desk.GetAsync("recall", Token)).Id;
        // One row for each way that a message can end; only what left, or may have, concerns anybody.
        foreach (var (patient, state) in new[] { (0, 3), (1, 8), (2, 1), (3, 4), (4, 6) })
            await DeliveryAsync(campaign, patient, state);
        var scope = await new ScopeBreach(_clinic.Context, _clinic.Options, TestClinic.Speech).RunAsync(new BreachQuestion { Campaign = campaign, DiscoveredOn = new DateOnly(2026, 11, 23) }, Officer, Token);
        Assert.Equal(["0", "1"], scope.People.Select(one => one.Patient));
        Assert.Equal(("MA", 2), (scope.States[0].State, scope.States[0].Residents));
        Assert.Contains(scope.Elements, element => element.StartsWith("patient.given_name", StringComparison.Ordinal));
        Assert.Equal((new DateOnly(2027, 1, 22), new DateOnly(2027, 3, 1)), (scope.TellPeopleBy, scope.TellSecretaryBy));
        Assert.Equal(["breach.scoped u-officer"], await _clinic.LedgerAsync("breach"));
        await Assert.ThrowsAsync<RefusedException>(() => new ScopeBreach(_clinic.Context, _clinic.Options, TestClinic.Speech).RunAsync(new BreachQuestion(), Officer, Token));
    }

    [Fact]
    public async Task An_incident_of_looking_finds_everybody_whom_the_person_looked_at()
    {
        await _clinic.AddPatientsAsync(3, "a.example");
        var consent = new ConsentDesk(_clinic.Context, _ => Task.FromResult<SendCampaign>(null!), () => { });
        var curious = new Actor("u-curious", "Cy Curious", Roles.Auditor);
        await consent.ReadAsync(new PatientNumber(1), curious, Token);
        await consent.ReadAsync(new PatientNumber(2), Officer, Token);
        var scope = await new ScopeBreach(_clinic.Context, _clinic.Options, TestClinic.Speech).RunAsync(new BreachQuestion { Reader = curious.Id }, Officer, Token);
        Assert.Equal("1", Assert.Single(scope.People).Patient);
        Assert.Equal((0, 1), (scope.Messages, scope.Reads));
    }

    [Fact]
    public async Task What_a_patient_wants_is_read_with_why_an_authorization_does_not_hold()
    {
        await _clinic.AddPatientsAsync(1, "a.example");
        var patient = new PatientNumber(0);
        var consent = new ConsentDesk(_clinic.Context, _ => Task.FromResult<SendCampaign>(null!), () => _changes++);
        var form = new SignedForm
        {
            Purposes = ["MARKETING"], Information = "Name and email", Disclosers = ["Clinic"], Recipients = ["Clinic"], ExpiresOn = "2026-12-01", SignedOn = "2026-11-01", Signature = "paper",
            States = ["revocation", "no-conditioning", "redisclosure"], Standalone = true, PlainLanguage = true, CopyGivenOn = "2026-11-01", DocumentSha256 = new string('a', 64),
        };
        await consent.RecordAsync(patient, form.ToAuthorization(), Officer, Token);
        Assert.Null(Assert.Single((await consent.ReadAsync(patient, Officer, Token)).Authorizations).Defect);
        _clinic.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(WithholdReason.AuthorizationExpired, Assert.Single((await consent.ReadAsync(patient, Officer, Token)).Authorizations).Defect);
        Assert.Single(await consent.RevokeAsync(patient, null, "letter", Officer, Token));
        Assert.Equal((WithholdReason.AuthorizationRevoked, "45 CFR 164.508(b)(5)"), (Assert.Single((await consent.ReadAsync(patient, Officer, Token)).Authorizations) is var one ? (one.Defect, one.Citation) : default));
        form.Information = null;
        Assert.Contains("description of the information", (await Assert.ThrowsAsync<RefusedException>(() => consent.RecordAsync(patient, form.ToAuthorization(), Officer, Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => consent.ReadAsync(patient, Marketer, Token));
        await consent.AttestAsync("portal", true, "Verified at check-in.", Officer, Token);
        Assert.Equal(("portal", true), ((await consent.SourcesAsync(Marketer, Token))[0].Source, (await consent.SourcesAsync(Marketer, Token))[0].Attested));
    }

    private async Task<AgreementStanding> StandingAsync() => Assert.Single(await Agreements.ListAsync(Marketer, Token)).Standing;

    private async Task<IReadOnlyList<string>> KindsAsync(LedgerQuestion question) =>
        [.. (await LedgerPages.PageAsync(question, Officer, Token)).Events.Select(one => one.Kind)];

    private Task DeliveryAsync(long campaign, int patient, int state) => _clinic.Context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction,
            "INSERT INTO delivery (org, campaign, patient, destination, state, changed_at, tier) VALUES (1, @campaign, @patient, 0, @state, @at, 2)",
            [("@campaign", campaign), ("@patient", patient), ("@state", state), ("@at", Sql.Stored(_clinic.Time.GetUtcNow()))],
            token),
        Token);
}

public sealed class ComplianceStoreOnSqliteTests : ComplianceStoreCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class ComplianceStoreOnPostgresqlTests(PostgresServer server) : ComplianceStoreCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
}
