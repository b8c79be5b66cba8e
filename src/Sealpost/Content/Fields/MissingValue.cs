using Fluid;
using Fluid.Values;

namespace Sealpost.Content.Fields;

/// <summary>The absence of a value, remembering which field lacks it; false in a condition, replaced by <c>default</c>, an error when printed.</summary>
internal sealed class MissingValue(string path) : BaseNilValue
{
    /// <summary>The field without a value.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => this;

    /// <inheritdoc/>
    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) => this;
}
