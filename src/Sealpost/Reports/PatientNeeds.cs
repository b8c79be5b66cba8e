using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>What patients wait for, or are about to miss, that asks for somebody.</summary>
internal static class PatientNeeds
{
    /// <summary>How long before links end that is said.</summary>
    public static TimeSpan Before { get; } = TimeSpan.FromDays(3);

    /// <summary>Replies and questions that no one has answered.</summary>
    public static async Task<IReadOnlyList<Need>> RepliesAsync(OrganisationContext context, Actor actor, CancellationToken cancellationToken)
    {
        if ((actor.Roles & (Roles.Compliance | Roles.Administrator)) == Roles.None)
            return [];
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM patient_request WHERE org = @org AND settled_at IS NULL AND kind IN (@reply, @address)",
            ("@org", context.Organisation.Id.Value), ("@reply", PatientRequestKinds.Reply), ("@address", PatientRequestKinds.Address));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var open = reader.GetInt64(0);
        return open == 0 ? [] : [new Need(NeedKind.Replies, null, "", $"{(open == 1 ? "One patient waits" : $"{open.ToString("N0", CultureInfo.InvariantCulture)} patients wait")} for an answer. “Forms and requests” shows what was written.", Sql.Instant(reader.GetInt64(1)))];
    }

    /// <summary>Messages that patients have not read and whose links end soon.</summary>
    public static async Task<IReadOnlyList<Need>> EndingAsync(OrganisationContext context, CampaignStore campaigns, CancellationToken cancellationToken)
    {
        var needs = new List<Need>();
        foreach (var (id, count, ends) in await new ReadPickups(context).EndingAsync(Before, cancellationToken).ConfigureAwait(false))
        {
            if (await campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } campaign)
                needs.Add(new Need(NeedKind.PickupEnding, id, campaign.Name, $"{SmallCells.Show(count)} {(count == 1 ? "patient has" : "patients have")} not read the message that waits on your page; the first link ends on {TimeZoneInfo.ConvertTime(ends, context.Organisation.TimeZone).ToString("d MMM", CultureInfo.InvariantCulture)}. Who must know it in time is best told by telephone or letter.", ends));
        }

        return needs;
    }
}
