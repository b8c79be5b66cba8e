namespace Sealpost.Consent;

/// <summary>Settings of an organisation that the gate obeys.</summary>
public sealed record ConsentPolicy
{
    /// <summary>The longest window of the cap; messages older than this are not loaded.</summary>
    internal static readonly TimeSpan MaxCapPeriod = TimeSpan.FromDays(31);

    /// <summary>Messages a patient may get within <see cref="CapPeriod"/>; 1 to 100.</summary>
    /// <value>Default 4.</value>
    public int FrequencyCap { get; init; } = 4;

    /// <summary>Window of the cap; 1 hour to 31 days.</summary>
    /// <value>Default 7 days.</value>
    public TimeSpan CapPeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Import sources whose addresses the organisation attests as verified (<c>address attest</c>).</summary>
    public IReadOnlySet<string> AttestedSources { get; init; } = new HashSet<string>();

    /// <summary>The organisation's time zone, for dates.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Age from which a patient is addressed as an adult; 18 to 21. A state's later majority goes before it.</summary>
    /// <value>Default 18.</value>
    public int AdultAge { get; init; } = 18;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it and the range.</exception>
    internal ConsentPolicy Checked()
    {
        if (FrequencyCap is < 1 or > 100)
            throw new ArgumentException("FrequencyCap must be 1 to 100.");
        if (CapPeriod < TimeSpan.FromHours(1) || CapPeriod > MaxCapPeriod)
            throw new ArgumentException("CapPeriod must be 1 hour to 31 days.");
        return AdultAge is < 18 or > 21 ? throw new ArgumentException("AdultAge must be 18 to 21.") : this;
    }
}
