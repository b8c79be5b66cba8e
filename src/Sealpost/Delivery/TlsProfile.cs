using System.Net;
using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery;

/// <summary>What we offer in a handshake: NIST SP 800-52r2 §3.3.1, RFC 9325 §4.2.</summary>
internal static class TlsProfile
{
    // ChaCha20 is not approved by NIST; static RSA, CBC and 3DES are never offered.
    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_128_CCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];

    // Windows takes its suites from the system policy only.
    private static readonly CipherSuitesPolicy? Policy =
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? CreatePolicy() : null;

    /// <summary>Options for one handshake with a host; <paramref name="verify"/> alone decides on the certificate.</summary>
    public static SslClientAuthenticationOptions ClientOptions(string hostName, X509ChainPolicy chainPolicy, RemoteCertificateValidationCallback verify)
    {
        var options = new SslClientAuthenticationOptions
        {
            // RFC 6066 §3: no address literals in SNI.
            TargetHost = IPAddress.TryParse(hostName, out _) ? "" : hostName,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            CertificateChainPolicy = chainPolicy,
            RemoteCertificateValidationCallback = verify,
        };
        if (Policy is not null && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
            options.CipherSuitesPolicy = Policy;
        return options;
    }

    /// <summary>The version's name for receipts.</summary>
    public static string NameOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => throw new InvalidOperationException("A handshake ended below TLS 1.2 although only 1.2 and 1.3 were offered."),
    };

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    private static CipherSuitesPolicy CreatePolicy() => new(Suites);
}
