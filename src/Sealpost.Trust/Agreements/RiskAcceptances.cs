using System.Data.Common;
using System.Globalization;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Trust.Agreements;

/// <summary>The risks that named persons took for the organisation. 45 CFR 164.308(a)(1)(ii)(B).</summary>
/// <remarks>Every change joins the caller's transaction and is a ledger event (<c>risk.accepted</c>, <c>risk.withdrawn</c>). Nothing is ever deleted.</remarks>
/// <param name="ledger">Takes the events.</param>
/// <param name="time">Clock.</param>
public sealed class RiskAcceptances(Ledger.Ledger ledger, TimeProvider time)
{
    /// <summary>Clinical mail over verified TLS without DANE or MTA-STS.</summary>
    public const string ClinicalOverPlainPkix = "n2-over-t2";

    /// <summary>Messages on our page are shown for date of birth and ZIP code, where no other proof is at hand; never sensitive ones.</summary>
    public const string PickupByBirthDate = "pickup-dob-zip";

    private static readonly string[] Kinds = [ClinicalOverPlainPkix, PickupByBirthDate];

    /// <summary>Records an acceptance; it counts from now on.</summary>
    /// <param name="organisation">Organisation.</param>
    /// <param name="draft">Kind, statement, name of the person and last day; number and instants are ignored.</param>
    /// <param name="actor">User id of the person.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    /// <returns>The acceptance with its number.</returns>
    /// <exception cref="ArgumentException">Unknown kind, no statement or no name.</exception>
    public async Task<RiskAcceptance> AcceptAsync(OrganisationId organisation, RiskAcceptance draft, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (!Kinds.Contains(draft.Kind))
            throw new ArgumentException($"'{draft.Kind}' is no kind of risk; the kinds are: {string.Join(", ", Kinds)}.", nameof(draft));
        ArgumentException.ThrowIfNullOrWhiteSpace(draft.Statement);
        ArgumentException.ThrowIfNullOrWhiteSpace(draft.AcceptedBy);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var accepted = draft with { Id = await transaction.NextIdAsync("risk_acceptance", organisation, cancellationToken), AcceptedAt = at, WithdrawnAt = null };
        await transaction.ExecuteAsync(
            """
            INSERT INTO risk_acceptance (org, id, kind, statement, accepted_by, accepted_at, expires_on)
            VALUES (@org, @id, @kind, @statement, @by, @at, @expires)
            """,
            [
                ("@org", organisation.Value), ("@id", accepted.Id), ("@kind", accepted.Kind), ("@statement", accepted.Statement),
                ("@by", accepted.AcceptedBy), ("@at", at.ToUnixTimeMilliseconds()), ("@expires", accepted.ExpiresOn?.DayNumber),
            ],
            cancellationToken);
        // The ledger binds what was signed, so that nobody can put other words into the person's mouth later.
        await RecordAsync("risk.accepted", organisation, accepted.Id, actor, accepted.Fingerprint(), transaction, cancellationToken);
        return accepted;
    }

    /// <summary>Withdraws an acceptance; the default floor holds again.</summary>
    /// <exception cref="InvalidOperationException">No such acceptance, or it is withdrawn already.</exception>
    public async Task WithdrawAsync(OrganisationId organisation, int id, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var changed = await transaction.ExecuteAsync(
            "UPDATE risk_acceptance SET withdrawn_at = @at WHERE org = @org AND id = @id AND withdrawn_at IS NULL",
            [("@org", organisation.Value), ("@id", id), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);
        if (changed == 0)
            throw new InvalidOperationException($"There is no risk acceptance {id} to withdraw. List the acceptances.");
        await RecordAsync("risk.withdrawn", organisation, id, actor, null, transaction, cancellationToken);
    }

    /// <summary>All acceptances, expired and withdrawn ones too, in order of number; those that count are <see cref="RiskAcceptance.IsInForce"/>.</summary>
    public static async Task<IReadOnlyList<RiskAcceptance>> ListAsync(OrganisationId organisation, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "SELECT id, kind, expires_on, statement, accepted_by, accepted_at, withdrawn_at FROM risk_acceptance WHERE org = @org ORDER BY id",
            ("@org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var acceptances = new List<RiskAcceptance>();
        while (await reader.ReadAsync(cancellationToken))
        {
            acceptances.Add(new RiskAcceptance((int)reader.GetInt64(0), reader.GetString(1), reader.Day(2))
            {
                Statement = reader.GetString(3),
                AcceptedBy = reader.GetString(4),
                AcceptedAt = reader.Instant(5)!.Value,
                WithdrawnAt = reader.Instant(6),
            });
        }

        return acceptances;
    }

    private Task<long> RecordAsync(string kind, OrganisationId organisation, int id, string actor, string? detail, DbTransaction transaction, CancellationToken cancellationToken) =>
        ledger.AppendAsync(new AuditEvent(organisation, kind, actor, null, id.ToString(CultureInfo.InvariantCulture), "done", detail), transaction, cancellationToken);
}
