using MemoryPack;

namespace Sealpost.Certificates;

/// <summary>What is stored of a patient's certificate, sealed with the patient's key.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record CertificateRecord
{
    /// <summary>The one mailbox it was given for, normalised; another one voids it.</summary>
    [MemoryPackOrder(0)]
    public string Address { get; init; } = "";

    /// <summary>DER.</summary>
    [MemoryPackOrder(1)]
    public byte[] Certificate { get; init; } = [];

    /// <summary>Certificates of authorities that came along, DER.</summary>
    [MemoryPackOrder(2)]
    public byte[][] Others { get; init; } = [];

    /// <summary>Who confirmed the fingerprint with the patient; empty where a trusted root stands behind the certificate.</summary>
    [MemoryPackOrder(3)]
    public string ConfirmedBy { get; init; } = "";

    /// <summary>How it was confirmed.</summary>
    [MemoryPackOrder(4)]
    public string Confirmation { get; init; } = "";

    /// <summary>User id.</summary>
    [MemoryPackOrder(5)]
    public string AddedBy { get; init; } = "";

    /// <summary>UTC, Unix milliseconds.</summary>
    [MemoryPackOrder(6)]
    public long AddedAt { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
