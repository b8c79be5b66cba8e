using MemoryPack;

namespace Sealpost.Content.Drafts;

/// <summary>A message's texts in one language, as authored: Liquid in every part.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record MessageVariant
{
    /// <summary>BCP 47 tag, such as <c>es</c>.</summary>
    [MemoryPackOrder(0)]
    public string Language { get; init; } = Languages.Default;

    /// <summary>Subject line.</summary>
    [MemoryPackOrder(1)]
    public string Subject { get; init; } = "";

    /// <summary>Preview line; null takes the organisation's name.</summary>
    [MemoryPackOrder(2)]
    public string? Preheader { get; init; }

    /// <summary>Body.</summary>
    [MemoryPackOrder(3)]
    public string Body { get; init; } = "";

    /// <summary>Text part; null makes it from the body.</summary>
    [MemoryPackOrder(4)]
    public string? Text { get; init; }

    /// <summary>File the body came from, for problems; empty where it came from no file.</summary>
    [MemoryPackOrder(5)]
    public string BodyFile { get; init; } = "";

    /// <summary>File the text part came from.</summary>
    [MemoryPackOrder(6)]
    public string? TextFile { get; init; }

    /// <summary>For the compiler.</summary>
    internal TemplateSource ToSource(string from, BodyFormat format, string? language) =>
        new(from, Subject, Preheader, Body, format, Text, BodyFile.Length > 0 ? BodyFile : "body", TextFile ?? "text", language);

    /// <summary>Always <c>[phi]</c>: what a message is about tells of its readers.</summary>
    public override string ToString() => "[phi]";
}
