using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Trust;

public sealed class RiskAcceptancesTests : IAsyncLifetime
{
    private static readonly OrganisationId Clinic = new(1);
    private static readonly DateOnly Last = new(2027, 6, 30);
    private LedgerSample _sample = null!;
    private RiskAcceptances _risks = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sample = await LedgerSample.EmptyAsync();
        _risks = new RiskAcceptances(_sample.Ledger, _sample.Time);
    }

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    [Fact]
    public async Task An_acceptance_counts_to_its_last_day()
    {
        await AcceptAsync("Dana Officer");
        var listed = Assert.Single(await ListAsync());
        Assert.Equal(("Dana Officer", _sample.Time.GetUtcNow()), (listed.AcceptedBy, listed.AcceptedAt));
        Assert.True(listed.IsInForce(Last));
        Assert.False(listed.IsInForce(Last.AddDays(1)));
    }

    [Fact]
    public async Task A_withdrawn_acceptance_counts_no_more()
    {
        var accepted = await AcceptAsync("Dana Officer");
        await _sample.Database.InTransactionAsync(transaction => _risks.WithdrawAsync(Clinic, accepted.Id, "user-1", transaction, Cancel));
        Assert.False(Assert.Single(await ListAsync()).IsInForce(Last));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _sample.Database.InTransactionAsync(transaction => _risks.WithdrawAsync(Clinic, accepted.Id, "user-1", transaction, Cancel)));
    }

    [Theory]
    [InlineData("n2-over-t2", "", "We accept it.")]
    [InlineData("n2-over-t2", "Dana Officer", " ")]
    [InlineData("n3-over-t2", "Dana Officer", "We accept it.")]
    public async Task A_nameless_wordless_or_unknown_acceptance_is_refused(string kind, string name, string statement) =>
        await Assert.ThrowsAsync<ArgumentException>(() => AcceptAsync(name, kind, statement));

    [Fact]
    public async Task The_ledger_binds_the_words_that_were_signed()
    {
        await AcceptAsync("Dana Officer");
        await AcceptAsync("Dana Officer", statement: "Other words.");
        Assert.Equal(2, await _sample.Database.ScalarAsync<long>("SELECT COUNT(DISTINCT detail) FROM ledger_entry WHERE kind = 'risk.accepted'"));
    }

    private Task<RiskAcceptance> AcceptAsync(string name, string kind = RiskAcceptances.ClinicalOverPlainPkix, string statement = "Reminders may go over verified TLS without DANE.") =>
        _sample.Database.InTransactionAsync(transaction =>
            _risks.AcceptAsync(Clinic, new RiskAcceptance(0, kind, Last) { Statement = statement, AcceptedBy = name }, "officer-1", transaction, Cancel));

    private Task<IReadOnlyList<RiskAcceptance>> ListAsync() => RiskAcceptances.ListAsync(Clinic, _sample.Database.Connection, Cancel);
}
