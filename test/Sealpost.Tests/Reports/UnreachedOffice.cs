using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Compliance;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Reports;

/// <summary>A campaign that did not reach somebody.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Patients">Its patients as lists show them, in order.</param>
internal sealed record Unreached(long Id, IReadOnlyList<string> Patients)
{
    /// <summary>The telephone of one of them.</summary>
    public string PhoneOf(int place) => $"(617) 555-01{Patients[place][1..].PadLeft(2, '0')}";
}

/// <summary>Campaigns of the served organisation that are over and did not reach some of its patients.</summary>
internal static class UnreachedOffice
{
    /// <summary>Adds one, in which the messages to the first patients ended as said.</summary>
    public static async Task<Unreached> UnreachedAsync(this ServedOffice office, string name, Purpose purpose, params Outcome[] ended)
    {
        await office.StartedAsync();
        var organisation = await office.Installation.OpenOrganisationAsync("Green Valley Clinic", CancellationToken.None);
        var content = TestClinic.Content(name) with { Purpose = purpose, From = "Green Valley Clinic <care@mail.greenvalley.test>" };
        var campaign = (await organisation.Desk().CreateAsync(content, office.Officer, CancellationToken.None)).Id;
        var now = Sql.Stored(organisation.Context.Time.GetUtcNow());
        List<object?[]> rows = [.. ended.Select((outcome, number) => (object?[])[(long)office.Number, campaign, (long)number, 0L, (long)outcome, outcome == Outcome.WithheldTransport ? (long)WithholdReason.TlsUnavailable : 0L, 0L, now])];
        await organisation.WriteAsync(
            async (transaction, token) =>
            {
                await organisation.Context.Database.BulkUpsertAsync(DeliveryStore.Table, rows, transaction, token);
                return await Sql.ExecuteAsync(
                    transaction, "UPDATE campaign SET state = @state, started_at = @at, ended_at = @at, selected = @selected, selection_done = 1 WHERE org = @org AND id = @id",
                    [("@state", (int)CampaignState.Finished), ("@at", now), ("@selected", (long)ended.Length), ("@org", office.Number), ("@id", campaign)], token);
            },
            CancellationToken.None);
        var charts = await organisation.Context.Patients.OpenManyAsync([.. ended.Select((_, number) => new PatientNumber(number))], CancellationToken.None);
        return new Unreached(campaign, [.. charts.OrderBy(chart => chart.Number.Value).Select(chart => chart.Head.DisplayId)]);
    }
}
