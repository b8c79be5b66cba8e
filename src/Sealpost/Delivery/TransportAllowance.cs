namespace Sealpost.Delivery;

/// <summary>What, besides the tier, may let a message go. Closed: a new way needs a new case and a look at every gate.</summary>
public abstract record TransportAllowance
{
    private TransportAllowance()
    {
    }

    /// <summary>Nothing does: the tier decides alone.</summary>
    public static TransportAllowance None { get; } = new Nothing();

    /// <summary>The tier decides alone.</summary>
    public sealed record Nothing : TransportAllowance;

    /// <summary>
    /// The patient was told that a third party might read it and still wants it at this address: TLS without verification suffices up to class N2.
    /// Never clear text, never N3. 78 FR 5566, 5634.
    /// </summary>
    /// <param name="Record">Number of the recorded wish; the receipt's rule names it.</param>
    public sealed record PatientsWish(long Record) : TransportAllowance;

    /// <summary>The message is sealed to the patient's own certificate: any TLS suffices, for every class. RFC 8551.</summary>
    /// <param name="Fingerprint">SHA-256 of the certificate, lower-case hex.</param>
    public sealed record Sealed(string Fingerprint) : TransportAllowance;
}
