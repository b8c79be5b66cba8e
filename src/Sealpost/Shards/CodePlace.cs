using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Shards;

/// <summary>Where a code stands among those that were found: what begins with the word typed first, then the most frequent, then by code.</summary>
/// <param name="Begins">It begins with what was typed.</param>
/// <param name="Ever">Patients who have or had it: a true number.</param>
/// <param name="Code">As a query writes it.</param>
internal readonly record struct CodePlace(bool Begins, long Ever, string Code) : IComparable<CodePlace>
{
    private const string Sealing = "code-place";
    private const int Head = 1 + sizeof(long);

    /// <summary>Less than zero: this one stands before the other.</summary>
    public int CompareTo(CodePlace other) =>
        Begins != other.Begins ? (Begins ? -1 : 1)
        : Ever != other.Ever ? other.Ever.CompareTo(Ever)
        : string.CompareOrdinal(Code, other.Code);

    /// <summary>As a caller carries it from page to page: sealed, since the number is true.</summary>
    public string ToCursor(KeyRing keys)
    {
        var bytes = new byte[Head + Encoding.UTF8.GetByteCount(Code)];
        bytes[0] = Begins ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Ever);
        Encoding.UTF8.GetBytes(Code, bytes.AsSpan(Head));
        return Base64Url.EncodeToString(keys.Seal(Sealing, bytes));
    }

    /// <summary>The place that a cursor holds.</summary>
    /// <exception cref="RefusedException">It is none that was given out here.</exception>
    public static CodePlace FromCursor(KeyRing keys, string cursor)
    {
        try
        {
            var bytes = keys.Open(Sealing, Base64Url.DecodeFromChars(cursor));
            return new CodePlace(bytes[0] == 1, BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)), Encoding.UTF8.GetString(bytes.AsSpan(Head)));
        }
        catch (Exception exception) when (exception is FormatException or SealException)
        {
            throw new RefusedException("`after` is not the `next` of an earlier page. Leave it out to begin anew.", exception);
        }
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
