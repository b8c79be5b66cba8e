namespace Sealpost.Delivery;

/// <summary>How well the hop was protected, as observed.</summary>
public enum Tier
{
    /// <summary>Clear text; never used for delivery.</summary>
    T0 = 0,

    /// <summary>STARTTLS, certificate not verified.</summary>
    T1 = 1,

    /// <summary>TLS ≥ 1.2, chain valid, SAN names the MX host.</summary>
    T2 = 2,

    /// <summary>MTA-STS enforce and T2.</summary>
    T3 = 3,

    /// <summary>DANE authenticated.</summary>
    T4 = 4,
}
