using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>How long a message waits for a domain to offer a protected way (its own policy refuses every host, or those that answer lack it while others are away), before another way is taken.</summary>
internal static class TransportPatience
{
    /// <summary>4 hours for clinical messages, a day for others: a mistake in a policy is mostly mended within that, and a message that is no longer timely helps nobody.</summary>
    public static TimeSpan Of(MessageClass messageClass) => messageClass >= MessageClass.N2 ? TimeSpan.FromHours(4) : TimeSpan.FromDays(1);

    /// <summary>Whether a message has waited so long.</summary>
    /// <param name="messageClass">Its class.</param>
    /// <param name="firstAt">Instant of its first try; null where this is the first.</param>
    /// <param name="now">Instant of this one.</param>
    public static bool IsOver(MessageClass messageClass, DateTimeOffset? firstAt, DateTimeOffset now) => now - (firstAt ?? now) >= Of(messageClass);
}
