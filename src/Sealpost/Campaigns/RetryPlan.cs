using System.Security.Cryptography;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>When a deferred message is tried again, and when it is given up.</summary>
internal sealed class RetryPlan(DeliveryOptions options, DateTimeOffset? notAfter)
{
    /// <summary>Class of the message: what is worth nothing after a day is given up earlier.</summary>
    public MessageClass Class { get; init; }

    /// <summary>Instant from which nothing may leave, tried or not; null: none.</summary>
    public DateTimeOffset? End => notAfter;

    /// <summary>How long a message is tried.</summary>
    public TimeSpan GiveUpAfter => options.GiveUpFor(Class);

    /// <summary>Instant from which the message may no longer leave.</summary>
    public DateTimeOffset Limit(DateTimeOffset firstAttemptAt)
    {
        var limit = firstAttemptAt + GiveUpAfter;
        return notAfter < limit ? notAfter.Value : limit;
    }

    /// <summary>The next try after a number of tries, never later than the limit: a message then due there is given up. RFC 5321 §4.5.4.1.</summary>
    public DateTimeOffset Next(int attempts, DateTimeOffset firstAttemptAt, DateTimeOffset now)
    {
        var schedule = options.RetrySchedule;
        var wait = schedule[Math.Min(attempts, schedule.Count) - 1];
        // Up to a tenth longer, so that messages deferred together do not come back together.
        var next = now + wait + (wait * (RandomNumberGenerator.GetInt32(100) / 1_000.0));
        var limit = Limit(firstAttemptAt);
        return next < limit ? next : limit;
    }

    /// <summary>Whether nothing may leave any more, tried or not.</summary>
    public bool IsOver(DateTimeOffset? firstAttemptAt, DateTimeOffset now) =>
        now >= notAfter || (firstAttemptAt is { } first && now >= Limit(first));

    /// <summary>End of the last day on which messages may leave.</summary>
    public static DateTimeOffset? EndOf(DateOnly? day, TimeZoneInfo zone)
    {
        if (day is null)
            return null;
        var midnight = day.Value.AddDays(1).ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(30);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
