using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Trust;

public sealed class AgreementRegisterTests : IAsyncLifetime
{
    private const string Relay = "relay.example.com:587";
    private static readonly OrganisationId Clinic = new(1);
    private static readonly DateOnly Start = new(2026, 1, 1);
    private static readonly DateOnly End = new(2026, 12, 31);
    private LedgerSample _sample = null!;
    private AgreementRegister _register = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sample = await LedgerSample.EmptyAsync();
        _register = new AgreementRegister(_sample.Ledger, _sample.Time);
    }

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    [Fact]
    public async Task A_signed_agreement_grants_its_flows_from_its_first_to_its_last_day()
    {
        await SignAsync(await AddAsync());
        Assert.Equal(1, (await DecideAsync(PhiFlow.Send, Relay, Start)).Agreement);
        Assert.Equal(1, (await DecideAsync(PhiFlow.Send, Relay.ToUpperInvariant(), End)).Agreement);
        Assert.Equal(FlowRefusal.NotYetEffective, await RefusalAsync(PhiFlow.Send, Relay, Start.AddDays(-1)));
        Assert.Equal(FlowRefusal.Expired, await RefusalAsync(PhiFlow.Send, Relay, End.AddDays(1)));
    }

    [Fact]
    public async Task A_flow_that_the_agreement_does_not_name_is_refused()
    {
        await SignAsync(await AddAsync());
        Assert.Equal(FlowRefusal.FlowNotGranted, await RefusalAsync(PhiFlow.Analyse, Relay, Start));
        Assert.Equal(FlowRefusal.NoAgreement, await RefusalAsync(PhiFlow.Send, "other.example.com:587", Start));
    }

    [Fact]
    public async Task An_unsigned_agreement_grants_nothing()
    {
        await AddAsync();
        Assert.Equal(FlowRefusal.Unsigned, await RefusalAsync(PhiFlow.Send, Relay, Start));
    }

    [Fact]
    public async Task An_ended_agreement_grants_nothing_and_stays_listed()
    {
        var id = await AddAsync();
        await SignAsync(id);
        await _sample.Database.InTransactionAsync(transaction => _register.EndAsync(Clinic, id, "user-1", transaction, Cancel));
        Assert.Equal(FlowRefusal.Ended, await RefusalAsync(PhiFlow.Send, Relay, Start));
        Assert.Equal(_sample.Time.GetUtcNow(), Assert.Single(await ListAsync()).EndedAt);
    }

    [Fact]
    public async Task A_contract_that_lacks_a_required_term_cannot_be_signed()
    {
        var id = await AddAsync();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => SignAsync(id, AgreementTerms.Required & ~AgreementTerms.Subcontractors));
        Assert.Contains("Subcontractors", error.Message, StringComparison.Ordinal);
        Assert.Null(Assert.Single(await ListAsync()).SignedAt);
    }

    [Fact]
    public async Task An_agreement_is_signed_once_by_a_named_user()
    {
        var id = await AddAsync();
        await SignAsync(id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignAsync(id));
        var signed = Assert.Single(await ListAsync());
        Assert.Equal(("officer-1", _sample.Time.GetUtcNow(), AgreementTerms.Required), (signed.SignedBy, signed.SignedAt, signed.Terms));
    }

    [Fact]
    public async Task An_agreement_of_another_organisation_covers_nothing_here()
    {
        await SignAsync(await AddAsync());
        Assert.Empty(await AgreementRegister.ListAsync(new OrganisationId(2), _sample.Database.Connection, Cancel));
    }

    [Fact]
    public async Task A_renewed_agreement_takes_over_from_an_expired_one()
    {
        await SignAsync(await AddAsync());
        await SignAsync(await AddAsync(End.AddDays(1), null));
        Assert.Equal(2, (await DecideAsync(PhiFlow.Send, Relay, End.AddDays(1))).Agreement);
    }

    [Fact]
    public async Task Every_change_is_in_the_ledger()
    {
        var id = await AddAsync();
        await SignAsync(id);
        await _sample.Database.InTransactionAsync(transaction => _register.EndAsync(Clinic, id, "user-1", transaction, Cancel));
        Assert.Equal(
            "agreement.added user-1 1,agreement.signed officer-1 1,agreement.ended user-1 1",
            await _sample.Database.ScalarAsync<string>("SELECT GROUP_CONCAT(kind || ' ' || actor || ' ' || subject) FROM (SELECT * FROM ledger_entry ORDER BY seq)"));
    }

    [Fact]
    public async Task An_agreement_that_ends_before_it_begins_or_grants_nothing_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => AddAsync(End, Start));
        await Assert.ThrowsAsync<ArgumentException>(() => AddAsync(Start, End, []));
    }

    private Task<int> AddAsync() => AddAsync(Start, End);

    private Task<int> AddAsync(DateOnly from, DateOnly? to, PhiFlow[]? flows = null) =>
        _sample.Database.InTransactionAsync(async transaction =>
            (await _register.AddAsync(
                Clinic,
                new BusinessAssociateAgreement(0, "Relay Inc", Relay, flows ?? [PhiFlow.Send, PhiFlow.Log], from, to, null, null, null),
                "user-1",
                transaction,
                Cancel)).Id);

    private Task SignAsync(int id, AgreementTerms terms = AgreementTerms.Required) =>
        _sample.Database.InTransactionAsync(transaction => _register.SignAsync(Clinic, id, terms, "officer-1", transaction, Cancel));

    private Task<IReadOnlyList<BusinessAssociateAgreement>> ListAsync() => AgreementRegister.ListAsync(Clinic, _sample.Database.Connection, Cancel);

    private async Task<FlowDecision> DecideAsync(PhiFlow flow, string endpoint, DateOnly on) => AgreementRegister.Decide(await ListAsync(), flow, endpoint, on);

    private async Task<FlowRefusal?> RefusalAsync(PhiFlow flow, string endpoint, DateOnly on) => (await DecideAsync(flow, endpoint, on)).Refusal;
}
