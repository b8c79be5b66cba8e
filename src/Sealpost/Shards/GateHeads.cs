using System.Text;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>What the legal-basis gate reads of the charts of a shard, packed: some 60 bytes a patient. One writer at a time; readers never wait.</summary>
/// <remarks>A head read from here gives the gate the same answer as the chart's own; a test holds the two together.</remarks>
internal sealed class GateHeads
{
    private const int FirstCapacityBytes = 64 * 1024;

    private volatile Packed _packed = new(new byte[FirstCapacityBytes], new int[PatientNumber.ShardSize]);
    private int _end = 1;
    private int _wasted;

    /// <summary>Bytes held.</summary>
    public long Size => _packed.Bytes.Length + (4L * PatientNumber.ShardSize);

    /// <summary>Puts what the gate reads of a head in the place of what was there.</summary>
    public void Set(PatientNumber patient, ChartHead head)
    {
        var record = Write(head);
        if (_end + record.Length > _packed.Bytes.Length)
            Grow(record.Length);
        var packed = _packed;
        var former = packed.Starts[patient.Ordinal];
        record.CopyTo(packed.Bytes.AsSpan(_end));
        Volatile.Write(ref packed.Starts[patient.Ordinal], _end);
        _end += record.Length;
        if (former != 0)
            _wasted += Length(packed.Bytes, former);
    }

    /// <summary>Removes a patient who was erased.</summary>
    public void Remove(PatientNumber patient)
    {
        var packed = _packed;
        var start = packed.Starts[patient.Ordinal];
        if (start == 0)
            return;
        Volatile.Write(ref packed.Starts[patient.Ordinal], 0);
        _wasted += Length(packed.Bytes, start);
    }

    /// <summary>The head as far as the gate reads it; null for a patient that is not there.</summary>
    public ChartHead? Head(int ordinal)
    {
        var packed = _packed;
        var start = Volatile.Read(ref packed.Starts[ordinal]);
        if (start == 0)
            return null;
        return Read(new PackedReader(packed.Bytes.AsSpan(start)));
    }

    /// <summary>A larger copy without what was replaced; readers keep the one they have.</summary>
    private void Grow(int needed)
    {
        var old = _packed;
        var live = _end - _wasted;
        var bytes = new byte[Math.Max(old.Bytes.Length, (live + needed) * 3 / 2)];
        var starts = new int[PatientNumber.ShardSize];
        var end = 1;
        for (var ordinal = 0; ordinal < starts.Length; ordinal++)
        {
            if (old.Starts[ordinal] == 0)
                continue;
            var length = Length(old.Bytes, old.Starts[ordinal]);
            old.Bytes.AsSpan(old.Starts[ordinal], length).CopyTo(bytes.AsSpan(end));
            starts[ordinal] = end;
            end += length;
        }

        (_end, _wasted) = (end, 0);
        _packed = new Packed(bytes, starts);
    }

    private static int Length(byte[] bytes, int start)
    {
        var reader = new PackedReader(bytes.AsSpan(start));
        var body = reader.Number();
        return reader.Position + body;
    }

    private static byte[] Write(ChartHead head)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write((byte)((head.Active ? 1 : 0) | (head.Deceased ? 2 : 0) | (head.ReplacedBy is null ? 0 : 4)));
        WriteDay(writer, head.BirthDate);
        WriteAll(writer, head.SecurityLabels, writer.Write);
        WriteAll(writer, [.. head.Addresses.Where(address => !string.IsNullOrWhiteSpace(address.State))], address =>
        {
            writer.Write(address.State!);
            writer.Write(address.Use ?? "");
            WriteDay(writer, address.EndsOn);
        });
        WriteAll(writer, [.. head.ContactPoints.Where(point => string.Equals(point.Kind, "email", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(point.Value))], point =>
        {
            writer.Write(point.Value);
            writer.Write(point.Use ?? "");
            writer.Write(point.Rank is not null);
            if (point.Rank is { } rank)
                writer.Write7BitEncodedInt(rank);
            WriteDay(writer, point.StartsOn);
            WriteDay(writer, point.EndsOn);
            writer.Write(point.Source);
            writer.Write(point.Verified);
        });
        writer.Flush();
        using var record = new MemoryStream();
        using var framed = new BinaryWriter(record, Encoding.UTF8);
        framed.Write7BitEncodedInt((int)body.Length);
        framed.Write(body.GetBuffer(), 0, (int)body.Length);
        framed.Flush();
        return record.ToArray();
    }

    private static ChartHead Read(PackedReader reader)
    {
        _ = reader.Number();
        var flags = reader.Byte();
        var born = reader.Day();
        var labels = new string[reader.Number()];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = reader.Text();
        var addresses = new PostalAddress[reader.Number()];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = new PostalAddress { State = reader.Text(), Use = reader.TextOrNull(), EndsOn = reader.Day() };
        var points = new ContactPoint[reader.Number()];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new ContactPoint
            {
                Kind = "email",
                Value = reader.Text(),
                Use = reader.TextOrNull(),
                Rank = reader.Byte() != 0 ? reader.Number() : null,
                StartsOn = reader.Day(),
                EndsOn = reader.Day(),
                Source = reader.Text(),
                Verified = reader.Byte() != 0,
            };
        }

        return new ChartHead
        {
            Active = (flags & 1) != 0,
            Deceased = (flags & 2) != 0,
            ReplacedBy = (flags & 4) != 0 ? "replaced" : null,
            BirthDate = born,
            SecurityLabels = labels,
            Addresses = addresses,
            ContactPoints = points,
        };
    }

    private static void WriteAll<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<T> write)
    {
        writer.Write7BitEncodedInt(items.Count);
        foreach (var item in items)
            write(item);
    }

    private static void WriteDay(BinaryWriter writer, DateOnly? day) => writer.Write7BitEncodedInt(day is { } date ? date.DayNumber + 1 : 0);

    /// <summary>Reads what <see cref="BinaryWriter"/> wrote, without a reader object or copies.</summary>
    private ref struct PackedReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; }

        public byte Byte() => _bytes[Position++];

        /// <summary>Seven bits to a byte, least first.</summary>
        public int Number()
        {
            var (number, shift) = (0u, 0);
            byte next;
            do
            {
                next = Byte();
                number |= (next & 0x7Fu) << shift;
                shift += 7;
            }
            while (next > 0x7F);
            return unchecked((int)number);
        }

        public string Text()
        {
            var length = Number();
            var text = Encoding.UTF8.GetString(_bytes.Slice(Position, length));
            Position += length;
            return text;
        }

        public string? TextOrNull() => Text() is { Length: > 0 } text ? text : null;

        public DateOnly? Day() => Number() is var day && day == 0 ? null : DateOnly.FromDayNumber(day - 1);
    }

    private sealed record Packed(byte[] Bytes, int[] Starts);
}
