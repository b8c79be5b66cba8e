using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>The one decision kept for a delivery attempt: codes only, no health information.</summary>
/// <param name="Campaign">Campaign number.</param>
/// <param name="Patient">Patient.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="Moment">The moment that decided: of a withhold the one that said no, of a permit the last one asked.</param>
/// <param name="Reason">Null for a permit.</param>
/// <param name="Citation">The clause relied on.</param>
/// <param name="StateVersion">Version of the consent state it was decided on.</param>
/// <param name="Authorization">Authorization relied on, where one was needed.</param>
/// <param name="At">UTC.</param>
public sealed record RecordedDecision(
    long Campaign,
    PatientNumber Patient,
    int Attempt,
    GateMoment Moment,
    WithholdReason? Reason,
    string Citation,
    long StateVersion,
    long? Authorization,
    DateTimeOffset At);
