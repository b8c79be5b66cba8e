using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>Members of an opened field's value, such as <c>.first.name</c> of a list.</summary>
internal sealed class TailExpression(Expression head, MemberSegment[] segments) : Expression
{
    /// <inheritdoc/>
    public override ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var value = head.Evaluate(context);
        foreach (var segment in segments)
        {
            if (value.IsNil())
                break;
            value = Evaluation.Finish(segment.ResolveAsync(value, context));
        }

        return value;
    }
}
