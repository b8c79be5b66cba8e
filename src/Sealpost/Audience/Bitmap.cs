using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>A set of the 65,536 places of a shard, one bit each. Rented from a pool: dispose it.</summary>
internal sealed class Bitmap : IDisposable
{
    /// <summary>Words of 64 bits in a set: 8 KiB.</summary>
    public const int Words = PatientNumber.ShardSize / 64;

    private readonly ulong[] _words = ArrayPool<ulong>.Shared.Rent(Words);

    /// <summary>An empty set.</summary>
    public Bitmap() => _words.AsSpan(0, Words).Clear();

    private Span<ulong> Bits => _words.AsSpan(0, Words);

    public int Count()
    {
        var count = 0;
        foreach (var word in Bits)
            count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>How many are in both sets.</summary>
    public int CountWith(ReadOnlySpan<ulong> other)
    {
        var bits = Bits;
        var count = 0;
        for (var i = 0; i < bits.Length; i++)
            count += BitOperations.PopCount(bits[i] & other[i]);
        return count;
    }

    public bool IsEmpty => !Bits.ContainsAnyExcept(0UL);

    public bool this[int ordinal] => (_words[ordinal >> 6] >> (ordinal & 63) & 1) != 0;

    public void Set(int ordinal) => _words[ordinal >> 6] |= 1UL << (ordinal & 63);

    public void Set(ReadOnlySpan<ushort> ordinals)
    {
        var bits = Bits;
        unchecked
        {
            foreach (var ordinal in ordinals)
                bits[ordinal >> 6] |= 1UL << (ordinal & 63);
        }
    }

    public void And(Bitmap other) => Combine<Both>(other.Bits);

    public void And(ReadOnlySpan<ulong> other) => Combine<Both>(other);

    public void AndNot(Bitmap other) => Combine<LeftOnly>(other.Bits);

    public void Or(Bitmap other) => Or(other.Bits);

    public void Or(ReadOnlySpan<ulong> other) => Combine<Either>(other);

    public void Invert() => Combine<NotLeft>(Bits);

    /// <summary>Sets the places whose day lies in the range, both ends included. <paramref name="days"/> has one for every place.</summary>
    public void SetWhereInside(ReadOnlySpan<ushort> days, ushort from, ushort to)
    {
        if (from > to)
            return;
        var halves = MemoryMarshal.Cast<ulong, ushort>(Bits);
        var vectors = MemoryMarshal.Cast<ushort, Vector256<ushort>>(days);
        var (low, high) = (Vector256.Create(from), Vector256.Create(to));
        for (var i = 0; i < vectors.Length; i++)
        {
            var day = vectors[i];
            var inside = Vector256.GreaterThanOrEqual(day, low) & Vector256.LessThanOrEqual(day, high);
            halves[i] |= (ushort)inside.ExtractMostSignificantBits();
        }
    }

    /// <summary>The places in the set, ascending.</summary>
    public ushort[] ToOrdinals()
    {
        var ordinals = new ushort[Count()];
        var next = 0;
        unchecked
        {
            for (var i = 0; i < Words; i++)
            {
                for (var word = _words[i]; word != 0; word &= word - 1)
                    ordinals[next++] = (ushort)((i << 6) | BitOperations.TrailingZeroCount(word));
            }
        }

        return ordinals;
    }

    public ulong[] ToWords() => Bits.ToArray();

    public Bitmap Copy()
    {
        var copy = new Bitmap();
        Bits.CopyTo(copy.Bits);
        return copy;
    }

    public void Dispose() => ArrayPool<ulong>.Shared.Return(_words);

    private void Combine<TOperation>(ReadOnlySpan<ulong> other)
        where TOperation : struct, IOperation
    {
        var left = MemoryMarshal.Cast<ulong, Vector256<ulong>>(Bits);
        var right = MemoryMarshal.Cast<ulong, Vector256<ulong>>(other);
        for (var i = 0; i < left.Length; i++)
            left[i] = TOperation.Of(left[i], right[i]);
    }

    private interface IOperation
    {
        static abstract Vector256<ulong> Of(Vector256<ulong> left, Vector256<ulong> right);
    }

    private readonly struct Both : IOperation
    {
        public static Vector256<ulong> Of(Vector256<ulong> left, Vector256<ulong> right) => left & right;
    }

    private readonly struct Either : IOperation
    {
        public static Vector256<ulong> Of(Vector256<ulong> left, Vector256<ulong> right) => left | right;
    }

    private readonly struct LeftOnly : IOperation
    {
        public static Vector256<ulong> Of(Vector256<ulong> left, Vector256<ulong> right) => Vector256.AndNot(left, right);
    }

    private readonly struct NotLeft : IOperation
    {
        public static Vector256<ulong> Of(Vector256<ulong> left, Vector256<ulong> right) => ~left;
    }
}
