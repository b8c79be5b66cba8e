using MemoryPack;

namespace Sealpost.Campaigns.Attachments;

/// <summary>A file that a campaign carries, the same for every patient. It is never mailed: patients fetch it on our page, from the opened message. FHIR R4 Attachment.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record Attachment
{
    /// <summary>Number within the organisation, from 1; the same bytes have the same number.</summary>
    [MemoryPackOrder(0)]
    public long Id { get; init; }

    /// <summary>File name as patients see it: at most 100 characters, its extension that of <see cref="Type"/>.</summary>
    [MemoryPackOrder(1)]
    public string Name { get; init; } = "";

    /// <summary>What it is, by its content.</summary>
    [MemoryPackOrder(2)]
    public AttachmentType Type { get; init; }

    /// <summary>Size.</summary>
    [MemoryPackOrder(3)]
    public long Bytes { get; init; }

    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    [MemoryPackOrder(4)]
    public string Sha256 { get; init; } = "";

    /// <summary>Always <c>[phi]</c>: a name can betray a condition.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Kinds of files that a campaign may carry. Numbers are stored.</summary>
public enum AttachmentType
{
    /// <summary>PDF. ISO 32000.</summary>
    Pdf = 1,

    /// <summary>PNG picture.</summary>
    Png = 2,

    /// <summary>JPEG picture.</summary>
    Jpeg = 3,

    /// <summary>Plain text in UTF-8.</summary>
    Text = 4,

    /// <summary>Calendar entries. RFC 5545.</summary>
    Calendar = 5,
}

/// <summary>A file that was checked and is not stored yet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Content">Its bytes; pictures are freed of metadata.</param>
public sealed record CheckedAttachment(string Name, AttachmentType Type, byte[] Content)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A file as it is handed to a person.</summary>
/// <param name="File">What it is.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record OpenedAttachment(Attachment File, byte[] Content)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
