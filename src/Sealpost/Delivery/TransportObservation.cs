namespace Sealpost.Delivery;

/// <summary>What was seen of a connection after STARTTLS; goes into the receipt.</summary>
/// <param name="Mx">Host connected to.</param>
/// <param name="Ip">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Tier">Tier reached.</param>
/// <param name="TlsVersion">Such as <c>TLS 1.3</c>.</param>
/// <param name="Cipher">Cipher suite name.</param>
/// <param name="CertificateFingerprint">SHA-256 of the leaf certificate, hex.</param>
/// <param name="Policy">Policy that applied and its id (<c>pkix</c>, <c>mta-sts:ID</c>, <c>dane</c>).</param>
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
    string? Endpoint);
