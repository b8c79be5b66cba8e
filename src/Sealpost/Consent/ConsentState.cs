using System.Collections.Frozen;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>Everything about a patient that the gate looks at besides the chart's head; held in memory by the shard, immutable, replaced as a whole on change.</summary>
public sealed record ConsentState
{
    /// <summary>The patient.</summary>
    public required PatientNumber Patient { get; init; }

    /// <summary>Grows with every change that touches this patient (also of a shared suppression or attested source).</summary>
    public long Version { get; init; }

    /// <summary>Authorizations recorded, newest first, whatever their state.</summary>
    public IReadOnlyList<MarketingAuthorization> Authorizations { get; init; } = [];

    /// <summary>Suppressions in force, by patient or by any of the patient's addresses.</summary>
    public IReadOnlyList<Suppression> Suppressions { get; init; } = [];

    /// <summary>Agreed restrictions and confidential communications in force.</summary>
    public IReadOnlyList<Restriction> Restrictions { get; init; } = [];

    /// <summary>Normalised addresses of this patient that another patient also has.</summary>
    public IReadOnlySet<string> SharedAddresses { get; init; } = FrozenSet<string>.Empty;

    /// <summary>UTC instants of recent accepted messages, for the frequency cap.</summary>
    public IReadOnlyList<DateTimeOffset> RecentMessages { get; init; } = [];

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
