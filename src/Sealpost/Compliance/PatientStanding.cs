using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Compliance;

/// <summary>What is on record about one patient's wishes, opened for a person.</summary>
/// <param name="Patient">Number.</param>
/// <param name="DisplayId">Id under which people know the patient.</param>
/// <param name="Authorizations">Newest first.</param>
/// <param name="Restrictions">In force.</param>
/// <param name="Suppressions">In force.</param>
internal sealed record PatientStanding(PatientNumber Patient, string DisplayId, IReadOnlyList<StandingAuthorization> Authorizations, IReadOnlyList<Restriction> Restrictions, IReadOnlyList<Suppression> Suppressions)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>An authorization and whether it holds today.</summary>
/// <param name="Authorization">As recorded.</param>
/// <param name="Defect">Why nobody may rely on it; null where it holds.</param>
/// <param name="Citation">The clause; null where it holds.</param>
/// <param name="Copies">Copies given.</param>
internal sealed record StandingAuthorization(MarketingAuthorization Authorization, WithholdReason? Defect, string? Citation, IReadOnlyList<GivenCopy> Copies)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
