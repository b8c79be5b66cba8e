using Sealpost.Consent;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Consent;

public sealed class DecisionLogTests : ConsentStoreCompliance
{
    [Fact]
    public async Task A_decision_is_kept_for_every_attempt()
    {
        var log = new DecisionLog(Database, Keys);
        var patient = new PatientNumber(3);
        RecordedDecision[] decisions =
        [
            new(42, patient, 1, GateMoment.BeforeData, null, "45 CFR 164.508(a)(3)", 8, 7, Lawful.Now),
            new(42, patient, 2, GateMoment.Render, WithholdReason.AuthorizationRevoked, "45 CFR 164.508(b)(5)", 9, null, Lawful.Now.AddHours(1)),
        ];

        await Database.WriteAsync(
            async (transaction, token) =>
            {
                await log.RecordAsync([.. decisions, decisions[0] with { Campaign = 43 }], transaction, token);
                return 0;
            },
            Token);

        Assert.Equal(decisions, await log.ReadAsync(42, patient, Token));
    }

    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentSqlite.OpenAsync();
}
