using MemoryPack;

namespace Sealpost.Delivery;

/// <summary>What was proven about one attempt; sealed with the patient's key, committed in the ledger.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record Receipt
{
    /// <summary>Campaign number.</summary>
    [MemoryPackOrder(0)]
    public long Campaign { get; init; }

    /// <summary>Attempt, from 1.</summary>
    [MemoryPackOrder(1)]
    public int Attempt { get; init; }

    /// <summary>Outcome of the attempt.</summary>
    [MemoryPackOrder(2)]
    public string Outcome { get; init; } = "";

    /// <summary>Recipient mailbox.</summary>
    [MemoryPackOrder(3)]
    public string Recipient { get; init; } = "";

    /// <summary>Host.</summary>
    [MemoryPackOrder(4)]
    public string Mx { get; init; } = "";

    /// <summary>Address of the host.</summary>
    [MemoryPackOrder(5)]
    public string Ip { get; init; } = "";

    /// <summary>Tier, such as <c>T2</c>.</summary>
    [MemoryPackOrder(6)]
    public string Tier { get; init; } = "";

    /// <summary>TLS version.</summary>
    [MemoryPackOrder(7)]
    public string TlsVersion { get; init; } = "";

    /// <summary>Cipher suite.</summary>
    [MemoryPackOrder(8)]
    public string Cipher { get; init; } = "";

    /// <summary>SHA-256 of the certificate, hex.</summary>
    [MemoryPackOrder(9)]
    public string CertificateFingerprint { get; init; } = "";

    /// <summary>Policy that applied.</summary>
    [MemoryPackOrder(10)]
    public string Policy { get; init; } = "";

    /// <summary>Transport rule that let it go (<c>tier</c>, <c>risk-acceptance:3</c>).</summary>
    [MemoryPackOrder(11)]
    public string Rule { get; init; } = "";

    /// <summary>The server's last reply, with text.</summary>
    [MemoryPackOrder(12)]
    public string Reply { get; init; } = "";

    /// <summary>SHA-256 of the message, hex.</summary>
    [MemoryPackOrder(13)]
    public string ContentHash { get; init; } = "";

    /// <summary>Template hash.</summary>
    [MemoryPackOrder(14)]
    public string Template { get; init; } = "";

    /// <summary>Message-ID.</summary>
    [MemoryPackOrder(15)]
    public string MessageId { get; init; } = "";

    /// <summary>UTC start of the attempt.</summary>
    [MemoryPackOrder(16)]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>UTC instant of the last reply.</summary>
    [MemoryPackOrder(17)]
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>A relay took it: the last hop was not seen.</summary>
    [MemoryPackOrder(18)]
    public bool LastHopNotSeen { get; init; }

    /// <summary>Authorization relied on, where one was needed.</summary>
    [MemoryPackOrder(19)]
    public long? Authorization { get; init; }

    /// <summary>The host was asked to pass the message on under verified TLS alone. RFC 8689.</summary>
    [MemoryPackOrder(20)]
    public bool RequireTls { get; init; }

    /// <summary>Whether DNSSEC validated MX and address: <c>secure</c>, <c>insecure</c>, or empty.</summary>
    [MemoryPackOrder(21)]
    public string Dnssec { get; init; } = "";

    /// <summary>SHA-256 of the patient's certificate that the message was sealed to, hex; empty where it was not.</summary>
    [MemoryPackOrder(22)]
    public string SealedTo { get; init; } = "";

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
