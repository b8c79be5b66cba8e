using System.Text.RegularExpressions;
using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Content;

/// <summary>What the visual editor is told beside the message: what the compiler says of its tags, and which saved blocks there are. Never what a block holds: the server puts that in.</summary>
internal static partial class CanvasMarks
{
    private const string InBlock = "block:";

    /// <summary>The tags to mark. What stands within a saved block is marked at the tag that calls the block, through blocks within blocks.</summary>
    public static IReadOnlyList<object> Of(IEnumerable<FieldUse> uses, IReadOnlyDictionary<string, BlockText> blocks, string language)
    {
        var marks = new List<object>();
        foreach (var use in uses)
        {
            if (use.File == "body")
                marks.Add(new { use.Source, use.Label });
            else if (use.File.StartsWith(InBlock, StringComparison.Ordinal))
                marks.AddRange(blocks.Keys.Where(name => Holds(name, use.File[InBlock.Length..], blocks, language, 0)).Select(name => new { Block = name, use.Label }));
        }

        return marks;
    }

    /// <summary>The blocks that a message written in MJML takes: name, and the first part, which says where the block has a place.</summary>
    public static IReadOnlyList<object> Offered(IReadOnlyDictionary<string, BlockText> blocks, string language) =>
        [.. blocks.Where(block => block.Value.Format == BodyFormat.Mjml).OrderBy(block => block.Key, StringComparer.Ordinal).Select(block => new { Name = block.Key, Begins = FirstPart(block.Key, blocks, language, 0) })];

    private static bool Holds(string name, string wanted, IReadOnlyDictionary<string, BlockText> blocks, string language, int depth) =>
        name == wanted || (depth < ExpandedSource.MaxDepth && blocks.TryGetValue(name, out var block)
            && Calls().Matches(block.For(language)).Any(call => Holds(call.Groups["name"].Value, wanted, blocks, language, depth + 1)));

    private static string? FirstPart(string name, IReadOnlyDictionary<string, BlockText> blocks, string language, int depth)
    {
        if (depth >= ExpandedSource.MaxDepth || !blocks.TryGetValue(name, out var block))
            return null;
        var text = block.For(language);
        var (part, call) = (Part().Match(text), Calls().Match(text));
        return call.Success && (!part.Success || call.Index < part.Index) ? FirstPart(call.Groups["name"].Value, blocks, language, depth + 1)
            : part.Success ? part.Groups["name"].Value.ToLowerInvariant() : null;
    }

    [GeneratedRegex(@"\{%-?\s*block\s+[""']?(?<name>[a-z0-9][a-z0-9-]{0,59})[""']?\s*-?%\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Calls();

    [GeneratedRegex(@"<(?<name>mj-[a-z-]+)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Part();
}
