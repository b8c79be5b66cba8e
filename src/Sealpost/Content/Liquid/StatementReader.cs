namespace Sealpost.Content.Liquid;

/// <summary>Makes a tree of statements from pieces; checks that blocks are closed, and within one element.</summary>
internal sealed class StatementReader
{
    private static readonly string[] Known = ["assign", "capture", "if", "unless", "case", "for", "break", "continue", "raw", "comment"];

    private readonly IReadOnlyList<Piece> pieces;
    private readonly string file;
    private readonly ICollection<TemplateProblem> problems;
    private int at;
    private int depth;
    private int loops;
    private int line = 1;
    private TagPiece? closer;

    private StatementReader(IReadOnlyList<Piece> pieces, string file, ICollection<TemplateProblem> problems)
    {
        this.pieces = pieces;
        this.file = file;
        this.problems = problems;
    }

    /// <summary>Reads all pieces.</summary>
    public static IReadOnlyList<ReadStatement> Read(IReadOnlyList<Piece> pieces, string file, ICollection<TemplateProblem> problems)
    {
        var reader = new StatementReader(Trimmed(pieces), file, problems);
        var statements = new List<ReadStatement>();
        while (reader.at < reader.pieces.Count)
        {
            statements.AddRange(reader.Body(opener: null));
            if (reader.closer is { } stray)
                reader.Problem(stray, $"{stray.Tag.Source} closes nothing: take it out or add the tag that opens the block.");
        }

        return statements;
    }

    private List<ReadStatement> Body(TagPiece? opener)
    {
        var body = new List<ReadStatement>();
        closer = null;
        if (++depth > LiquidOptions.MaxRecursion && opener is not null)
            Problem(opener, $"Blocks are nested more than {LiquidOptions.MaxRecursion} deep: simplify.");
        while (at < pieces.Count)
        {
            switch (pieces[at++])
            {
                case TextPiece text:
                    body.Add(new ReadText(line, text.Text));
                    break;
                case MarkPiece mark:
                    body.Add(new ReadMark(line, mark));
                    break;
                case TagPiece piece:
                    line = piece.Tag.Line;
                    if (piece.Tag.Name is "elsif" or "else" or "when" || piece.Tag.Name.StartsWith("end", StringComparison.Ordinal))
                    {
                        closer = piece;
                        depth--;
                        return body;
                    }

                    if (Statement(piece) is { } statement)
                        body.Add(statement);
                    closer = null;
                    break;
            }
        }

        depth--;
        return body;
    }

    private ReadStatement? Statement(TagPiece piece)
    {
        var tag = piece.Tag;
        void Report(string message) => Problem(piece, message);
        switch (tag.Name)
        {
            case "":
                return tag.Markup.Length == 0 ? Refuse(piece, "{{ }} is empty: name a field.") : TagParser.Value(tag, Report) is { } value ? new ReadOutput(tag.Line, piece, value) : null;
            case "assign":
                return TagParser.Assign(tag, Report) is { } assign ? new ReadAssign(tag.Line, piece, assign.Identifier, assign.Value) : null;
            case "capture":
                return new ReadCapture(tag.Line, tag.Markup.Trim('"', '\'', ' '), Closed(piece, "endcapture"), piece.Place);
            case "if" or "unless":
                return If(piece, Report);
            case "case":
                return Case(piece, Report);
            case "for":
                return For(piece, Report);
            case "break" or "continue":
                return loops > 0 ? new ReadJump(tag.Line, tag.Name == "break" ? Flow.Break : Flow.Continue) : Refuse(piece, $"{tag.Source} stands outside a loop: take it out.");
            default:
                return Refuse(piece, $"{{% {tag.Name} %}} is not available in messages: use {string.Join(", ", Known)}.");
        }
    }

    private ReadBranches? If(TagPiece piece, Action<string> report)
    {
        var branches = new List<ReadBranch>();
        var head = piece;
        while (true)
        {
            var condition = head.Tag.Name == "else" ? null : TagParser.Condition(head.Tag, report);
            if (condition is null && head.Tag.Name != "else")
                condition = new Fluid.Ast.LiteralExpression(Fluid.Values.BooleanValue.False);
            branches.Add(new ReadBranch(head, condition is null ? [] : [condition], Body(piece)));
            if (closer is null || !SameOwner(piece, closer))
                return (ReadBranches?)Unclosed(piece, closer, "endif");
            var next = closer;
            if (next.Tag.Name == "end" + piece.Tag.Name)
                return new ReadBranches(piece.Tag.Line, piece, null, branches);
            if (next.Tag.Name is not ("elsif" or "else") || head.Tag.Name == "else")
                return (ReadBranches?)Unclosed(piece, next, "end" + piece.Tag.Name);
            head = next;
        }
    }

    private ReadBranches? Case(TagPiece piece, Action<string> report)
    {
        var value = TagParser.Case(piece.Tag, report);
        _ = Body(piece); // What stands between "case" and the first "when" is never written.
        var branches = new List<ReadBranch>();
        while (closer is { Tag.Name: "when" or "else" } head && SameOwner(piece, head))
        {
            var values = head.Tag.Name == "else" ? [] : TagParser.When(head.Tag, message => Problem(head, message)) ?? [new Fluid.Ast.LiteralExpression(Fluid.Values.NilValue.Instance)];
            branches.Add(new ReadBranch(head, values, Body(piece)));
        }

        return closer?.Tag.Name == "endcase" && SameOwner(piece, closer)
            ? value is null ? null : new ReadBranches(piece.Tag.Line, piece, value, branches)
            : (ReadBranches?)Unclosed(piece, closer, "endcase");
    }

    private ReadLoop? For(TagPiece piece, Action<string> report)
    {
        var loop = TagParser.For(piece.Tag, report);
        loops++;
        var body = Body(piece);
        loops--;
        List<ReadStatement> otherwise = [];
        if (closer is { Tag.Name: "else" } && SameOwner(piece, closer))
            otherwise = Body(piece);
        return closer?.Tag.Name == "endfor" && SameOwner(piece, closer)
            ? loop is null ? null : new ReadLoop(piece.Tag.Line, piece, loop, body, otherwise)
            : (ReadLoop?)Unclosed(piece, closer, "endfor");
    }

    private List<ReadStatement> Closed(TagPiece piece, string end)
    {
        var body = Body(piece);
        if (closer?.Tag.Name != end || !SameOwner(piece, closer))
            Unclosed(piece, closer, end);
        return body;
    }

    private ReadStatement? Unclosed(TagPiece piece, TagPiece? found, string end)
    {
        if (found is not null && !ReferenceEquals(found.Owner, piece.Owner))
            return Refuse(piece, $"{piece.Tag.Source} and {found.Tag.Source} on line {found.Tag.Line} stand in different elements: put whole elements between them.");
        return Refuse(piece, found is null
            ? $"{piece.Tag.Source} is never closed: add {{% {end} %}}."
            : $"{piece.Tag.Source} is followed by {found.Tag.Source} on line {found.Tag.Line}, not by {{% {end} %}}.");
    }

    private ReadStatement? Refuse(TagPiece piece, string message)
    {
        Problem(piece, message);
        return null;
    }

    private void Problem(TagPiece piece, string message) => problems.Add(new TemplateProblem(file, piece.Tag.Line, message) { Column = piece.Tag.Column, Length = piece.Tag.Length });

    private static bool SameOwner(TagPiece one, TagPiece other) => ReferenceEquals(one.Owner, other.Owner);

    private static List<Piece> Trimmed(IReadOnlyList<Piece> pieces)
    {
        var trimmed = new List<Piece>(pieces);
        for (var i = 0; i < trimmed.Count; i++)
        {
            if (trimmed[i] is not TagPiece { Tag: var tag })
                continue;
            if (tag.TrimsLeft && i > 0 && trimmed[i - 1] is TextPiece before)
                trimmed[i - 1] = new TextPiece(before.Text.TrimEnd());
            if (tag.TrimsRight && i + 1 < trimmed.Count && trimmed[i + 1] is TextPiece after)
                trimmed[i + 1] = new TextPiece(after.Text.TrimStart());
        }

        return trimmed;
    }
}
