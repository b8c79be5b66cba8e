using MemoryPack;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Campaigns.Destinations;

/// <summary>How a look at a domain's hosts ended.</summary>
public enum ProbeEnd
{
    /// <summary>A host was reached and its TLS verified.</summary>
    Connected,

    /// <summary>No host offers acceptable TLS, or the domain's own policy refuses every host.</summary>
    NoTls,

    /// <summary>No host answers now.</summary>
    Unreachable,

    /// <summary>The domain takes no mail.</summary>
    TakesNoMail,
}

/// <summary>What a look at a domain's hosts found: connect, EHLO, STARTTLS, certificate, QUIT. Nobody's name or address was said.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record HostProbe
{
    [MemoryPackOrder(0)]
    public ProbeEnd End { get; init; }

    [MemoryPackOrder(1)]
    public string Mx { get; init; } = "";

    [MemoryPackOrder(2)]
    public string Ip { get; init; } = "";

    [MemoryPackOrder(3)]
    public int Port { get; init; }

    [MemoryPackOrder(4)]
    public Tier Tier { get; init; }

    [MemoryPackOrder(5)]
    public string TlsVersion { get; init; } = "";

    [MemoryPackOrder(6)]
    public string Cipher { get; init; } = "";

    [MemoryPackOrder(7)]
    public string Fingerprint { get; init; } = "";

    [MemoryPackOrder(8)]
    public string Policy { get; init; } = "";

    [MemoryPackOrder(9)]
    public bool Relay { get; init; }

    [MemoryPackOrder(10)]
    public string? Endpoint { get; init; }

    [MemoryPackOrder(11)]
    public WithholdReason Reason { get; init; }

    /// <summary>In words, for people; no patient data.</summary>
    [MemoryPackOrder(12)]
    public string Detail { get; init; } = "";

    /// <summary>UTC, Unix milliseconds.</summary>
    [MemoryPackOrder(13)]
    public long At { get; init; }

    /// <summary>The domain's own policy refused: a mistake that its owner may mend soon.</summary>
    [MemoryPackOrder(14)]
    public bool ByPolicy { get; init; }

    /// <summary>What the transport gate decides on; null where no connection stood.</summary>
    public TransportObservation? Observed() =>
        End == ProbeEnd.Connected ? new TransportObservation(Mx, Ip, Port, Tier, TlsVersion, Cipher, Fingerprint, Policy, Relay, Endpoint) : null;

    /// <summary>How well the domain was protected; null where the look says nothing about that.</summary>
    [MemoryPackIgnore]
    public Tier? SeenTier => End switch
    {
        ProbeEnd.Connected => Tier,
        ProbeEnd.NoTls => SeenTiers.Of(Reason),
        _ => null,
    };

    /// <summary>How long it is believed: a host that was away may be back soon.</summary>
    [MemoryPackIgnore]
    public TimeSpan GoodFor => End == ProbeEnd.Unreachable || ByPolicy ? TimeSpan.FromMinutes(15) : TimeSpan.FromHours(24);

    public static HostProbe Of(ConnectResult result, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        return result switch
        {
            ConnectResult.Connected { Session.Observed: var seen } => new HostProbe
            {
                End = ProbeEnd.Connected,
                Mx = seen.Mx,
                Ip = seen.Ip,
                Port = seen.Port,
                Tier = seen.Tier,
                TlsVersion = seen.TlsVersion,
                Cipher = seen.Cipher,
                Fingerprint = seen.CertificateFingerprint,
                Policy = seen.Policy,
                Relay = seen.Relay,
                Endpoint = seen.Endpoint,
                At = at,
            },
            ConnectResult.Withheld withheld => new HostProbe { End = ProbeEnd.NoTls, Reason = withheld.Reason, Detail = withheld.Detail, At = at },
            ConnectResult.Rejected rejected => new HostProbe { End = ProbeEnd.TakesNoMail, Detail = rejected.Detail, At = at },
            // Sending waits for the policy's owner a few hours, then withholds for this reason.
            ConnectResult.Deferred { Cause: { } cause } refused => new HostProbe { End = ProbeEnd.NoTls, Reason = cause, Detail = refused.Detail, At = at, ByPolicy = true },
            ConnectResult.Deferred deferred => new HostProbe { End = ProbeEnd.Unreachable, Detail = deferred.Detail, At = at },
            _ => new HostProbe { End = ProbeEnd.Unreachable, At = at },
        };
    }
}
