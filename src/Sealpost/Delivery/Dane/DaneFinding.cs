namespace Sealpost.Delivery.Dane;

/// <summary>What DNSSEC says about a host's certificate.</summary>
internal abstract record DaneFinding
{
    private DaneFinding()
    {
    }

    public static DaneFinding NotApplicable { get; } = new None();

    /// <summary>No signed TLSA records, or an unsigned step on the way.</summary>
    public sealed record None : DaneFinding;

    /// <summary>Records that decide. RFC 7672 §3.</summary>
    /// <param name="Records">The usable ones, as published.</param>
    /// <param name="BaseDomain">Name under which they were found; sent as SNI.</param>
    /// <param name="ReferenceNames">Names of which a certificate under a trust anchor must carry one.</param>
    public sealed record Usable(IReadOnlyList<TlsaEntry> Records, string BaseDomain, IReadOnlyList<string> ReferenceNames) : DaneFinding;

    /// <summary>Records, none of which can be used: TLS is mandatory, and nobody is authenticated. RFC 7672 §2.2.</summary>
    public sealed record Unusable(IReadOnlyList<TlsaEntry> Records, string BaseDomain) : DaneFinding;

    /// <summary>The question failed: the host must not be used now. RFC 7672 §2.1.2.</summary>
    public sealed record Failed(string Problem) : DaneFinding;
}
