using System.Buffers.Binary;
using System.Text;
using Sealpost.Trust.Keys;

namespace Sealpost.Trust.Sealing;

/// <summary>What a sealed value is bound to: label ‖ 0 ‖ organisation ‖ two numbers ‖ text. Fixed widths before the one text, so no two bindings share bytes.</summary>
internal readonly ref struct AssociatedData
{
    public const int StackLength = 256;
    private const int FixedLength = 1 + sizeof(int) + sizeof(long) + sizeof(long);

    /// <summary>Bytes to bind; a view of the caller's buffer where it was long enough.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public AssociatedData(Span<byte> buffer, ReadOnlySpan<byte> label, OrganisationId organisation, long first, long second, string text)
    {
        var length = label.Length + FixedLength + Encoding.UTF8.GetByteCount(text);
        var bytes = length <= buffer.Length ? buffer[..length] : new byte[length];
        label.CopyTo(bytes);
        var rest = bytes[label.Length..];
        rest[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(rest[1..], organisation.Value);
        BinaryPrimitives.WriteInt64BigEndian(rest[5..], first);
        BinaryPrimitives.WriteInt64BigEndian(rest[13..], second);
        Encoding.UTF8.GetBytes(text, rest[FixedLength..]);
        Bytes = bytes;
    }
}
