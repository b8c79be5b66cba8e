using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MemoryPack;

namespace Sealpost.Patients;

/// <summary>One worker's packed records on their way to the partitions. The last partition is for references by identifier: they wait until all patients are in the store.</summary>
internal sealed class PartitionWriter(SpillStore spill, int chunkBytes)
{
    private readonly ArrayBufferWriter<byte>?[] _buffers = new ArrayBufferWriter<byte>?[spill.Partitions];

    public void Add(ImportedRecord record)
    {
        var partition = PartitionOf(record.Patient);
        var buffer = _buffers[partition] ??= new ArrayBufferWriter<byte>();
        var start = buffer.WrittenCount;
        buffer.GetSpan(sizeof(int));
        buffer.Advance(sizeof(int));
        MemoryPackSerializer.Serialize(buffer, record);
        var written = MemoryMarshal.AsMemory(buffer.WrittenMemory);
        BinaryPrimitives.WriteInt32LittleEndian(written.Span[start..], written.Length - start - sizeof(int));
        if (buffer.WrittenCount >= chunkBytes)
            Flush(partition, buffer);
    }

    public void Flush()
    {
        for (var partition = 0; partition < _buffers.Length; partition++)
        {
            if (_buffers[partition] is { WrittenCount: > 0 } buffer)
                Flush(partition, buffer);
        }
    }

    /// <summary>The records of a partition, by patient.</summary>
    public static Dictionary<string, List<ImportedRecord>> Read(SpillStore spill, int partition)
    {
        Dictionary<string, List<ImportedRecord>> patients = new(StringComparer.Ordinal);
        foreach (var chunk in spill.Read(partition))
        {
            var rest = chunk.AsSpan();
            while (rest.Length > 0)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                var record = MemoryPackSerializer.Deserialize<ImportedRecord>(rest.Slice(sizeof(int), length))!;
                rest = rest[(sizeof(int) + length)..];
                if (!patients.TryGetValue(record.Patient, out var records))
                    patients.Add(record.Patient, records = []);
                records.Add(record);
            }
        }

        return patients;
    }

    private int PartitionOf(string patient) =>
        patient.StartsWith(FhirReferences.ByIdentifier, StringComparison.Ordinal)
            ? spill.Partitions - 1
            : (patient.GetHashCode(StringComparison.Ordinal) & int.MaxValue) % (spill.Partitions - 1);

    private void Flush(int partition, ArrayBufferWriter<byte> buffer)
    {
        spill.Append(partition, buffer.WrittenSpan);
        buffer.ResetWrittenCount();
    }
}
