namespace Sealpost.Delivery.Pacing;

/// <summary>How much leaves in a day and when, by the organisation's settings.</summary>
public sealed record PacingOptions
{
    /// <summary>Messages a day at most; null: no limit.</summary>
    public long? ADay { get; init; }

    /// <summary>Messages a day at most to one receiving host; null: no limit.</summary>
    public long? ADayToOneHost { get; init; }

    /// <summary>Messages at most on the first, second, … day of sending from a domain and address; no limit after the last. Receivers distrust volume from where they have seen none.</summary>
    public IReadOnlyList<long> WarmUp { get; init; } = [];

    /// <summary>Public address that mail leaves from, as receivers see it; a new one warms up anew.</summary>
    public string SendingAddress { get; init; } = "";

    /// <summary>Quiet hours of patients; null: none.</summary>
    /// <value>Default: none. No law names hours for email; organisations that also call have them for calls (47 CFR 64.1200(c)(1)).</value>
    public QuietHours? Quiet { get; init; }

    /// <summary>Limit of a day of sending, counted from 0; null: none.</summary>
    internal long? LimitOn(int day) => day < WarmUp.Count && day >= 0 ? Math.Min(WarmUp[day], ADay ?? long.MaxValue) : ADay;
}
