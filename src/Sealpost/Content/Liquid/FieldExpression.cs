using Fluid;
using Fluid.Ast;
using Fluid.Values;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>Opens one field of the chart, found when the template was compiled.</summary>
/// <param name="group">The group of one fact that <paramref name="field"/> belongs to, or null.</param>
/// <param name="field">The field.</param>
internal sealed class FieldExpression(Field? group, Field field) : Expression
{
    /// <inheritdoc/>
    public override ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var input = ((RenderContext)context).Input;
        if (group is not null)
        {
            var facts = input.FactsOf(group);
            return facts.Count == 0 ? new MissingValue(field.Path) : field.Read!(input, facts[0]) ?? new MissingValue(field.Path);
        }

        return field.Kind switch
        {
            FieldKind.List => Items(input),
            FieldKind.Group => input.FactsOf(field).Count > 0 ? BooleanValue.True : new MissingValue(field.Path),
            _ => field.Read!(input, null) ?? new MissingValue(field.Path),
        };
    }

    private ArrayValue Items(RenderInput input)
    {
        var facts = input.FactsOf(field);
        var items = new FluidValue[facts.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = new FactValue(field, input, facts[i]);
        return new ArrayValue(items);
    }
}
