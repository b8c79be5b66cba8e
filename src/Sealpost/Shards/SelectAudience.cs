using Sealpost.Audience;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks every shard of an organisation and joins the answers.</summary>
public sealed class SelectAudience
{
    /// <summary>Patients that match, deceased and merged-away ones never.</summary>
    public Task<long> CountAsync(AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Numbers of the patients that match, ascending.</summary>
    public Task<IReadOnlyList<PatientNumber>> ListAsync(AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Why a patient is in or out: one line per part of the query, with what was seen. Prints PHI: an audited read.</summary>
    public Task<AudienceExplanation?> ExplainAsync(AudienceQuery query, PatientNumber patient, DateOnly asOf, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Why a patient is in or out.</summary>
/// <param name="Matches">In or out.</param>
/// <param name="Parts">Per part of the query, depth first: its text, whether it holds, and what was seen.</param>
public sealed record AudienceExplanation(bool Matches, IReadOnlyList<(string Part, bool Holds, string Seen)> Parts)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
