using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>Evaluates at once: every value of a message is in memory, so nothing is awaited.</summary>
internal static class Evaluation
{
    /// <summary>The value of an expression.</summary>
    public static FluidValue Evaluate(this Expression expression, TemplateContext context) => Finish(expression.EvaluateAsync(context));

    /// <summary>The result of a step.</summary>
    public static FluidValue Finish(ValueTask<FluidValue> step) => step.IsCompletedSuccessfully ? step.Result : step.AsTask().GetAwaiter().GetResult();
}
