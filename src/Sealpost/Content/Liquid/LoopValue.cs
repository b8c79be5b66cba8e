using Fluid;
using Fluid.Values;

namespace Sealpost.Content.Liquid;

/// <summary>The <c>forloop</c> variable.</summary>
internal sealed class LoopValue(int index, int length) : FluidValue
{
    /// <summary>Names of its members.</summary>
    public static IReadOnlyList<string> Members { get; } = ["index", "index0", "rindex", "rindex0", "first", "last", "length"];

    /// <inheritdoc/>
    public override FluidValues Type => FluidValues.Object;

    /// <inheritdoc/>
    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => name switch
    {
        "index" => NumberValue.Create(index + 1),
        "index0" => NumberValue.Create(index),
        "rindex" => NumberValue.Create(length - index),
        "rindex0" => NumberValue.Create(length - index - 1),
        "first" => BooleanValue.Create(index == 0),
        "last" => BooleanValue.Create(index == length - 1),
        "length" => NumberValue.Create(length),
        _ => NilValue.Instance,
    };

    /// <inheritdoc/>
    public override bool Equals(FluidValue other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => index;

    /// <inheritdoc/>
    public override bool ToBooleanValue() => true;

    /// <inheritdoc/>
    public override decimal ToNumberValue() => 0;

    /// <inheritdoc/>
    public override object ToObjectValue() => this;

    /// <inheritdoc/>
    public override string ToStringValue() => "";
}
