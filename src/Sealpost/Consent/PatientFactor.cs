using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>What became of an answer to the extra question.</summary>
internal enum FactorResult
{
    /// <summary>Right.</summary>
    Right,

    /// <summary>Wrong; which part is never said.</summary>
    Wrong,

    /// <summary>Too many wrong answers: nothing is looked at until the lock ends.</summary>
    Locked,

    /// <summary>The record lacks birth date or ZIP code: it cannot be asked.</summary>
    Impossible,
}

/// <summary>Asks for date of birth and ZIP code: reasonable steps to verify who is there. 45 CFR 164.514(h)(1), 164.312(d).</summary>
/// <remarks>Wrong answers count per patient over all links and pages; after <see cref="MostFailures"/> in a row the question is locked for <see cref="LockedFor"/>. Each is a ledger event.</remarks>
internal sealed class PatientFactor(IDatabase database, OrganisationId organisation, Ledger ledger, TimeProvider time)
{
    /// <summary>Wrong answers in a row that lock the question.</summary>
    public const int MostFailures = 5;

    /// <summary>What the kind of proof is called in records.</summary>
    public const string Name = "birth-date+zip";

    /// <summary>How long a lock lasts.</summary>
    public static TimeSpan LockedFor { get; } = TimeSpan.FromHours(24);

    /// <summary>Whether the record holds what is asked for.</summary>
    public static bool IsPossible(ChartHead head, DateOnly today) => head.BirthDate is not null && Zips(head, today).Any();

    /// <summary>Looks at an answer and counts it.</summary>
    public Task<FactorResult> CheckAsync(Chart chart, DateOnly? birthDate, string zip, DateOnly today, CancellationToken cancellationToken)
    {
        if (!IsPossible(chart.Head, today))
            return Task.FromResult(FactorResult.Impossible);
        var digits = string.Concat(zip.Where(char.IsAsciiDigit));
        var given = Written(birthDate, digits.Length is 5 or 9 ? digits[..5] : "");

        // Every ZIP code on record is compared, in a time that tells nothing about the answer.
        var right = false;
        foreach (var known in Zips(chart.Head, today))
            right |= CryptographicOperations.FixedTimeEquals(given, Written(chart.Head.BirthDate, known));
        return CountAsync(chart.Number, right, cancellationToken);
    }

    /// <summary>Counts an answer whose rightness was found elsewhere (a code). Locked stays locked.</summary>
    public Task<FactorResult> CountAsync(PatientNumber patient, bool right, CancellationToken cancellationToken) =>
        database.WriteAsync((transaction, token) => CountAsync(patient, right, transaction, token), cancellationToken);

    /// <summary>Whether the question is locked now.</summary>
    public async Task<bool> IsLockedAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT locked_until FROM patient_factor WHERE org = @org AND patient = @patient", ("org", organisation.Value), ("patient", patient.Value));
        return await command.ExecuteScalarAsync(cancellationToken) is long until && until > Now;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<FactorResult> CountAsync(PatientNumber patient, bool right, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var (failures, lockedUntil) = await StandingAsync(patient, transaction, cancellationToken);
        if (lockedUntil > Now)
            return FactorResult.Locked;

        // A lock that has ended gives a fresh start.
        failures = right ? 0 : lockedUntil > 0 ? 1 : failures + 1;
        var locks = failures >= MostFailures;
        await transaction.ExecuteAsync(
            """
            INSERT INTO patient_factor (org, patient, failures, failed_at, locked_until) VALUES (@org, @patient, @failures, @now, @until)
            ON CONFLICT (org, patient) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at, locked_until = excluded.locked_until
            """,
            [("org", organisation.Value), ("patient", patient.Value), ("failures", (long)failures), ("now", Now), ("until", locks ? Now + (long)LockedFor.TotalMilliseconds : 0)],
            cancellationToken);
        await ledger.AppendAsync(
            new AuditEvent(organisation, "patient.verified", "patient", patient, null, right ? "done" : locks ? "locked" : "refused", right ? null : string.Create(CultureInfo.InvariantCulture, $"failures={failures}")), transaction, cancellationToken);
        return right ? FactorResult.Right : locks ? FactorResult.Locked : FactorResult.Wrong;
    }

    private async Task<(int Failures, long LockedUntil)> StandingAsync(PatientNumber patient, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT failures, locked_until FROM patient_factor WHERE org = @org AND patient = @patient", ("org", organisation.Value), ("patient", patient.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ((int)reader.GetInt64(0), reader.GetInt64(1)) : (0, 0);
    }

    private static byte[] Written(DateOnly? day, string zip) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{day?.DayNumber ?? -1,10}|{zip,5}"));

    private static IEnumerable<string> Zips(ChartHead head, DateOnly today) =>
        from address in head.Addresses
        where address.Use != "old" && !(address.EndsOn < today)
        let digits = string.Concat((address.PostalCode ?? "").Where(char.IsAsciiDigit))
        where digits.Length >= 5
        select digits[..5];
}
