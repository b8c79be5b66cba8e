using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Sealpost.Trust.Ledger;

/// <summary>A row of a ledger table in the one encoding that is hashed: every content column, with its type, in a fixed order.</summary>
internal static class LedgerRow
{
    private const int SumLength = sizeof(uint);

    // A row takes some hundred bytes; receipts and events are sealed or hold no patient data.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <summary>RFC 6962 leaf hash over label and all content columns.</summary>
    public static byte[] LeafHash(LedgerTable table, ReadOnlySpan<object?> values) => Hash(table, values).Leaf;

    /// <summary>Four bytes for each column. A change of any one byte changes the column's sum; they only name, leaf hashes prove.</summary>
    public static byte[] Sums(ReadOnlySpan<object?> values) => Hash(LedgerTable.Receipt, values).Sums;

    /// <summary>Leaf hash and sums of a row to be inserted.</summary>
    public static (byte[] Leaf, byte[] Sums) Hash(LedgerTable table, ReadOnlySpan<object?> values)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(1_024);
        buffer.ResetWrittenCount();
        buffer.Advance(Encoding.ASCII.GetBytes(table.Label, buffer.GetSpan(table.Label.Length)));
        var sums = Sums(values, buffer);
        return (MerkleTree.LeafHash(buffer.WrittenSpan), sums);
    }

    // Encodes behind what the buffer holds.
    private static byte[] Sums(ReadOnlySpan<object?> values, ArrayBufferWriter<byte> buffer)
    {
        var sums = new byte[values.Length * SumLength];
        for (var column = 0; column < values.Length; column++)
        {
            var start = buffer.WrittenCount;
            Encode(buffer, values[column]);
            BinaryPrimitives.WriteUInt32BigEndian(sums.AsSpan(column * SumLength), Fnv1a(buffer.WrittenSpan[start..]));
        }

        return sums;
    }

    /// <summary>Columns whose sums differ from the stored ones.</summary>
    public static IReadOnlyList<string> ChangedColumns(LedgerTable table, ReadOnlySpan<object?> values, byte[] stored)
    {
        var sums = Sums(values);
        if (stored.Length != sums.Length)
            return [];
        var changed = new List<string>();
        for (var column = 0; column < values.Length; column++)
        {
            if (!sums.AsSpan(column * SumLength, SumLength).SequenceEqual(stored.AsSpan(column * SumLength, SumLength)))
                changed.Add(table.Columns[column]);
        }

        return changed;
    }

    // Type, length where it varies, value: two different rows never share an encoding.
    private static void Encode(ArrayBufferWriter<byte> buffer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                buffer.Write("\0"u8);
                break;
            case long number:
                var span = buffer.GetSpan(1 + sizeof(long));
                span[0] = 1;
                BinaryPrimitives.WriteInt64BigEndian(span[1..], number);
                buffer.Advance(1 + sizeof(long));
                break;
            case byte[] bytes:
                EncodeBytes(buffer, 2, bytes);
                break;
            case string text:
                EncodeText(buffer, text);
                break;
            default:
                // A column of another type was forced into the table; encoded so that it cannot pass for the right one.
                EncodeBytes(buffer, 4, Encoding.UTF8.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                break;
        }
    }

    private static void EncodeBytes(ArrayBufferWriter<byte> buffer, byte type, ReadOnlySpan<byte> bytes)
    {
        var header = buffer.GetSpan(1 + sizeof(int));
        header[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], bytes.Length);
        buffer.Advance(1 + sizeof(int));
        buffer.Write(bytes);
    }

    // As the bytes of its UTF-8.
    private static void EncodeText(ArrayBufferWriter<byte> buffer, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var span = buffer.GetSpan(1 + sizeof(int) + length);
        span[0] = 3;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
        Encoding.UTF8.GetBytes(text, span[(1 + sizeof(int))..]);
        buffer.Advance(1 + sizeof(int) + length);
    }

    private static uint Fnv1a(ReadOnlySpan<byte> bytes)
    {
        var hash = 2_166_136_261u;
        foreach (var one in bytes)
            hash = unchecked((hash ^ one) * 16_777_619u);
        return hash;
    }
}

/// <summary>A ledger table: name, hashing label and content columns in order.</summary>
internal sealed record LedgerTable(string Name, string Label, string[] Columns)
{
    /// <summary>Events.</summary>
    public static LedgerTable Entry { get; } = new(
        "ledger_entry",
        "sealpost/entry/1\n",
        ["seq", "org", "at", "kind", "actor", "patient", "subject", "outcome", "detail", "sealed_detail"]);

    /// <summary>Receipts.</summary>
    public static LedgerTable Receipt { get; } = new(
        "ledger_receipt",
        "sealpost/receipt/1\n",
        ["entry", "position", "id", "org", "campaign", "patient", "body", "salt", "commitment"]);

    /// <summary>What a person signed; only its hash is in the ledger.</summary>
    public static LedgerTable RiskAcceptance { get; } = new("risk_acceptance", "sealpost/risk-acceptance/1\n", ["kind", "expires_on", "accepted_by", "statement"]);

    /// <summary>Content columns, comma-separated.</summary>
    public string ColumnList { get; } = string.Join(", ", Columns);
}
