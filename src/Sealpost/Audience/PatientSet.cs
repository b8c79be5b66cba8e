using MemoryPack;

namespace Sealpost.Audience;

/// <summary>A number of patients, with a print of who they are: the same patients give the same print, others another one. It names nobody.</summary>
/// <param name="Count">How many.</param>
/// <param name="Print">Sum of mixed patient numbers, so prints of disjoint sets add up.</param>
[MemoryPackable]
internal readonly partial record struct PatientSet(long Count, ulong Print)
{
    public static PatientSet Of(Bitmap patients, int shard)
    {
        var (count, print) = (0, 0UL);
        foreach (var ordinal in patients.ToOrdinals())
        {
            count++;
            print = unchecked(print + Mix(shard, ordinal));
        }

        return new PatientSet(count, print);
    }

    public static PatientSet operator +(PatientSet left, PatientSet right) => new(left.Count + right.Count, unchecked(left.Print + right.Print));

    /// <summary>With one more patient.</summary>
    public PatientSet With(int shard, int ordinal) => new(Count + 1, unchecked(Print + Mix(shard, ordinal)));

    /// <summary>The finaliser of SplitMix64 over the patient's number.</summary>
    private static ulong Mix(int shard, int ordinal)
    {
        unchecked
        {
            var z = ((((ulong)(uint)shard << 16) | (uint)ordinal) + 1) * 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
