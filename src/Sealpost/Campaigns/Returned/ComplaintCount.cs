using System.Globalization;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Returned;

/// <summary>Complaints about a campaign against what its patients' hosts took, notices included.</summary>
/// <param name="Accepted">Messages and notices taken.</param>
/// <param name="Complained">Of those: reported as unwanted.</param>
internal sealed record ComplaintCount(long Accepted, long Complained)
{
    /// <summary>Fewer complaints never pause a campaign, whatever their share.</summary>
    public const int Fewest = 3;

    /// <summary>Share of complaints beyond which large mail hosts refuse a sender's mail.</summary>
    public const double DefaultLimit = 0.003;

    /// <summary>Whether there are too many.</summary>
    /// <param name="seen">Complaints when a person last let the campaign go on; only newer ones pause it again.</param>
    /// <param name="limit">Share of what was accepted.</param>
    public bool IsOver(long seen, double limit) => Complained - seen >= Fewest && Complained > limit * Accepted;

    /// <summary>In words, without numbers of patients.</summary>
    public string Words(double limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Accepted == 0 ? 0 : 100.0 * Complained / Accepted):0.##} % of the messages were reported as unwanted; the limit is {100 * limit:0.##} %.");

    /// <summary>The counts now.</summary>
    public static async Task<ComplaintCount> OfAsync(OrganisationContext context, long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN complained_at > 0 THEN 1 ELSE 0 END), 0) FROM delivery WHERE org = @org AND campaign = @campaign AND state IN (@accepted, @pickup)",
            ("@org", context.Organisation.Id.Value), ("@campaign", campaign), ("@accepted", (int)Outcome.Accepted), ("@pickup", (int)Outcome.Pickup));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new ComplaintCount(reader.GetInt64(0), Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture));
    }
}
