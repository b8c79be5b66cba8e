using Parlot.Fluent;

namespace Sealpost.Audience;

/// <summary>Names what a parser looks for, so that an error can say what was expected at the furthest point that was reached.</summary>
internal sealed class Expecting<T>(Parser<T> inner, string what) : Parser<T>
{
    public override bool Parse(ParseContext context, ref Parlot.ParseResult<T> result)
    {
        var query = (QueryContext)context;
        var start = context.Scanner.Cursor.Position;
        var mark = query.Mark(start.Offset);
        if (inner.Parse(context, ref result))
            return true;
        context.Scanner.Cursor.ResetPosition(start);
        query.Fail(mark, what);
        return false;
    }
}

/// <summary>Notes where predicates stand in the text.</summary>
internal sealed class Located(Parser<AudienceQuery> inner) : Parser<AudienceQuery>
{
    public override bool Parse(ParseContext context, ref Parlot.ParseResult<AudienceQuery> result)
    {
        var start = context.Scanner.Cursor.Offset;
        if (!inner.Parse(context, ref result))
            return false;
        ((QueryContext)context).Note(start, context.Scanner.Cursor.Offset);
        return true;
    }
}

/// <summary>A parse under way, with the furthest failure.</summary>
internal sealed class QueryContext(string text) : ParseContext(new Parlot.Scanner(text))
{
    private readonly List<string> _expected = [];
    private readonly SortedDictionary<int, int> _spans = [];

    /// <summary>Offset of the furthest failure.</summary>
    public int Furthest { get; private set; }

    /// <summary>What was found there and what was expected.</summary>
    public string Error()
    {
        var found = Furthest >= text.Length ? "the end of the query" : $"\"{Token()}\"";
        var names = _expected.Distinct().ToList();
        var list = names.Count < 2 ? string.Concat(names) : string.Join(", ", names.Take(names.Count - 1)) + " or " + names[^1];
        return $"Found {found} where {list} was expected.";
    }

    /// <summary>Where a parser begins, past white space, and how many expectations there were.</summary>
    public (int Offset, int Count) Mark(int offset)
    {
        while (offset < text.Length && char.IsWhiteSpace(text[offset]))
            offset++;
        return (offset, offset == Furthest ? _expected.Count : 0);
    }

    /// <summary>Notes a failure. A parser that got nowhere speaks for the parsers inside it.</summary>
    public void Fail((int Offset, int Count) mark, string what)
    {
        if (mark.Offset < Furthest)
            return;
        if (mark.Offset > Furthest)
            _expected.Clear();
        else if (mark.Count < _expected.Count)
            _expected.RemoveRange(mark.Count, _expected.Count - mark.Count);
        Furthest = mark.Offset;
        _expected.Add(what);
    }

    /// <summary>Notes a predicate; one parsed again at the same place is one.</summary>
    public void Note(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        _spans[start] = end - start;
    }

    /// <summary>Predicates noted, in order.</summary>
    public IReadOnlyList<(int Start, int Length)> Spans() => [.. _spans.Select(span => (span.Key, span.Value))];

    private string Token()
    {
        var end = Furthest + 1;
        while (end < text.Length && end - Furthest < 24 && QueryText.IsNameCharacter(text[Furthest]) && QueryText.IsNameCharacter(text[end]))
            end++;
        return text[Furthest..end];
    }
}
