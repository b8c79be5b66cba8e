namespace Sealpost.Delivery;

/// <summary>How well the hop was protected, as observed, or the message itself.</summary>
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

    /// <summary>Sealed to the patient's own certificate, over <see cref="T1"/> or better: no host on the way can read it. RFC 8551. Never a connection's tier, only a message's.</summary>
    T5 = 5,
}
