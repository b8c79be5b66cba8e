using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Sealpost.Content.Html;

/// <summary>
/// Repairs what HTML parsing does to <c>&lt;table&gt;{% for … %}&lt;tr&gt;…{% endfor %}&lt;/table&gt;</c>: the row begins an unwritten <c>tbody</c>, which then holds the end of the block but not its begin.
/// </summary>
internal static class TableBlocks
{
    /// <summary>Moves the begin of such blocks into the <c>tbody</c>.</summary>
    public static void Mend(IHtmlDocument document, GuardedSource guarded)
    {
        var open = new Stack<(string Name, IComment Comment)>();
        var moves = new List<(IComment Begin, IElement Body)>();
        foreach (var comment in document.Descendants<IComment>())
        {
            if (guarded.TagOf(comment) is not { } tag)
                continue;
            if (tag.Name is "if" or "unless" or "for" or "case" or "capture")
                open.Push((tag.Name, comment));
            else if (open.TryPeek(out var begin) && tag.Name == "end" + begin.Name)
            {
                open.Pop();
                if (comment.Parent is IElement { LocalName: "tbody" } body && begin.Comment.Parent == body.Parent && begin.Comment.NextElementSibling == body)
                    moves.Add((begin.Comment, body));
            }
        }

        foreach (var (begin, body) in moves.OrderByDescending(move => move.Begin.Index()))
            body.InsertBefore(begin, body.FirstChild);
    }
}
