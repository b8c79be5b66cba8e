using Fluid;
using Fluid.Ast;
using Fluid.Values;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>
/// A filter that lets the absence of a value through untouched up to <c>default</c>, so that a gap is never hidden by <c>append</c> or <c>upcase</c>, and keeps values small.
/// </summary>
internal sealed class FilteredExpression(Expression input, string name, IReadOnlyList<FilterArgument> parameters) : Expression
{
    private readonly FilterDelegate filter = LiquidOptions.Shared.Filters.TryGetValue(name, out var found) ? found : throw new ArgumentException($"No filter \"{name}\".", nameof(name));

    /// <inheritdoc/>
    public override ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        ((RenderContext)context).Step();
        var value = input.Evaluate(context);
        var arguments = new FilterArguments();
        foreach (var parameter in parameters)
        {
            var argument = parameter.Expression.Evaluate(context);
            if (argument is MissingValue && (name != "default" || value is MissingValue))
                return argument;
            arguments.Add(parameter.Name, argument);
        }

        if (value is MissingValue && name != "default")
            return value;

        if (name is "join" or "sum" && value is ArrayValue items && items.Values.FirstOrDefault(item => item is MissingValue) is { } gap)
            return gap;

        // A captured block is markup already escaped: whatever is made from it is text again, and is escaped when printed.
        if (value is StringValue { Encode: false } && name is not ("default" or "strip" or "lstrip" or "rstrip"))
            value = new StringValue(value.ToStringValue());
        if (value is DateValue day && name is not ("date" or "default"))
            value = new StringValue(day.ToStringValue(context.CultureInfo));
        var result = Evaluation.Finish(filter(value, arguments, context));
        if (result is StringValue text && text.ToStringValue().Length > LiquidOptions.MaxValueSize)
            throw new RenderLimitException($"A value is longer than {LiquidOptions.MaxValueSize} characters: look for \"append\" in a loop.");
        if (result is ArrayValue list && list.Values.Count > LiquidOptions.MaxValueSize)
            throw new RenderLimitException($"A list has more than {LiquidOptions.MaxValueSize} items: look for \"split\" or \"concat\" in a loop.");
        return result;
    }
}
