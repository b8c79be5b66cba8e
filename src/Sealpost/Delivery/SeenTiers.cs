using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>What a try to connect says about how well a domain is protected.</summary>
internal static class SeenTiers
{
    /// <summary>The tier; null where the try says nothing (no answer, a refusal, a host that is not expected).</summary>
    public static Tier? SeenTier(this ConnectResult result) => result switch
    {
        ConnectResult.Connected connected => connected.Session.Observed.Tier,
        ConnectResult.Withheld withheld => Of(withheld.Reason),
        ConnectResult.Deferred { Cause: { } cause } => Of(cause),
        _ => null,
    };

    /// <summary>The tier at which a host stands that was refused for a reason; null where the reason says nothing.</summary>
    public static Tier? Of(WithholdReason reason) => reason switch
    {
        WithholdReason.TlsUnavailable => Tier.T0,
        WithholdReason.CertificateExpired or WithholdReason.CertificateUntrusted or WithholdReason.CertificateNameMismatch
            or WithholdReason.DaneMismatch or WithholdReason.MtaStsRefused or WithholdReason.TierTooLow => Tier.T1,
        _ => null,
    };
}
