using System.Globalization;
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
public sealed record DeliveryRecord(PatientNumber Patient, Outcome Outcome, WithholdReason? Reason, int Attempts, DateTimeOffset ChangedAt, DateTimeOffset? NextAt, int ReplyCode)
{
    /// <summary>Tier of the connection; null where there was none.</summary>
    public Tier? Tier { get; init; }
}

/// <summary>Lists a campaign's deliveries, page by page: each page begins where the last one ended, so the last of a million costs what the first does.</summary>
public sealed class DeliveryRecords
{
    /// <summary>Most records in a page.</summary>
    public const int LargestPage = 1_000;

    private readonly OrganisationContext _context;

    /// <summary>Creates it for an organisation.</summary>
    public DeliveryRecords(OrganisationContext context) => _context = context;

    private int Org => _context.Organisation.Id.Value;

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
            SELECT patient, state, reason, attempts, changed_at, next_at, reply, tier FROM delivery
            WHERE org = @org AND campaign = @campaign AND patient > @after{Only(outcome)}
            ORDER BY patient LIMIT @limit
            """,
            ("@org", Org), ("@campaign", campaign), ("@after", after?.Value ?? -1), ("@limit", Math.Clamp(limit, 1, LargestPage)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var page = new List<DeliveryRecord>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            page.Add(Read(reader));
        return page;
    }

    /// <summary>How many a list has.</summary>
    public async Task<long> CountAsync(long campaign, Outcome? outcome, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT COUNT(*) FROM delivery WHERE org = @org AND campaign = @campaign{Only(outcome)}", ("@org", Org), ("@campaign", campaign));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    /// <summary>The last patient of every stretch of some length, so that a list can be entered anywhere. One walk through the keys alone.</summary>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="outcome">Only these; null for all.</param>
    /// <param name="every">Length of a stretch.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<DeliveryMarks> MarksAsync(long campaign, Outcome? outcome, int every, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, $"SELECT patient FROM delivery WHERE org = @org AND campaign = @campaign{Only(outcome)} ORDER BY patient", ("@org", Org), ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var marks = new List<int>();
        var count = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (++count % every == 0)
                marks.Add(checked((int)reader.GetInt64(0)));
        }

        return new DeliveryMarks(every, count, marks);
    }

    /// <summary>Some records from a place in the list on.</summary>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="outcome">The list's outcome.</param>
    /// <param name="marks">The list's marks.</param>
    /// <param name="start">Place of the first, from 0.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<IReadOnlyList<DeliveryRecord>> FromAsync(long campaign, Outcome? outcome, DeliveryMarks marks, int start, int count, CancellationToken cancellationToken)
    {
        var stretch = Math.Min(start / marks.Every, marks.LastPatients.Count);
        PatientNumber? after = stretch == 0 ? null : new PatientNumber(marks.LastPatients[stretch - 1]);
        var skip = start - (stretch * marks.Every);
        var records = await PageAsync(campaign, outcome, after, Math.Min(LargestPage, skip + count), cancellationToken).ConfigureAwait(false);
        return [.. records.Skip(skip).Take(count)];
    }

    // The sign keeps pending ones off their partial index, which is not in order of patient.
    private static string Only(Outcome? outcome) => outcome switch
    {
        null => "",
        Outcome.Pending => " AND +state IN (0, 9)",
        Outcome.Accepted or Outcome.InFlight => string.Create(CultureInfo.InvariantCulture, $" AND state = {(int)outcome}"),
        _ => string.Create(CultureInfo.InvariantCulture, $" AND {DeliveryIndexes.Rare} AND state = {(int)outcome}"),
    };

    private static DeliveryRecord Read(System.Data.Common.DbDataReader reader)
    {
        var (reason, next, tier) = (reader.GetInt64(2), reader.GetInt64(5), reader.GetInt64(7));
        return new DeliveryRecord(
            new PatientNumber(checked((int)reader.GetInt64(0))),
            (Outcome)reader.GetInt64(1),
            reason == 0 ? null : (WithholdReason)reason,
            checked((int)reader.GetInt64(3)),
            Sql.Instant(reader.GetInt64(4)),
            next == 0 ? null : Sql.Instant(next),
            checked((int)reader.GetInt64(6)))
        {
            Tier = tier == 0 ? null : (Tier)tier,
        };
    }
}

/// <summary>Places at which a list of deliveries can be entered.</summary>
/// <param name="Every">Records between two of them.</param>
/// <param name="Count">Records in the list.</param>
/// <param name="LastPatients">Last patient of each full stretch.</param>
public sealed record DeliveryMarks(int Every, int Count, IReadOnlyList<int> LastPatients);
