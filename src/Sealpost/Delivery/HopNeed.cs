namespace Sealpost.Delivery;

/// <summary>How good a connection has to be, and from where on a better one is not looked for.</summary>
/// <param name="Lowest">Below it no connection is handed over; never under <see cref="Tier.T1"/>.</param>
/// <param name="Wanted">Hosts that could reach it are tried before a lower one is settled for.</param>
public readonly record struct HopNeed(Tier Lowest, Tier Wanted)
{
    /// <summary>Verified TLS of any kind.</summary>
    public static HopNeed Verified { get; } = new(Tier.T2, Tier.T2);

    /// <summary>The best the domain has, and verified in any case.</summary>
    public static HopNeed Best { get; } = new(Tier.T2, Tier.T4);

    /// <summary>A TLS report: any TLS, whatever the domain's policies say, and its session is in no report itself. RFC 8460 §5.3.</summary>
    public static HopNeed OfReport { get; } = new(Tier.T1, Tier.T1) { IsForReport = true };

    /// <summary>Neither MTA-STS nor DANE is asked for. Never for mail to a patient.</summary>
    public bool IsForReport { get; private init; }
}
