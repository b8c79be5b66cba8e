using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

public sealed class SelectFromMemoryTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        await _clinic.AddPatientsAsync(6, "a.example", "b.example");
        // The shard is in memory before anything changes.
        Assert.Equal(6, await _clinic.CountAsync("age >= 0"));
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task What_is_decided_from_memory_is_what_the_store_says()
    {
        await _clinic.Context.Consent.SuppressAsync(null, new PatientNumber(1), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        await _clinic.ChangeBirthDateAsync(2, "p2@a.example", new DateOnly(2020, 1, 1));
        await _clinic.ChangeMailboxAsync(3, "p3@c.example");
        await _clinic.EraseAsync(4);
        await _clinic.ChangeMailboxAsync(5, "p3@c.example");
        PatientNumber[] patients = [.. Enumerable.Range(0, 6).Select(number => new PatientNumber(number))];
        var basis = Consent.Lawful.Campaign(Purpose.Treatment);

        var verdicts = await _clinic.Context.Audience.DecideAsync(basis, _clinic.Policy, _clinic.Time.GetUtcNow(), _clinic.Context.Today, patients, Token);

        var gate = new ConsentGate(_clinic.Policy);
        var opened = await OpenPatients.LoadAsync(_clinic.Context, patients, Token);
        Assert.Equal(
            opened.Select(patient => OpenPatients.Decide(gate, basis, patient, GateMoment.Selection, _clinic.Time.GetUtcNow()) switch
            {
                ConsentDecision.Permit permit => (patient.Number, null, permit.Citation, EmailAddress.DomainOf(permit.Address.Open()), patient.State.Version),
                ConsentDecision.Withhold no => (patient.Number, (WithholdReason?)no.Reason, no.Citation, "", patient.State.Version),
                _ => throw new InvalidOperationException(),
            }),
            verdicts.Select(verdict => (verdict.Patient, verdict.Reason, verdict.Citation, verdict.Domain, verdict.Version)));
        Assert.Equal([null, WithholdReason.Suppressed, WithholdReason.Minor, WithholdReason.SharedAddress, WithholdReason.Erased, WithholdReason.SharedAddress], verdicts.Select(verdict => verdict.Reason));
    }

    [Fact]
    public async Task States_come_in_the_order_of_the_addresses_in_use()
    {
        var verdict = Assert.Single(await _clinic.Context.Audience.DecideAsync(
            Consent.Lawful.Campaign(Purpose.Treatment), _clinic.Policy, _clinic.Time.GetUtcNow(), _clinic.Context.Today, [new PatientNumber(0)], Token));
        Assert.Equal("MA", verdict.States);
        Assert.Equal(0, PatientZones.At(new DateTime(2026, 11, 25, 19, 0, 0), PatientZones.OfStates("XX;" + verdict.States)!).Hour);
    }
}
