using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>The condition of <c>unless</c>.</summary>
internal sealed class NotExpression(Expression inner) : Expression
{
    /// <summary>The condition that must not hold.</summary>
    public Expression Inner { get; } = inner;

    /// <inheritdoc/>
    public override ValueTask<FluidValue> EvaluateAsync(TemplateContext context) => BooleanValue.Create(!Inner.Evaluate(context).ToBooleanValue());
}
