using Sealpost.Patients;

namespace Sealpost.Audience;

/// <summary>What a query sees of a patient: chart, standing authorizations, engagement history.</summary>
/// <param name="Chart">The open chart.</param>
/// <param name="Authorizations">Purposes the patient has authorized, with the days they hold (revoked and expired ones end).</param>
/// <param name="Engagements">What became of earlier campaigns.</param>
public sealed record PatientView(Chart Chart, IReadOnlyList<AuthorizedPurpose> Authorizations, IReadOnlyList<Engagement> Engagements)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A purpose a patient has authorized, and when.</summary>
/// <param name="Purpose">Upper-case purpose name.</param>
/// <param name="From">First day.</param>
/// <param name="Until">Last day, where it ended or ends.</param>
public readonly record struct AuthorizedPurpose(string Purpose, DateOnly From, DateOnly? Until);

/// <summary>What happened between a campaign and a patient.</summary>
public enum EngagementKind
{
    /// <summary>Accepted by the patient's mail host.</summary>
    Received,

    /// <summary>Opened.</summary>
    Opened,

    /// <summary>A link was followed.</summary>
    Clicked,

    /// <summary>Read on the pickup page.</summary>
    PickedUp,
}

/// <summary>One engagement.</summary>
/// <param name="Campaign">Campaign number.</param>
/// <param name="Kind">What.</param>
/// <param name="On">Calendar date in the organisation's time zone.</param>
public readonly record struct Engagement(long Campaign, EngagementKind Kind, DateOnly On);
