using System.Globalization;
using System.Text.Encodings.Web;
using Fluid.Values;

namespace Sealpost.Content.Fields;

/// <summary>A date that prints itself the way a person writes it: <c>March 3, 2026</c>, <c>March 3, 2026 at 10:30 AM</c>; the <c>date</c> filter prints it otherwise.</summary>
internal sealed class DateValue(DateTimeOffset value, bool hasTime) : FluidValue
{
    /// <inheritdoc/>
    public override FluidValues Type => FluidValues.DateTime;

    /// <inheritdoc/>
    public override bool Equals(FluidValue other) => other.Type == FluidValues.DateTime && other.ToObjectValue() is DateTimeOffset moment && moment == value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => value.GetHashCode();

    /// <inheritdoc/>
    public override bool ToBooleanValue() => true;

    /// <inheritdoc/>
    public override decimal ToNumberValue() => value.UtcTicks;

    /// <inheritdoc/>
    public override object ToObjectValue() => value;

    /// <inheritdoc/>
    public override string ToStringValue() =>
        ToStringValue(CultureInfo.InvariantCulture);

    /// <summary>The date as readers of a language write it; English where the language is not one that Sealpost's own words are in.</summary>
    public string ToStringValue(CultureInfo culture) => culture.TwoLetterISOLanguageName switch
    {
        "es" => value.ToString(hasTime ? "d 'de' MMMM 'de' yyyy 'a las' H:mm" : "d 'de' MMMM 'de' yyyy", culture),
        _ => value.ToString(hasTime ? "MMMM d, yyyy 'at' h:mm tt" : "MMMM d, yyyy", CultureInfo.InvariantCulture),
    };

    /// <inheritdoc/>
    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        encoder.Encode(writer, ToStringValue(cultureInfo));
        return default;
    }
}
