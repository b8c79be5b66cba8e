using System.Data.Common;
using System.Globalization;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns.Pickup;

/// <summary>Where a waiting message stands.</summary>
/// <param name="Serial">Number of the link that is good.</param>
/// <param name="UsedAt">UTC instant it was used up.</param>
/// <param name="RenewedAt">UTC instant the newest link was sent, where it is not the first.</param>
/// <param name="PickedAt">UTC instant of the first reading.</param>
internal sealed record PickupStanding(long Serial, DateTimeOffset? UsedAt, DateTimeOffset? RenewedAt, DateTimeOffset? PickedAt);

/// <summary>Uses of links to waiting messages, and codes. Every use is a ledger event in the same transaction. 45 CFR 164.312(b).</summary>
internal sealed class PickupRows(OrganisationContext context)
{
    /// <summary>Codes a patient may be sent in an hour.</summary>
    public const int MostCodes = 3;

    /// <summary>How long a code is good.</summary>
    public static TimeSpan CodeFor { get; } = TimeSpan.FromMinutes(10);

    private long Org => context.Organisation.Id.Value;

    private long Now => Sql.Stored(context.Time.GetUtcNow());

    /// <summary>Where a message stands; null where no notice of it was sent.</summary>
    public async Task<PickupStanding?> FindAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT COALESCE(p.serial, 1), COALESCE(p.used_at, 0), COALESCE(p.renewed_at, 0), COALESCE(p.picked_at, 0)
            FROM delivery d LEFT JOIN pickup p ON p.org = d.org AND p.campaign = d.campaign AND p.patient = d.patient
            WHERE d.org = @org AND d.campaign = @campaign AND d.patient = @patient AND d.state IN (@pickup, @doubt)
            """,
            ("@org", Org), ("@campaign", campaign), ("@patient", patient.Value), ("@pickup", (int)Outcome.Pickup), ("@doubt", (int)Outcome.InDoubt));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new PickupStanding(reader.GetInt64(0), Instant(reader.GetInt64(1)), Instant(reader.GetInt64(2)), Instant(reader.GetInt64(3)))
            : null;
    }

    /// <summary>Uses a link up and notes the reading; false where it was used or replaced meanwhile, and then nothing may be shown.</summary>
    public Task<bool> UseAsync(long campaign, PatientNumber patient, long serial, string factor, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await SeedAsync(campaign, patient, transaction, token).ConfigureAwait(false);
                var changed = await Sql.ExecuteAsync(
                    transaction,
                    "UPDATE pickup SET used_at = @now, picked_at = CASE WHEN picked_at = 0 THEN @now ELSE picked_at END WHERE org = @org AND campaign = @campaign AND patient = @patient AND serial = @serial AND used_at = 0",
                    [("@now", Now), ("@org", Org), ("@campaign", campaign), ("@patient", patient.Value), ("@serial", serial)],
                    token).ConfigureAwait(false);
                if (changed == 1)
                    await NoteAsync("pickup.read", campaign, patient, $"factor={factor}", transaction, token).ConfigureAwait(false);
                return changed == 1;
            },
            cancellationToken);

    /// <summary>Notes that a message was opened again in the browser that opened it. 45 CFR 164.312(b).</summary>
    public Task NoteAgainAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken) =>
        context.Database.WriteAsync((transaction, token) => NoteAsync("pickup.read", campaign, patient, "again", transaction, token), cancellationToken);

    /// <summary>Notes that a file of an opened message was fetched. Its number alone: name and hash can betray a condition. 45 CFR 164.312(b).</summary>
    public Task NoteFileAsync(long campaign, PatientNumber patient, long file, CancellationToken cancellationToken) =>
        context.Database.WriteAsync((transaction, token) => NoteAsync("pickup.file", campaign, patient, string.Create(CultureInfo.InvariantCulture, $"file={file}"), transaction, token), cancellationToken);

    /// <summary>Makes the next link the good one; its number.</summary>
    public Task<long> RenewAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await SeedAsync(campaign, patient, transaction, token).ConfigureAwait(false);
                await using var command = Sql.Command(
                    transaction,
                    "UPDATE pickup SET serial = serial + 1, used_at = 0, renewed_at = @now WHERE org = @org AND campaign = @campaign AND patient = @patient RETURNING serial",
                    ("@now", Now), ("@org", Org), ("@campaign", campaign), ("@patient", patient.Value));
                var serial = (long)(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
                await NoteAsync("pickup.renewed", campaign, patient, null, transaction, token).ConfigureAwait(false);
                return serial;
            },
            cancellationToken);

    /// <summary>Keeps the hash of a new code in place of any older one; false where too many were sent this hour.</summary>
    public Task<bool> KeepCodeAsync(long campaign, PatientNumber patient, byte[] hash, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var hour = Now / 3_600_000;
                var changed = await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO pickup_code (org, patient, campaign, hash, expires_at, hour, sent) VALUES (@org, @patient, @campaign, @hash, @expires, @hour, 1)
                    ON CONFLICT (org, patient) DO UPDATE SET campaign = excluded.campaign, hash = excluded.hash, expires_at = excluded.expires_at, hour = excluded.hour,
                    sent = CASE WHEN pickup_code.hour = excluded.hour THEN pickup_code.sent + 1 ELSE 1 END
                    WHERE pickup_code.hour <> excluded.hour OR pickup_code.sent < @most
                    """,
                    [("@org", Org), ("@patient", patient.Value), ("@campaign", campaign), ("@hash", hash), ("@expires", Now + (long)CodeFor.TotalMilliseconds), ("@hour", hour), ("@most", (long)MostCodes)],
                    token).ConfigureAwait(false);
                return changed == 1;
            },
            cancellationToken);

    /// <summary>Whether a code for this message is on its way or there, and good.</summary>
    public async Task<bool> HasCodeAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT 1 FROM pickup_code WHERE org = @org AND patient = @patient AND campaign = @campaign AND expires_at > @now", ("@org", Org), ("@patient", patient.Value), ("@campaign", campaign), ("@now", Now));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>Notes what became of a code; one that the provider did not take is good no more.</summary>
    public Task NoteCodeAsync(long campaign, PatientNumber patient, CodeResult result, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (result != CodeResult.Sent)
                    await Sql.ExecuteAsync(transaction, "UPDATE pickup_code SET expires_at = 0 WHERE org = @org AND patient = @patient AND campaign = @campaign", [("@org", Org), ("@patient", patient.Value), ("@campaign", campaign)], token).ConfigureAwait(false);
                return await NoteAsync("pickup.code", campaign, patient, $"result={result}", transaction, token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Takes a code: true where it is the patient's newest, for this message, and not too old. A code taken is gone.</summary>
    public Task<bool> TakeCodeAsync(long campaign, PatientNumber patient, byte[] hash, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) => await Sql.ExecuteAsync(
                transaction,
                "UPDATE pickup_code SET expires_at = 0 WHERE org = @org AND patient = @patient AND campaign = @campaign AND hash = @hash AND expires_at > @now",
                [("@org", Org), ("@patient", patient.Value), ("@campaign", campaign), ("@hash", hash), ("@now", Now)],
                token).ConfigureAwait(false) == 1,
            cancellationToken);

    private Task<int> SeedAsync(long campaign, PatientNumber patient, DbTransaction transaction, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(
            transaction,
            "INSERT INTO pickup (org, campaign, patient, serial, used_at, renewed_at, picked_at) VALUES (@org, @campaign, @patient, 1, 0, 0, 0) ON CONFLICT (org, campaign, patient) DO NOTHING",
            [("@org", Org), ("@campaign", campaign), ("@patient", patient.Value)],
            cancellationToken);

    private Task<long> NoteAsync(string kind, long campaign, PatientNumber patient, string? detail, DbTransaction transaction, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, "patient", patient, campaign.ToString(CultureInfo.InvariantCulture), "done", detail), transaction, cancellationToken);

    private static DateTimeOffset? Instant(long stored) => stored == 0 ? null : Sql.Instant(stored);
}
