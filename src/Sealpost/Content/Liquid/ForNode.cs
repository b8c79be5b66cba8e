using System.Text.Encodings.Web;
using Fluid.Ast;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>A loop as written.</summary>
/// <param name="Variable">Name of the item.</param>
/// <param name="Source">The list.</param>
/// <param name="Limit">At most so many, or null.</param>
/// <param name="Offset">Skip so many, or null.</param>
/// <param name="Reversed">Last first.</param>
internal sealed record Loop(string Variable, Expression Source, Expression? Limit, Expression? Offset, bool Reversed);

/// <summary>Repeats a block for each item.</summary>
/// <param name="loop">The loop.</param>
/// <param name="body">What it repeats.</param>
/// <param name="otherwise">What stands for no item.</param>
/// <param name="points">What to note as reached: with items, without.</param>
internal sealed class ForNode(Loop loop, LiquidNode[] body, LiquidNode[] otherwise, BranchPoint[] points) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        var items = Items(context);
        context.Reach(points[items.Count > 0 ? 0 : 1]);
        if (items.Count == 0)
            return WriteAll(otherwise, writer, encoder, context);
        var (item, around) = (context.GetValue(loop.Variable), context.GetValue("forloop"));
        for (var i = 0; i < items.Count; i++)
        {
            context.Step();
            context.SetValue(loop.Variable, items[i]);
            context.SetValue("forloop", new LoopValue(i, items.Count));
            if (WriteAll(body, writer, encoder, context) == Flow.Break)
                break;
        }

        context.SetValue(loop.Variable, item);
        context.SetValue("forloop", around);
        return Flow.Next;
    }

    private List<FluidValue> Items(RenderContext context)
    {
        var source = loop.Source.Evaluate(context);
        var items = source is ArrayValue list ? list.Values : source.IsNil() ? [] : [.. source.Enumerate(context)];
        var skip = loop.Offset is null ? 0 : Whole(loop.Offset, context);
        var take = loop.Limit is null ? LiquidOptions.MaxCollectionSize : Whole(loop.Limit, context);
        var part = items.Skip(skip).Take(Math.Min(take, LiquidOptions.MaxCollectionSize)).ToList();
        if (loop.Reversed)
            part.Reverse();
        return part;
    }

    private static int Whole(Expression expression, RenderContext context) =>
        (int)Math.Clamp(expression.Evaluate(context).ToNumberValue(), 0, LiquidOptions.MaxCollectionSize);
}
