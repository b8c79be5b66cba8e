using Fluid;
using Fluid.Values;
using Sealpost.Patients;

namespace Sealpost.Content.Fields;

/// <summary>One fact as a template sees it: members are read when named, and no others.</summary>
internal sealed class FactValue(Field field, RenderInput input, Fact fact) : FluidValue
{
    /// <inheritdoc/>
    public override FluidValues Type => FluidValues.Object;

    /// <inheritdoc/>
    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) =>
        field.Member(name) is { } member ? member.Read!(input, fact) ?? new MissingValue(member.Path) : NilValue.Instance;

    /// <inheritdoc/>
    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) => GetValueAsync(index.ToStringValue(), context);

    /// <inheritdoc/>
    public override bool Equals(FluidValue other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => fact.SourceId.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool ToBooleanValue() => true;

    /// <inheritdoc/>
    public override decimal ToNumberValue() => 0;

    /// <inheritdoc/>
    public override object ToObjectValue() => this;

    /// <inheritdoc/>
    public override string ToStringValue() => "";

    /// <inheritdoc/>
    public override string ToString() => "[phi]";
}
