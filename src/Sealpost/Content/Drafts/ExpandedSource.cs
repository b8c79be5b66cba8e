using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sealpost.Content.Drafts;

/// <summary>
/// A body with its blocks and brand values put in, before anything is compiled: the checker of health information sees one text and cannot be got round by a block.
/// Remembers where each stretch came from, so that a problem names the author's file, line and column.
/// </summary>
internal sealed partial class ExpandedSource
{
    /// <summary>Blocks within blocks.</summary>
    public const int MaxDepth = 5;

    /// <summary>Blocks and brand values one body may name, those named by its blocks included.</summary>
    public const int MaxExpansions = 500;

    private readonly Snippets snippets;
    private readonly BodyFormat format;
    private readonly string language;
    private readonly ICollection<TemplateProblem> problems;
    private readonly StringBuilder text = new();
    private readonly List<Stretch> stretches = [];
    private readonly List<string> open = [];
    private int expansions;
    private string? done;

    private ExpandedSource(Snippets snippets, BodyFormat format, string language, ICollection<TemplateProblem> problems)
    {
        this.snippets = snippets;
        this.format = format;
        this.language = language;
        this.problems = problems;
    }

    /// <summary>The text as it is compiled.</summary>
    public string Text => done ??= text.ToString();

    /// <summary>Names of the blocks that went in.</summary>
    public SortedSet<string> Blocks { get; } = new(StringComparer.Ordinal);

    /// <summary>Expands; what cannot be expanded is a problem, with its place.</summary>
    /// <param name="source">The body as authored.</param>
    /// <param name="file">Its name.</param>
    /// <param name="format">Its format.</param>
    /// <param name="language">Its language.</param>
    /// <param name="snippets">What may be named.</param>
    /// <param name="problems">Receives problems.</param>
    public static ExpandedSource Of(string source, string file, BodyFormat format, string language, Snippets snippets, ICollection<TemplateProblem> problems)
    {
        var expanded = new ExpandedSource(snippets, format, language, problems);
        expanded.Append(source, file);
        return expanded;
    }

    /// <summary>Where the author wrote what stands at a place of <see cref="Text"/>.</summary>
    /// <param name="line">Line, from 1.</param>
    /// <param name="column">Column, from 1.</param>
    public (string File, int Line, int Column) Origin(int line, int column)
    {
        if (stretches.Count == 0)
            return ("body", line, column);
        var offset = OffsetOf(Text, line) + column - 1;
        var at = stretches.FindLastIndex(stretch => stretch.Start <= offset);
        var found = stretches[Math.Max(0, at)];
        return Place(found, found.IsValue ? found.SourceStart : Math.Min(found.SourceStart + offset - found.Start, found.Source.Length));
    }

    /// <summary>Whether a text stands only in brand values, which are Sealpost's and not the author's.</summary>
    public bool IsOnlyInValues(string needle)
    {
        var found = false;
        for (var at = Text.IndexOf(needle, StringComparison.OrdinalIgnoreCase); at >= 0; at = Text.IndexOf(needle, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (stretches.FindLast(stretch => stretch.Start <= at) is not { IsValue: true })
                return false;
            found = true;
        }

        return found;
    }

    private void Append(string source, string file)
    {
        var at = 0;
        foreach (Match tag in Tag().Matches(source))
        {
            Keep(source, file, at, tag.Index);
            at = tag.Index + tag.Length;
            var name = tag.Groups["name"].Value;
            if (++expansions > MaxExpansions)
            {
                if (expansions == MaxExpansions + 1)
                    Problem(source, file, tag, $"The body names more than {MaxExpansions} blocks and brand values: write some of them out.");
                return;
            }

            if (snippets == Snippets.None)
                Problem(source, file, tag, "Blocks and brand values go in when a campaign takes a template: write this out here, or put it into the template and take that.");
            else if (tag.Groups["kind"].Value == "brand")
                Brand(source, file, tag, name);
            else
                Block(source, file, tag, name);
            if (text.Length > TemplateCompiler.MaxSource)
                return; // The compiler refuses what is too long and says so.
        }

        Keep(source, file, at, source.Length);
    }

    private void Brand(string source, string file, Match tag, string name)
    {
        if (snippets.Brand.TryGetValue(name, out var value))
        {
            stretches.Add(new Stretch(text.Length, source, file, tag.Index, IsValue: true));
            text.Append(value);
            return;
        }

        Problem(source, file, tag, $"The brand kit has no \"{name}\": it has {string.Join(", ", snippets.Brand.Keys.Order(StringComparer.Ordinal))}.");
    }

    private void Block(string source, string file, Match tag, string name)
    {
        if (!snippets.Blocks.TryGetValue(name, out var block))
            Problem(source, file, tag, snippets.Blocks.Count == 0 ? $"There is no block \"{name}\": the library has none yet." : $"There is no block \"{name}\": the library has {string.Join(", ", snippets.Blocks.Keys.Order(StringComparer.Ordinal).Take(20))}.");
        else if (block.Format != format && !(format == BodyFormat.Markdown && block.Format == BodyFormat.Html))
            Problem(source, file, tag, $"Block \"{name}\" is written in {block.Format} and the message in {format}: use a block of the same format.");
        else if (open.Contains(name))
            Problem(source, file, tag, $"Block \"{name}\" holds itself ({string.Join(" → ", open.Append(name))}): take it out of one of them.");
        else if (open.Count == MaxDepth)
            Problem(source, file, tag, $"Blocks are nested more than {MaxDepth} deep: simplify.");
        else
        {
            Blocks.Add(name);
            open.Add(name);
            Append(block.For(language), "block:" + name);
            open.RemoveAt(open.Count - 1);
        }
    }

    private void Keep(string source, string file, int from, int to)
    {
        if (to <= from)
            return;
        stretches.Add(new Stretch(text.Length, source, file, from, IsValue: false));
        text.Append(source, from, to - from);
    }

    private void Problem(string source, string file, Match tag, string message)
    {
        var (_, line, column) = Place(new Stretch(0, source, file, 0, false), tag.Index);
        problems.Add(new TemplateProblem(file, line, message) { Column = column, Length = tag.Length });
    }

    private static (string File, int Line, int Column) Place(Stretch stretch, int offset)
    {
        var before = stretch.Source.AsSpan(0, offset);
        return (stretch.File, 1 + before.Count('\n'), offset - before.LastIndexOf('\n'));
    }

    private static int OffsetOf(string text, int line)
    {
        var at = 0;
        for (var i = 1; i < line; i++)
        {
            var next = text.IndexOf('\n', at);
            if (next < 0)
                break;
            at = next + 1;
        }

        return at;
    }

    [GeneratedRegex(@"\{%-?[ \t]*(?<kind>block|brand)[ \t]+[""']?(?<name>[a-z0-9][a-z0-9_-]{0,59})[""']?[ \t]*-?%\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 2_000)]
    private static partial Regex Tag();

    private sealed record Stretch(int Start, string Source, string File, int SourceStart, bool IsValue);
}

/// <summary>Names that <c>{% block … %}</c> can call.</summary>
public static partial class BlockNames
{
    /// <summary>What a name looks like, in words.</summary>
    public const string Rule = "a block's name has lower-case letters, digits and \"-\", begins with a letter or digit and has at most 60 characters";

    /// <summary>Whether a template can call a block by this name.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>The tag that calls it.</summary>
    public static string TagOf(string name) => string.Create(CultureInfo.InvariantCulture, $"{{% block {name} %}}");

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,59}$", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Name();
}
