using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Decides whether one message is lawful for one patient now. Default no. Pure: all inputs are given; recording is the caller's duty.</summary>
public sealed class ConsentGate
{
    /// <summary>Creates the gate with the organisation's policy.</summary>
    public ConsentGate(ConsentPolicy policy) => Policy = policy;

    /// <summary>The policy it decides by.</summary>
    public ConsentPolicy Policy { get; }

    /// <summary>Decides. Never throws for patient data; unknown means no.</summary>
    public ConsentDecision Decide(CampaignBasis basis, ChartHead head, ConsentState state, GateMoment moment, DateTimeOffset now) =>
        throw new NotImplementedException();

    /// <summary>Gates of the law that this version does not evaluate, for <c>campaign forecast</c>: id and what a person must check.</summary>
    public static IReadOnlyList<(string Gate, string Meaning)> NotEvaluated => throw new NotImplementedException();
}

/// <summary>Settings of an organisation that the gate obeys.</summary>
public sealed record ConsentPolicy
{
    /// <summary>Messages a patient may get within <see cref="CapPeriod"/>; 1 to 100.</summary>
    /// <value>Default 4.</value>
    public int FrequencyCap { get; init; } = 4;

    /// <summary>Window of the cap.</summary>
    /// <value>Default 7 days.</value>
    public TimeSpan CapPeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Import sources whose addresses the organisation attests as verified (<c>address attest</c>).</summary>
    public IReadOnlySet<string> AttestedSources { get; init; } = new HashSet<string>();

    /// <summary>The organisation's time zone, for dates.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Age from which a patient is addressed as an adult.</summary>
    /// <value>Default 18.</value>
    public int AdultAge { get; init; } = 18;
}
