using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Returns;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns.Returned;

/// <summary>A delivery found by the token of its return path.</summary>
internal sealed record FoundDelivery(long Campaign, PatientNumber Patient, Outcome Outcome);

/// <summary>What is kept of mail that came back: numbers and codes, never the mail.</summary>
internal sealed class ReturnRows(OrganisationContext context)
{
    private int Org => context.Organisation.Id.Value;

    private DateTimeOffset Now => context.Time.GetUtcNow();

    /// <summary>Keyed hash by which a second copy of a mail is known.</summary>
    public byte[] DigestOf(IncomingMail mail) => context.Keys.BlindIndex("returned", Convert.ToHexString(SHA256.HashData(mail.Bytes.Span)));

    /// <summary>The same of a refusal in session, one for each try.</summary>
    public byte[] DigestOf(long campaign, PatientNumber patient, int attempt, bool isReminder) =>
        context.Keys.BlindIndex("returned", string.Create(CultureInfo.InvariantCulture, $"session:{campaign}:{patient.Value}:{attempt}:{(isReminder ? "reminder" : "message")}"));

    /// <summary>The delivery whose last try, or whose reminder, had this token; null for none.</summary>
    public async Task<FoundDelivery?> FindAsync(byte[] token, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT campaign, patient, state FROM delivery WHERE org = @org AND token = @token
            UNION ALL SELECT d.campaign, d.patient, d.state FROM pickup_reminder r JOIN delivery d ON d.org = r.org AND d.campaign = r.campaign AND d.patient = r.patient
            WHERE r.org = @org AND r.token = @token
            """,
            ("@org", Org), ("@token", token));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new FoundDelivery(reader.GetInt64(0), new PatientNumber(checked((int)reader.GetInt64(1))), (Outcome)reader.GetInt64(2))
            : null;
    }

    /// <summary>The same mail was taken before.</summary>
    public async Task<bool> IsKnownAsync(byte[] digest, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT 1 FROM returned_mail WHERE org = @org AND digest = @digest", ("@org", Org), ("@digest", digest));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>Failures of a mailbox in other campaigns.</summary>
    public async Task<IReadOnlyList<(ReturnReason Reason, DateTimeOffset At)>> FailuresAsync(string mailbox, long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await FailuresAsync(mailbox, campaign, connection, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same as a transaction sees them.</summary>
    public Task<IReadOnlyList<(ReturnReason Reason, DateTimeOffset At)>> FailuresAsync(string mailbox, long campaign, DbTransaction transaction, CancellationToken cancellationToken) =>
        FailuresAsync(mailbox, campaign, transaction.Connection!, transaction, cancellationToken);

    private async Task<IReadOnlyList<(ReturnReason Reason, DateTimeOffset At)>> FailuresAsync(string mailbox, long campaign, DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection,
            "SELECT reason, at FROM address_failure WHERE org = @org AND mailbox = @mailbox AND campaign <> @campaign AND at >= @since ORDER BY at",
            ("@org", Org), ("@mailbox", BlindOf(mailbox)), ("@campaign", campaign), ("@since", Sql.Stored(Now - ReturnRules.SoftMemory)));
        command.Transaction = transaction;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var failures = new List<(ReturnReason, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            failures.Add(((ReturnReason)reader.GetInt64(0), Sql.Instant(reader.GetInt64(1))));
        return failures;
    }

    /// <summary>Counts a failure against a mailbox, once per campaign, and forgets old ones.</summary>
    public async Task CountFailureAsync(string mailbox, long campaign, ReturnReason reason, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await Sql.ExecuteAsync(
            transaction,
            "INSERT INTO address_failure (org, mailbox, campaign, reason, at) VALUES (@org, @mailbox, @campaign, @reason, @at) ON CONFLICT (org, mailbox, campaign) DO NOTHING",
            [("@org", Org), ("@mailbox", BlindOf(mailbox)), ("@campaign", campaign), ("@reason", (int)reason), ("@at", Sql.Stored(Now))],
            cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(
            transaction, "DELETE FROM address_failure WHERE org = @org AND mailbox = @mailbox AND at < @since", [("@org", Org), ("@mailbox", BlindOf(mailbox)), ("@since", Sql.Stored(Now - ReturnRules.SoftMemory))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes a genuine mail, or a refusal in session; false where a copy of it came first.</summary>
    public async Task<bool> AddAsync(ReturnWay way, byte[] digest, ReturnedMail read, FailedRecipient? failure, FoundDelivery delivery, ReturnDone done, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var id = await ConsentTables.NextAsync(transaction, context.Organisation.Id, "returned", cancellationToken).ConfigureAwait(false);
        return await Sql.ExecuteAsync(
            transaction,
            """
            INSERT INTO returned_mail (org, id, at, way, class, reason, status, reply, done, campaign, patient, digest)
            VALUES (@org, @id, @at, @way, @class, @reason, @status, @reply, @done, @campaign, @patient, @digest) ON CONFLICT (org, digest) DO NOTHING
            """,
            [
                ("@org", Org), ("@id", id), ("@at", Sql.Stored(Now)), ("@way", (int)way), ("@class", (int)(failure?.Class ?? read.Class)), ("@reason", (int)(failure?.Reason ?? read.Reason)),
                ("@status", failure?.Status ?? ""), ("@reply", failure?.ReplyCode ?? 0), ("@done", (int)done), ("@campaign", delivery.Campaign), ("@patient", delivery.Patient.Value), ("@digest", digest),
            ],
            cancellationToken).ConfigureAwait(false) == 1;
    }

    /// <summary>Counts a mail of the day.</summary>
    public Task<int> TallyAsync(ReturnDone done, DbTransaction transaction, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(
            transaction,
            "INSERT INTO returned_tally (org, day, done, count) VALUES (@org, @day, @done, 1) ON CONFLICT (org, day, done) DO UPDATE SET count = returned_tally.count + 1",
            [("@org", Org), ("@day", Now.ToUnixTimeSeconds() / 86_400), ("@done", (int)done)],
            cancellationToken);

    /// <summary>Marks a delivery as bounced or complained about, the first time.</summary>
    public Task<int> MarkAsync(FoundDelivery delivery, string column, DbTransaction transaction, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(
            transaction,
            $"UPDATE delivery SET {column} = @now WHERE org = @org AND campaign = @campaign AND patient = @patient AND {column} = 0",
            [("@now", Sql.Stored(Now)), ("@org", Org), ("@campaign", delivery.Campaign), ("@patient", delivery.Patient.Value)],
            cancellationToken);

    /// <summary>Whatever comes back proves that the next hop had taken the message: a delivery in doubt is one no more. Returns the lines for the journal, none where it was not in doubt.</summary>
    public async Task<IReadOnlyList<JournalLine>> ResolveAsync(FoundDelivery delivery, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await ResolvedAsync(delivery, transaction, cancellationToken).ConfigureAwait(false) is not { } outcome)
            return [];
        await LedgerAsync("delivery.resolved", delivery, "by what came back", transaction, cancellationToken).ConfigureAwait(false);
        return JournalLines.Of(delivery.Campaign, [delivery.Patient], outcome, Now);
    }

    /// <summary>Notes in the ledger what became of a delivery.</summary>
    public Task<long> LedgerAsync(string kind, FoundDelivery delivery, string detail, DbTransaction transaction, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(
            new AuditEvent(context.Organisation.Id, kind, "system", delivery.Patient, delivery.Campaign.ToString(CultureInfo.InvariantCulture), "done", detail), transaction, cancellationToken);

    private async Task<Outcome?> ResolvedAsync(FoundDelivery delivery, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            transaction,
            """
            UPDATE delivery SET state = CASE WHEN reason = @low THEN @pickup ELSE @accepted END, reason = 0, next_at = 0, changed_at = @now
            WHERE org = @org AND campaign = @campaign AND patient = @patient AND state = @doubt RETURNING state
            """,
            ("@low", (int)WithholdReason.TierTooLow), ("@pickup", (int)Outcome.Pickup), ("@accepted", (int)Outcome.Accepted), ("@now", Sql.Stored(Now)),
            ("@org", Org), ("@campaign", delivery.Campaign), ("@patient", delivery.Patient.Value), ("@doubt", (int)Outcome.InDoubt));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is { } state and not DBNull ? (Outcome)Convert.ToInt64(state, CultureInfo.InvariantCulture) : null;
    }

    private byte[] BlindOf(string mailbox) => ConsentTables.BlindOf(context.Keys, "email", mailbox);
}
