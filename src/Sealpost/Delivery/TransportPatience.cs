using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>How long a message waits for a domain whose own policy refuses every host, before another way is taken.</summary>
internal static class TransportPatience
{
    /// <summary>4 hours for clinical messages, a day for others: a mistake in a policy is mostly mended within that, and a message that is no longer timely helps nobody.</summary>
    public static TimeSpan Of(MessageClass messageClass) => messageClass >= MessageClass.N2 ? TimeSpan.FromHours(4) : TimeSpan.FromDays(1);
}
