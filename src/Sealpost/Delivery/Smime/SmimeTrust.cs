using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery.Smime;

/// <summary>Whose certificates an organisation trusts for S/MIME, and where it may ask about them.</summary>
public sealed record SmimeTrust
{
    /// <summary>Roots. The system's own are made for web servers and do not count.</summary>
    /// <value>Default: none; then only certificates whose fingerprint a person confirmed are used.</value>
    public X509Certificate2Collection Roots { get; init; } = [];

    /// <summary>Hosts, as <c>host:port</c>, that may be asked about revocations although they are not on the public internet.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> RevocationHosts { get; init; } = [];
}
