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

        var text = value is ArrayValue list ? string.Concat(list.Values.Select(item => item.ToStringValue())) : value.ToStringValue();
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
internal sealed class IfNode((Expression? Condition, LiquidNode[] Body)[] branches) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        foreach (var (condition, body) in branches)
        {
            if (condition is null || condition.Evaluate(context).ToBooleanValue())
                return WriteAll(body, writer, encoder, context);
        }

        return Flow.Next;
    }
}

/// <summary>The first branch with an equal value.</summary>
/// <param name="value">The value.</param>
/// <param name="branches">Values with bodies; an empty list for "else".</param>
internal sealed class CaseNode(Expression value, (IReadOnlyList<Expression> Values, LiquidNode[] Body)[] branches) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context)
    {
        context.Step();
        var actual = value.Evaluate(context);
        foreach (var (values, body) in branches)
        {
            if (values.Count == 0 || values.Any(option => actual.Equals(option.Evaluate(context))))
                return WriteAll(body, writer, encoder, context);
        }

        return Flow.Next;
    }
}

/// <summary>Leaves the loop or goes to its next item.</summary>
internal sealed class JumpNode(Flow flow) : LiquidNode
{
    /// <inheritdoc/>
    public override Flow Write(LimitedWriter writer, TextEncoder encoder, RenderContext context) => flow;
}
