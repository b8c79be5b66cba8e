namespace Sealpost.Content.Liquid;

/// <summary>Splits a source into text and Liquid tags with their lines; <c>raw</c> blocks become text, comments vanish.</summary>
internal static class LiquidLexer
{
    /// <summary>Splits.</summary>
    /// <param name="source">The source.</param>
    /// <param name="file">File name for problems.</param>
    /// <param name="problems">Receives problems.</param>
    public static IReadOnlyList<LiquidToken> Split(string source, string file, ICollection<TemplateProblem> problems)
    {
        var tokens = new List<LiquidToken>();
        var at = 0;
        var line = 1;
        while (at < source.Length)
        {
            var open = NextOpen(source, at);
            if (open > at)
                tokens.Add(Text(source[at..open], ref line));
            if (open == source.Length)
                break;
            var isOutput = source[open + 1] == '{';
            var close = source.IndexOf(isOutput ? "}}" : "%}", open + 2, StringComparison.Ordinal);
            if (close < 0)
            {
                problems.Add(new TemplateProblem(file, line, $"\"{(isOutput ? "{{" : "{%")}\" is never closed: add \"{(isOutput ? "}}" : "%}")}\"."));
                break;
            }

            at = close + 2;
            var tag = Tag(source[(open + 2)..close], isOutput, line) with { Column = open - (open == 0 ? -1 : source.LastIndexOf('\n', open - 1)), Length = at - open };
            var lines = Breaks(source.AsSpan(open, at - open));
            if (tag.Name is "raw" or "comment")
            {
                var end = EndOf(source, at, "end" + tag.Name, out var after);
                if (end < 0)
                {
                    problems.Add(new TemplateProblem(file, line, $"{{% {tag.Name} %}} is never closed: add {{% end{tag.Name} %}}."));
                    break;
                }

                line += lines;
                var inner = source[at..end];
                tokens.Add(tag.Name == "raw" ? Text(inner, ref line) : Gap(inner, ref line));
                at = after;
            }
            else if (tag.Name.StartsWith('#'))
            {
                line += lines;
            }
            else
            {
                tokens.Add(new LiquidToken("", tag, lines));
                line += lines;
            }
        }

        return tokens;
    }

    private static LiquidTag Tag(string inner, bool isOutput, int line)
    {
        var left = inner.StartsWith('-');
        var right = inner.Length > (left ? 1 : 0) && inner.EndsWith('-');
        var markup = inner[(left ? 1 : 0)..(right ? inner.Length - 1 : inner.Length)].Trim();
        if (isOutput)
            return new LiquidTag(true, "", markup, line, left, right);
        var end = 0;
        while (end < markup.Length && !char.IsWhiteSpace(markup[end]))
            end++;
        return new LiquidTag(false, markup[..end], markup[end..].Trim(), line, left, right);
    }

    private static int EndOf(string source, int from, string name, out int after)
    {
        for (var open = source.IndexOf("{%", from, StringComparison.Ordinal); open >= 0; open = source.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            var close = source.IndexOf("%}", open + 2, StringComparison.Ordinal);
            if (close < 0)
                break;
            after = close + 2;
            if (source.AsSpan(open + 2, close - open - 2).Trim('-').Trim().SequenceEqual(name))
                return open;
        }

        after = 0;
        return -1;
    }

    private static int NextOpen(string source, int from)
    {
        for (var at = source.IndexOf('{', from); at >= 0 && at + 1 < source.Length; at = source.IndexOf('{', at + 1))
        {
            if (source[at + 1] is '{' or '%')
                return at;
        }

        return source.Length;
    }

    private static LiquidToken Text(string text, ref int line)
    {
        var lines = Breaks(text);
        line += lines;
        return new LiquidToken(text, null, lines);
    }

    private static LiquidToken Gap(string text, ref int line)
    {
        var lines = Breaks(text);
        line += lines;
        return new LiquidToken("", null, lines);
    }

    private static int Breaks(ReadOnlySpan<char> text) => text.Count('\n');
}
