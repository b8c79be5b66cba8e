using System.Buffers.Binary;
using System.Globalization;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>How a number of patients may be shown.</summary>
internal enum ShownAs
{
    /// <summary>As it is.</summary>
    Exact,

    /// <summary>Rounded.</summary>
    About,

    /// <summary>1 to 10.</summary>
    Few,

    /// <summary>All but 1 to 10 of the whole.</summary>
    AllButFew,

    /// <summary>Not shown, because another number could be worked out from it.</summary>
    Hidden,
}

/// <summary>A number of patients as a person may see it.</summary>
/// <param name="As">How.</param>
/// <param name="Value">The number, where one is shown.</param>
internal readonly record struct ShownCount(ShownAs As, long? Value)
{
    public static ShownCount Of(long exact) => new(ShownAs.Exact, exact);

    /// <summary>For people.</summary>
    public override string ToString() => As switch
    {
        ShownAs.Few => "<11",
        ShownAs.AllButFew => "all but a few",
        ShownAs.Hidden => "hidden",
        ShownAs.About => "about " + Value!.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => Value!.Value.ToString("N0", CultureInfo.InvariantCulture),
    };
}

/// <summary>Shows numbers of patients to people who may not see the patients themselves: small ones hidden, others rounded at random to a multiple of ten.</summary>
/// <remarks>
/// The same patients are rounded the same way whoever asks in whatever words, so asking again tells nothing more; different
/// patients are rounded independently under the organisation's key, so the difference of two overlapping audiences is lost in the rounding.
/// Together with a limit on how many audiences a person may count in a day this keeps 1 to 10 patients from being worked out. 45 CFR 164.514(b), (d).
/// </remarks>
internal sealed class ShowCounts(KeyRing keys, bool exact)
{
    private const int Base = 10;

    /// <summary>Whether numbers are shown as they are.</summary>
    public bool IsExact => exact;

    /// <summary>A number by itself.</summary>
    public ShownCount Show(PatientSet patients) => exact ? ShownCount.Of(patients.Count) : Protect(patients);

    /// <summary>A number in a table that many may see: small ones are hidden from everybody.</summary>
    public ShownCount ShowCell(PatientSet patients, CellShown shown) => shown switch
    {
        CellShown.Few => new ShownCount(ShownAs.Few, null),
        CellShown.Hidden => new ShownCount(ShownAs.Hidden, null),
        _ => Show(patients),
    };

    /// <summary>A part of a whole that is shown beside it.</summary>
    public ShownCount ShowPart(PatientSet part, long whole) =>
        HideCounts.IsSmall(part.Count) ? new ShownCount(ShownAs.Few, null)
        : HideCounts.IsSmall(whole - part.Count) ? new ShownCount(ShownAs.AllButFew, null)
        : Show(part);

    /// <summary>A number whose patients nobody can choose, such as those of a code.</summary>
    public ShownCount ShowFixed(long patients) =>
        HideCounts.IsSmall(patients) ? new ShownCount(ShownAs.Few, null)
        : exact || patients == 0 ? ShownCount.Of(patients)
        : new ShownCount(ShownAs.About, Math.Max(2 * Base, (patients + (Base / 2)) / Base * Base));

    private ShownCount Protect(PatientSet patients)
    {
        if (patients.Count == 0)
            return ShownCount.Of(0);
        if (HideCounts.IsSmall(patients.Count))
            return new ShownCount(ShownAs.Few, null);
        var (down, rest) = (patients.Count / Base * Base, patients.Count % Base);
        var rounded = rest > 0 && Draw(patients) % Base < (ulong)rest ? down + Base : down;

        // 11 to 19 could be rounded to 10, which reads as if it were one of the hidden numbers.
        return new ShownCount(ShownAs.About, Math.Max(2 * Base, rounded));
    }

    /// <summary>A number that depends on who the patients are and on the organisation's key alone.</summary>
    private ulong Draw(PatientSet patients) => BinaryPrimitives.ReadUInt64LittleEndian(
        keys.BlindIndex("audience-rounding", string.Create(CultureInfo.InvariantCulture, $"{patients.Count}/{patients.Print:x16}")));
}
