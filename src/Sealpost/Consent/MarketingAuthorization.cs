using MemoryPack;

namespace Sealpost.Consent;

/// <summary>A signed authorization with the elements of 45 CFR 164.508(c). Append-only: a revocation is added, never taken back.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record MarketingAuthorization
{
    /// <summary>Number within the organisation.</summary>
    [MemoryPackOrder(0)]
    public long Id { get; init; }

    /// <summary>Purposes covered. 164.508(c)(1)(iv).</summary>
    [MemoryPackOrder(1)]
    public IReadOnlyList<Purpose> Purposes { get; init; } = [];

    /// <summary>Description of the information, as signed. (c)(1)(i).</summary>
    [MemoryPackOrder(2)]
    public string InfoDescription { get; init; } = "";

    /// <summary>Sensitive categories the text expressly names.</summary>
    [MemoryPackOrder(3)]
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Who may use or disclose. (c)(1)(ii).</summary>
    [MemoryPackOrder(4)]
    public IReadOnlyList<string> Disclosers { get; init; } = [];

    /// <summary>To whom. (c)(1)(iii).</summary>
    [MemoryPackOrder(5)]
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>Last day in force; one of this and <see cref="ExpiryEvent"/> is required. (c)(1)(v).</summary>
    [MemoryPackOrder(6)]
    public DateOnly? ExpiresOn { get; init; }

    /// <summary>Event related to the individual or the purpose.</summary>
    [MemoryPackOrder(7)]
    public string? ExpiryEvent { get; init; }

    /// <summary>When the event is known to have occurred.</summary>
    [MemoryPackOrder(8)]
    public DateOnly? ExpiryEventOn { get; init; }

    /// <summary>Date of signature. (c)(1)(vi).</summary>
    [MemoryPackOrder(9)]
    public DateOnly? SignedOn { get; init; }

    /// <summary>How it was signed: <c>paper</c>, <c>electronic</c>.</summary>
    [MemoryPackOrder(10)]
    public string? SignatureKind { get; init; }

    /// <summary>The representative's authority, where one signed.</summary>
    [MemoryPackOrder(11)]
    public string? RepresentativeAuthority { get; init; }

    /// <summary>Signed by a representative.</summary>
    [MemoryPackOrder(12)]
    public bool SignedByRepresentative { get; init; }

    /// <summary>States the right to revoke. (c)(2)(i).</summary>
    [MemoryPackOrder(13)]
    public bool StatesRevocation { get; init; }

    /// <summary>States that care is not conditioned on it. (c)(2)(ii).</summary>
    [MemoryPackOrder(14)]
    public bool StatesNoConditioning { get; init; }

    /// <summary>States the potential for redisclosure. (c)(2)(iii).</summary>
    [MemoryPackOrder(15)]
    public bool StatesRedisclosure { get; init; }

    /// <summary>States that remuneration is involved. (a)(3)(ii).</summary>
    [MemoryPackOrder(16)]
    public bool StatesRemuneration { get; init; }

    /// <summary>Stands alone. (b)(3).</summary>
    [MemoryPackOrder(17)]
    public bool Standalone { get; init; }

    /// <summary>In plain language. (c)(3).</summary>
    [MemoryPackOrder(18)]
    public bool PlainLanguage { get; init; }

    /// <summary>When the signed copy was given. (c)(4).</summary>
    [MemoryPackOrder(19)]
    public DateOnly? CopyGivenOn { get; init; }

    /// <summary>SHA-256 of the signed document.</summary>
    [MemoryPackOrder(20)]
    public string? DocumentHash { get; init; }

    /// <summary>UTC instant from which it is revoked; null while it is not. (b)(5).</summary>
    [MemoryPackOrder(21)]
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Channel of revocation.</summary>
    [MemoryPackOrder(22)]
    public string? RevokedBy { get; init; }

    /// <summary>UTC instant it was recorded.</summary>
    [MemoryPackOrder(23)]
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>The organisation knows that a material statement in it is false. (b)(2)(v).</summary>
    [MemoryPackOrder(24)]
    public bool KnownFalse { get; init; }

    /// <summary>How the signed copy was given: <c>page</c>, <c>paper</c>, …; null where it was not said. (c)(4).</summary>
    [MemoryPackOrder(25)]
    public string? CopyMethod { get; init; }

    /// <summary>Number of the form signed on the organisation's page; null for one signed elsewhere.</summary>
    [MemoryPackOrder(26)]
    public long? Form { get; init; }

    /// <summary>BCP 47 tag of the language signed in.</summary>
    [MemoryPackOrder(27)]
    public string? Language { get; init; }

    /// <summary>Name as typed by the signer.</summary>
    [MemoryPackOrder(28)]
    public string? SignerName { get; init; }

    /// <summary>UTC instant of an electronic signature.</summary>
    [MemoryPackOrder(29)]
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>How the signer proved who they are: <c>birth-date+zip</c>. 45 CFR 164.514(h)(1).</summary>
    [MemoryPackOrder(30)]
    public string? IdentityProof { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
