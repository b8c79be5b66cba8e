namespace Sealpost.Storage;

/// <summary>Numbers of rows as objects. Small ones, which most columns of a delivery hold, are made once.</summary>
internal static class Boxed
{
    private const int Known = 1_024;

    private static readonly object[] Small = [.. Enumerable.Range(0, Known).Select(number => (object)(long)number)];

    /// <summary>The number as a <see cref="long"/> in an object.</summary>
    public static object Of(long number) => number is >= 0 and < Known ? Small[number] : number;
}
