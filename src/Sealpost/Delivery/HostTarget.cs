using System.Net;
using Sealpost.Delivery.Dane;

namespace Sealpost.Delivery;

/// <summary>One host to try.</summary>
/// <param name="Address">Where to connect.</param>
/// <param name="Name">Name the certificate must carry.</param>
/// <param name="RelayEndpoint"><c>host:port</c> of a configured relay; null for a domain's own MX.</param>
/// <param name="ImplicitTls">TLS from the first byte. RFC 8314 §3.3.</param>
internal sealed record HostTarget(IPEndPoint Address, string Name, string? RelayEndpoint, bool ImplicitTls)
{
    /// <summary>What DNSSEC says about its certificate.</summary>
    public DaneFinding Dane { get; init; } = DaneFinding.NotApplicable;

    /// <summary>Id of the MTA-STS policy in mode enforce that names this host; null where none does.</summary>
    public string? StsId { get; init; }

    /// <summary>Below it no connection is handed over.</summary>
    public Tier Lowest { get; init; } = Tier.T2;

    /// <summary>Whether DNSSEC validated MX and address; empty where neither was looked up.</summary>
    public string Dnssec { get; init; } = "";

    /// <summary>Who we are to it; null for hosts that take mail for themselves.</summary>
    public RelaySignIn? SignIn { get; init; }

    public bool StsEnforced => StsId is not null;

    /// <summary>Name for SNI: the one the TLSA records are under, else the host's. RFC 7672 §2.2, RFC 8461 §7.1.</summary>
    public string Sni => Dane switch
    {
        DaneFinding.Usable usable => usable.BaseDomain,
        DaneFinding.Unusable unusable => unusable.BaseDomain,
        _ => Name,
    };

    /// <summary>The best tier it can have; known before a connection is made.</summary>
    public Tier Potential => Dane switch
    {
        DaneFinding.Usable => Tier.T4,
        DaneFinding.Unusable => Tier.T1,
        _ => StsEnforced ? Tier.T3 : Tier.T2,
    };
}

/// <summary>How a try at one address ended.</summary>
/// <param name="Result">Connection or reason.</param>
/// <param name="WasJudged">It came to TLS, or to the lack of it; false where nothing can be said about any policy.</param>
/// <param name="DaneFailure">Failure by the TLSA records.</param>
/// <param name="WebPkiFailure">Failure by the web's certificate authorities.</param>
internal sealed record OpenedHost(ConnectResult Result, bool WasJudged, TlsFailure? DaneFailure, TlsFailure? WebPkiFailure);
