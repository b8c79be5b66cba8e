using MemoryPack;

namespace Sealpost.Content.Drafts;

/// <summary>A message as an author writes it: one format, a fallback language and variants. Blocks and brand values are still named, not expanded.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record MessageDraft
{
    /// <summary>Most variants a message may have besides the fallback.</summary>
    public const int MaxVariants = 20;

    /// <summary>How the bodies are written.</summary>
    [MemoryPackOrder(0)]
    public BodyFormat Format { get; init; }

    /// <summary>What patients get whose language has no variant.</summary>
    [MemoryPackOrder(1)]
    public MessageVariant Fallback { get; init; } = new();

    /// <summary>The same in other languages.</summary>
    [MemoryPackOrder(2)]
    public IReadOnlyList<MessageVariant> Variants { get; init; } = [];

    /// <summary>All variants, the fallback first.</summary>
    [MemoryPackIgnore]
    public IEnumerable<MessageVariant> All => Variants.Prepend(Fallback);

    /// <summary>Whether the texts are the same as another draft's.</summary>
    internal bool SameAs(MessageDraft other) => Format == other.Format && All.SequenceEqual(other.All);

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
