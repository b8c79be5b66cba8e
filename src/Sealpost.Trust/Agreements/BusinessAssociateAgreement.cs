namespace Sealpost.Trust.Agreements;

/// <summary>What a business associate may do with PHI under an agreement; each flow is granted on its own.</summary>
public enum PhiFlow
{
    /// <summary>Keep it (hosting, backup).</summary>
    Store,

    /// <summary>Send it (relay, SMS gateway).</summary>
    Send,

    /// <summary>See it in logs.</summary>
    Log,

    /// <summary>Compute over it.</summary>
    Analyse,
}

/// <summary>A contract that lets another party handle PHI for the organisation. 45 CFR 164.504(e), 164.314(a).</summary>
/// <param name="Id">Number within the organisation.</param>
/// <param name="Party">Name of the business associate.</param>
/// <param name="Endpoint">Host (and port) it covers, such as <c>relay.example.com:587</c>; matched case-insensitively.</param>
/// <param name="Flows">Flows granted.</param>
/// <param name="EffectiveOn">First day in force.</param>
/// <param name="ExpiresOn">Last day in force, where it ends.</param>
/// <param name="SignedBy">User id of the signer; null until signed, and an unsigned agreement grants nothing.</param>
/// <param name="SignedAt">UTC instant of signature.</param>
/// <param name="EndedAt">UTC instant from which it grants nothing.</param>
public sealed record BusinessAssociateAgreement(
    int Id,
    string Party,
    string Endpoint,
    IReadOnlyList<PhiFlow> Flows,
    DateOnly EffectiveOn,
    DateOnly? ExpiresOn,
    string? SignedBy,
    DateTimeOffset? SignedAt,
    DateTimeOffset? EndedAt)
{
    /// <summary>What the signer confirmed that the contract says.</summary>
    public AgreementTerms Terms { get; init; }

    /// <summary>Whether a flow to an endpoint is covered on a day.</summary>
    public bool Covers(PhiFlow flow, string endpoint, DateOnly on) =>
        SignedAt is not null && EndedAt is null && Flows.Contains(flow)
        && EffectiveOn <= on && (ExpiresOn is null || on <= ExpiresOn)
        && string.Equals(Endpoint, endpoint, StringComparison.OrdinalIgnoreCase);
}
