using System.Text.Encodings.Web;
using Fluid;
using Fluid.Ast;
using Fluid.Values;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    /// <summary>Go on.</summary>
    Next,

    /// <summary>Leave the loop.</summary>
    Break,

    /// <summary>Next item of the loop.</summary>
    Continue,
}

/// <summary>A compiled statement.</summary>
internal abstract class LiquidNode
{
    /// <summary>Writes what the statement prints.</summary>
    public abstract Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context);

    /// <summary>Writes statements in order.</summary>
    public static Flow WriteAll(LiquidNode[] nodes, LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        foreach (var node in nodes)
        {
            var flow = node.Write(writer, encoder, context);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }
}

/// <summary>Text of the template itself.</summary>
internal sealed class TextNode(string text) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        writer.Write(text);
        return Flow.Next;
    }
}

/// <summary>Prints a value; one that is missing or blank is noted, never printed as a gap.</summary>
/// <param name="expression">The value.</param>
/// <param name="name">What to call it when it is blank: its field, else its source.</param>
internal sealed class OutputNode(Expression expression, string name) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        var value = expression.Evaluate(context);
        if (value is StringValue { Encode: false })
        {
            writer.Write(value.ToStringValue());
            return Flow.Next;
        }

        var text = value is DateValue date ? date.ToStringValue(context.CultureInfo) : value is ArrayValue list ? string.Concat(list.Values.Select(item => item.ToStringValue())) : value.ToStringValue();
        if (string.IsNullOrWhiteSpace(text))
            context.Lacks(value is MissingValue missing ? missing.Path : name);
        else
            encoder.Encode(writer, text);
        return Flow.Next;
    }
}

/// <summary>Sets a variable.</summary>
internal sealed class AssignNode(string variable, Expression expression) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        context.SetValue(variable, expression.Evaluate(context));
        return Flow.Next;
    }
}

/// <summary>Keeps what a block prints in a variable.</summary>
internal sealed class CaptureNode(string variable, LiquidNode[] body) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        using var captured = new LimitedWriter(LiquidOptions.MaxValueSize);
        var flow = WriteAll(body, captured, encoder, context);
        context.SetValue(variable, new StringValue(captured.Take(), encode: false));
        return flow;
    }
}

/// <summary>The first branch whose condition holds.</summary>
/// <param name="branches">Conditions with bodies; null for "else".</param>
/// <param name="points">What to note as reached: each branch, and where there is no "else" the case that none holds.</param>
internal sealed class IfNode((Expression? Condition, LiquidNode[] Body)[] branches, BranchPoint[] points) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        for (var i = 0; i < branches.Length; i++)
        {
            var (condition, body) = branches[i];
            if (condition is not null)
                context.Compare(condition);
            if (condition is not null && !condition.Evaluate(context).ToBooleanValue())
                continue;
            context.Reach(points[i]);
            return WriteAll(body, writer, encoder, context);
        }

        context.Reach(points[^1]);
        return Flow.Next;
    }
}

/// <summary>The first branch with an equal value.</summary>
/// <param name="value">The value.</param>
/// <param name="branches">Values with bodies; an empty list for "else".</param>
/// <param name="points">What to note as reached, as for <see cref="IfNode"/>.</param>
internal sealed class CaseNode(Expression value, (IReadOnlyList<Expression> Values, LiquidNode[] Body)[] branches, BranchPoint[] points) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        var actual = value.Evaluate(context);
        for (var i = 0; i < branches.Length; i++)
        {
            var (values, body) = branches[i];
            if (values.Count > 0 && !values.Any(option => actual.Equals(option.Evaluate(context))))
                continue;
            context.Reach(points[i]);
            return WriteAll(body, writer, encoder, context);
        }

        context.Reach(points[^1]);
        return Flow.Next;
    }
}

/// <summary>Leaves the loop or goes to its next item.</summary>
internal sealed class JumpNode(Flow flow) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context) => flow;
}
