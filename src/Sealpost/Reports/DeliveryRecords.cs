using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Reports;

/// <summary>One delivery of a campaign, as a list shows it: numbers and codes only.</summary>
/// <param name="Patient">Patient number.</param>
/// <param name="Outcome">Its term in the campaign's sum.</param>
/// <param name="Reason">Why it was withheld.</param>
/// <param name="Attempts">Tries made.</param>
/// <param name="ChangedAt">UTC instant of its last change.</param>
/// <param name="NextAt">UTC instant of the next try of a deferred message.</param>
/// <param name="ReplyCode">Last reply code of the mail host; 0 for none.</param>
public sealed record DeliveryRecord(PatientNumber Patient, Outcome Outcome, WithholdReason? Reason, int Attempts, DateTimeOffset ChangedAt, DateTimeOffset? NextAt, int ReplyCode);

/// <summary>Lists a campaign's deliveries, page by page.</summary>
public sealed class DeliveryRecords
{
    /// <summary>Most records in a page.</summary>
    public const int LargestPage = 1_000;

    private readonly OrganisationContext _context;

    /// <summary>Creates it for an organisation.</summary>
    public DeliveryRecords(OrganisationContext context) => _context = context;

    /// <summary>A page in order of patient.</summary>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="outcome">Only these; null for all.</param>
    /// <param name="after">Last patient of the page before; null begins.</param>
    /// <param name="limit">1 to <see cref="LargestPage"/>.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<IReadOnlyList<DeliveryRecord>> PageAsync(long campaign, Outcome? outcome, PatientNumber? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT patient, state, reason, attempts, changed_at, next_at, reply FROM delivery
            WHERE org = @org AND campaign = @campaign AND patient > @after{(outcome is null ? "" : " AND state = @state")}
            ORDER BY patient LIMIT @limit
            """,
            ("@org", _context.Organisation.Id.Value), ("@campaign", campaign), ("@after", after?.Value ?? -1), ("@limit", Math.Clamp(limit, 1, LargestPage)));
        if (outcome is { } wanted)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@state";
            parameter.Value = (long)wanted;
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var page = new List<DeliveryRecord>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (reason, next) = (reader.GetInt64(2), reader.GetInt64(5));
            page.Add(new DeliveryRecord(
                new PatientNumber(checked((int)reader.GetInt64(0))),
                (Outcome)reader.GetInt64(1),
                reason == 0 ? null : (WithholdReason)reason,
                checked((int)reader.GetInt64(3)),
                Sql.Instant(reader.GetInt64(4)),
                next == 0 ? null : Sql.Instant(next),
                checked((int)reader.GetInt64(6))));
        }

        return page;
    }
}
