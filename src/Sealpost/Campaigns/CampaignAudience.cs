using System.Globalization;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Who a campaign is for: its query's audience; for a follow-up only those of them whom the earlier campaign left.</summary>
internal static class CampaignAudience
{
    /// <summary>The patients, ascending.</summary>
    public static async Task<IReadOnlyList<PatientNumber>> ListAsync(OrganisationContext context, PreparedCampaign prepared, DateOnly asOf, CancellationToken cancellationToken)
    {
        var audience = await context.Audience.ListAsync(prepared.Query, asOf, cancellationToken).ConfigureAwait(false);
        if (prepared.Campaign.Content.FollowUp is not { } followUp)
            return audience;
        var left = await LeftAsync(context, followUp, cancellationToken).ConfigureAwait(false);
        return [.. audience.Where(patient => left.Contains(patient.Value))];
    }

    /// <summary>Patients whom the earlier campaign left so.</summary>
    public static async Task<IReadOnlySet<int>> LeftAsync(OrganisationContext context, FollowUp followUp, CancellationToken cancellationToken)
    {
        var withheld = string.Create(CultureInfo.InvariantCulture, $"{(int)Outcome.WithheldBasis}, {(int)Outcome.WithheldTransport}");
        var clauses = new List<string>();
        if (followUp.Outcomes.Count > 0)
            clauses.Add($"state IN ({Numbers(followUp.Outcomes)})");
        if (followUp.Reasons.Count > 0)
            clauses.Add($"(state IN ({withheld}) AND reason IN ({Numbers(followUp.Reasons)}))");
        var left = new HashSet<int>();
        if (clauses.Count == 0)
            return left;
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, $"SELECT patient FROM delivery WHERE org = @org AND campaign = @campaign AND ({string.Join(" OR ", clauses)})", ("@org", context.Organisation.Id.Value), ("@campaign", followUp.Campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            left.Add(checked((int)reader.GetInt64(0)));
        return left;
    }

    private static string Numbers(IReadOnlyList<int> numbers) => string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
