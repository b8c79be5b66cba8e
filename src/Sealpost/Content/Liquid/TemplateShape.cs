using Fluid.Ast;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>One way through a template: a branch of a condition, a loop with or without items.</summary>
/// <param name="File">File it stands in.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Source">The tag that opens it.</param>
/// <param name="When">In words, when it is taken.</param>
internal sealed record BranchPoint(string File, int Line, string Source, string When);

/// <summary>The branches of a part, and the values its conditions compare with; gathered when it is compiled.</summary>
internal sealed class TemplateShape(string file)
{
    private readonly List<BranchPoint> points = [];
    private readonly HashSet<string> texts = new(StringComparer.Ordinal);
    private readonly HashSet<decimal> numbers = [];

    /// <summary>All branches, in the order in which they are built.</summary>
    public IReadOnlyList<BranchPoint> Points => points;

    /// <summary>Texts that conditions compare with.</summary>
    public IReadOnlyCollection<string> Texts => texts;

    /// <summary>Numbers that conditions compare with.</summary>
    public IReadOnlyCollection<decimal> Numbers => numbers;

    /// <summary>Notes the branches of a condition; the last point is the case that none holds, or "else".</summary>
    public BranchPoint[] BranchesOf(ReadBranches branches)
    {
        var found = branches.Branches.Select(branch => Note(branch.Piece.Tag, branch.Piece.Tag.Name == "else" ? "no condition holds" : "the condition holds")).ToList();
        if (branches.Branches[^1].Conditions.Count > 0)
            found.Add(Note(branches.Piece.Tag, "no condition holds"));
        foreach (var expression in branches.Branches.SelectMany(branch => branch.Conditions).Append(branches.Value).OfType<Expression>())
            Gather(expression);
        return [.. found];
    }

    /// <summary>Notes a loop: with items, without.</summary>
    public BranchPoint[] LoopOf(ReadLoop loop)
    {
        Gather(loop.Loop.Source);
        return [Note(loop.Piece.Tag, "there are items"), Note(loop.Piece.Tag, "there is no item")];
    }

    private BranchPoint Note(LiquidTag tag, string when)
    {
        var point = new BranchPoint(file, tag.Line, tag.Source, when);
        points.Add(point);
        return point;
    }

    private void Gather(Expression expression)
    {
        switch (expression)
        {
            case NotExpression not:
                Gather(not.Inner);
                break;
            case BinaryExpression binary:
                Gather(binary.Left);
                Gather(binary.Right);
                break;
            case FilterExpression filter:
                Gather(filter.Input);
                foreach (var parameter in filter.Parameters)
                    Gather(parameter.Expression);
                break;
            case LiteralExpression { Value: NumberValue number }:
                numbers.Add(number.ToNumberValue());
                break;
            case LiteralExpression { Value: StringValue text } when text.ToStringValue() is { Length: > 0 and <= 200 } value:
                texts.Add(value);
                break;
        }
    }
}
