namespace Sealpost.Delivery;

/// <summary>What was seen of a connection after STARTTLS; goes into the receipt.</summary>
/// <param name="Mx">Host connected to.</param>
/// <param name="Ip">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Tier">Tier reached.</param>
/// <param name="TlsVersion">Such as <c>TLS 1.3</c>.</param>
/// <param name="Cipher">Cipher suite name.</param>
/// <param name="CertificateFingerprint">SHA-256 of the leaf certificate, hex.</param>
/// <param name="Policy">Policy that applied and its id (<c>pkix</c>, <c>mta-sts:ID</c>, <c>dane</c>, <c>dane+mta-sts:ID</c>).</param>
/// <param name="Relay">A configured relay: the last hop is not seen.</param>
/// <param name="Endpoint"><c>host:port</c> of a configured relay, for the agreements gate; null for a looked-up MX.</param>
public sealed record TransportObservation(
    string Mx,
    string Ip,
    int Port,
    Tier Tier,
    string TlsVersion,
    string Cipher,
    string CertificateFingerprint,
    string Policy,
    bool Relay,
    string? Endpoint)
{
    /// <summary>The host was asked to pass the message on under verified TLS alone. RFC 8689.</summary>
    public bool RequireTls { get; init; }

    /// <summary>Whether DNSSEC validated MX and address, or a relay's address: <c>secure</c> or <c>insecure</c>; empty for a stated route.</summary>
    public string Dnssec { get; init; } = "";
}
