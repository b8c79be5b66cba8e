using System.Buffers;
using MemoryPack;

namespace Sealpost.Patients;

/// <summary>Compares values by what would be stored, so that a field added later cannot be forgotten.</summary>
internal static class PackedEquality
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_left;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_right;

    public static bool Same<T>(T left, T right) =>
        Pack(ref s_left, left).SequenceEqual(Pack(ref s_right, right));

    private static ReadOnlySpan<byte> Pack<T>(ref ArrayBufferWriter<byte>? buffer, T value)
    {
        buffer ??= new ArrayBufferWriter<byte>();
        buffer.ResetWrittenCount();
        MemoryPackSerializer.Serialize(buffer, value);
        return buffer.WrittenSpan;
    }
}
