using System.Data.Common;
using System.Globalization;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Trust.Agreements;

/// <summary>The organisation's business associate agreements: add, sign, end, and decide flows by them. 45 CFR 164.308(b), 164.504(e).</summary>
/// <remarks>Every change joins the caller's transaction and is a ledger event (<c>agreement.added</c>, <c>agreement.signed</c>, <c>agreement.ended</c>). Nothing is ever deleted.</remarks>
/// <param name="ledger">Takes the events.</param>
/// <param name="time">Clock.</param>
public sealed class AgreementRegister(Ledger.Ledger ledger, TimeProvider time)
{
    /// <summary>Adds an unsigned agreement; it grants nothing before it is signed.</summary>
    /// <param name="organisation">Organisation.</param>
    /// <param name="draft">The agreement; number, signature and end are ignored.</param>
    /// <param name="actor">User id.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    /// <returns>The agreement with its number.</returns>
    /// <exception cref="ArgumentException">No party, endpoint or flow, or it expires before it begins.</exception>
    public async Task<BusinessAssociateAgreement> AddAsync(OrganisationId organisation, BusinessAssociateAgreement draft, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(draft.Party);
        ArgumentException.ThrowIfNullOrWhiteSpace(draft.Endpoint);
        if (draft.Flows.Count == 0)
            throw new ArgumentException("An agreement grants at least one flow.", nameof(draft));
        if (draft.ExpiresOn < draft.EffectiveOn)
            throw new ArgumentException("The agreement expires before it begins.", nameof(draft));
        var id = await transaction.NextIdAsync("agreement", organisation, cancellationToken);
        var added = draft with { Id = id, SignedBy = null, SignedAt = null, EndedAt = null, Terms = AgreementTerms.None };
        await transaction.ExecuteAsync(
            """
            INSERT INTO agreement (org, id, party, endpoint, flows, effective_on, expires_on, terms)
            VALUES (@org, @id, @party, @endpoint, @flows, @effective, @expires, 0)
            """,
            [
                ("@org", organisation.Value), ("@id", id), ("@party", added.Party), ("@endpoint", added.Endpoint), ("@flows", Bits(added.Flows)),
                ("@effective", added.EffectiveOn.DayNumber), ("@expires", added.ExpiresOn?.DayNumber),
            ],
            cancellationToken);
        await RecordAsync("agreement.added", organisation, id, actor, transaction, cancellationToken);
        return added;
    }

    /// <summary>Signs an agreement; from its first day on it grants its flows.</summary>
    /// <param name="organisation">Organisation.</param>
    /// <param name="id">Number.</param>
    /// <param name="confirmed">What the signer has read in the contract; all of <see cref="AgreementTerms.Required"/>.</param>
    /// <param name="signer">User id of the person who signs for the organisation.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    /// <exception cref="ArgumentException">A required term is not confirmed; the text names them.</exception>
    /// <exception cref="InvalidOperationException">No such agreement, or it is signed or ended already.</exception>
    public async Task SignAsync(OrganisationId organisation, int id, AgreementTerms confirmed, string signer, DbTransaction transaction, CancellationToken cancellationToken)
    {
        // 45 CFR 164.504(e)(2): a contract without these is no business associate agreement.
        var missing = AgreementTerms.Required & ~confirmed;
        if (missing != AgreementTerms.None)
            throw new ArgumentException($"The contract must also say: {string.Join(", ", Enum.GetValues<AgreementTerms>().Where(term => int.PopCount((int)term) == 1 && missing.HasFlag(term)))}. Add it to the contract and confirm it (45 CFR 164.504(e)(2)).", nameof(confirmed));
        var changed = await transaction.ExecuteAsync(
            "UPDATE agreement SET terms = @terms, signed_by = @by, signed_at = @at WHERE org = @org AND id = @id AND signed_at IS NULL AND ended_at IS NULL",
            [("@org", organisation.Value), ("@id", id), ("@terms", (int)confirmed), ("@by", signer), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);
        if (changed == 0)
            throw new InvalidOperationException($"There is no agreement {id} to sign: it does not exist, is signed or has ended. List the agreements.");
        await RecordAsync("agreement.signed", organisation, id, signer, transaction, cancellationToken);
    }

    /// <summary>Ends an agreement; its flows are refused from now on.</summary>
    /// <exception cref="InvalidOperationException">No such agreement, or it has ended already.</exception>
    public async Task EndAsync(OrganisationId organisation, int id, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var changed = await transaction.ExecuteAsync(
            "UPDATE agreement SET ended_at = @at WHERE org = @org AND id = @id AND ended_at IS NULL",
            [("@org", organisation.Value), ("@id", id), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);
        if (changed == 0)
            throw new InvalidOperationException($"There is no agreement {id} to end: it does not exist or has ended. List the agreements.");
        await RecordAsync("agreement.ended", organisation, id, actor, transaction, cancellationToken);
    }

    /// <summary>All agreements, ended and expired ones too, in order of number.</summary>
    public static async Task<IReadOnlyList<BusinessAssociateAgreement>> ListAsync(OrganisationId organisation, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "SELECT id, party, endpoint, flows, effective_on, expires_on, terms, signed_by, signed_at, ended_at FROM agreement WHERE org = @org ORDER BY id",
            ("@org", organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var agreements = new List<BusinessAssociateAgreement>();
        while (await reader.ReadAsync(cancellationToken))
        {
            agreements.Add(new BusinessAssociateAgreement(
                (int)reader.GetInt64(0), reader.GetString(1), reader.GetString(2), Flows(reader.GetInt64(3)), reader.Day(4)!.Value, reader.Day(5),
                await reader.IsDBNullAsync(7, cancellationToken) ? null : reader.GetString(7), reader.Instant(8), reader.Instant(9))
            {
                Terms = (AgreementTerms)reader.GetInt64(6),
            });
        }

        return agreements;
    }

    /// <summary>Whether a flow to an endpoint is covered on a day; where several agreements name the endpoint, one that covers it suffices.</summary>
    /// <param name="agreements">From <see cref="ListAsync"/>.</param>
    /// <param name="flow">Flow.</param>
    /// <param name="endpoint">Host and port, as in the agreement.</param>
    /// <param name="on">Today in the organisation's time zone.</param>
    public static FlowDecision Decide(IReadOnlyList<BusinessAssociateAgreement> agreements, PhiFlow flow, string endpoint, DateOnly on)
    {
        if (agreements.FirstOrDefault(one => one.Covers(flow, endpoint, on)) is { } covering)
            return new FlowDecision(covering.Id, null, $"Agreement {covering.Id} with {covering.Party} covers it.");
        return agreements.LastOrDefault(one => string.Equals(one.Endpoint, endpoint, StringComparison.OrdinalIgnoreCase)) is { } nearest
            ? Refuse(nearest, endpoint, on)
            : new FlowDecision(null, FlowRefusal.NoAgreement, $"No agreement names {endpoint}: add one (45 CFR 164.502(e)).");
    }

    private static FlowDecision Refuse(BusinessAssociateAgreement nearest, string endpoint, DateOnly on)
    {
        var (reason, mend) = nearest switch
        {
            { EndedAt: not null } => (FlowRefusal.Ended, "was ended: add and sign a new one"),
            { SignedAt: null } => (FlowRefusal.Unsigned, "is not signed: sign it"),
            _ when nearest.ExpiresOn < on => (FlowRefusal.Expired, $"expired on {nearest.ExpiresOn:yyyy-MM-dd}: add and sign a new one"),
            _ when nearest.EffectiveOn > on => (FlowRefusal.NotYetEffective, $"begins on {nearest.EffectiveOn:yyyy-MM-dd}"),
            _ => (FlowRefusal.FlowNotGranted, "does not grant this flow: add and sign one that does"),
        };
        return new FlowDecision(null, reason, string.Create(CultureInfo.InvariantCulture, $"Agreement {nearest.Id} with {nearest.Party} for {endpoint} {mend}."));
    }

    private static long Bits(IEnumerable<PhiFlow> flows) => flows.Aggregate(0L, (bits, flow) => bits | (1L << (int)flow));

    private static PhiFlow[] Flows(long bits) => [.. Enum.GetValues<PhiFlow>().Where(flow => (bits & (1L << (int)flow)) != 0)];

    private Task<long> RecordAsync(string kind, OrganisationId organisation, int id, string actor, DbTransaction transaction, CancellationToken cancellationToken) =>
        ledger.AppendAsync(new AuditEvent(organisation, kind, actor, null, id.ToString(CultureInfo.InvariantCulture), "done"), transaction, cancellationToken);
}
