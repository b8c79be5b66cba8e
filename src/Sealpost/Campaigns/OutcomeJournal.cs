using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using MemoryPack;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>One line of the journal: what became of a delivery, or an opt-out.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record JournalLine
{
    /// <summary>Campaign, 0 for an opt-out that belongs to none.</summary>
    [MemoryPackOrder(0)]
    public long Campaign { get; init; }

    /// <summary>Patient, -1 where only a mailbox is known.</summary>
    [MemoryPackOrder(1)]
    public int Patient { get; init; }

    /// <summary>State of the delivery (<see cref="Delivery.Outcome"/>); -1 for an opt-out.</summary>
    [MemoryPackOrder(2)]
    public int State { get; init; }

    /// <summary>Reason, where withheld.</summary>
    [MemoryPackOrder(3)]
    public int Reason { get; init; }

    /// <summary>Attempts so far.</summary>
    [MemoryPackOrder(4)]
    public int Attempts { get; init; }

    /// <summary>UTC, Unix milliseconds.</summary>
    [MemoryPackOrder(5)]
    public long At { get; init; }

    /// <summary>Mailbox of an opt-out recorded by staff.</summary>
    [MemoryPackOrder(6)]
    public string? Mailbox { get; init; }

    /// <summary>Scope of an opt-out.</summary>
    [MemoryPackOrder(7)]
    public int Scope { get; init; }

    /// <summary>Source of an opt-out.</summary>
    [MemoryPackOrder(8)]
    public int Source { get; init; }

    /// <summary>Token of an opt-out by the patient; replaying it is unsubscribing again.</summary>
    [MemoryPackOrder(9)]
    public string? Token { get; init; }

    /// <summary>The state is that of the reminder of a waiting message, not of its delivery.</summary>
    [MemoryPackOrder(10)]
    public bool IsReminder { get; init; }

    /// <summary>Marks an opt-out.</summary>
    public const int OptOut = -1;

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>The sealed journal of outcomes and opt-outs, kept outside every backup: after a restore it says what the older database no longer knows.</summary>
/// <remarks>
/// Frames of a 4-byte length and a sealed list of lines, numbered from 1 over all files; the number is bound into the seal, so a
/// frame cannot be moved, repeated or left out. Each append is on disk before it returns.
/// </remarks>
internal sealed class OutcomeJournal : IDisposable
{
    private const int LengthBytes = 4;

    private readonly KeyRing _keys;
    private readonly FileStream _file;
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _clear = new(4_096);

    private OutcomeJournal(KeyRing keys, FileStream file, long last)
    {
        _keys = keys;
        _file = file;
        Last = last;
    }

    /// <summary>Number of the newest frame.</summary>
    public long Last { get; private set; }

    /// <summary>Opens the folder's journal for appending, in a new file.</summary>
    public static OutcomeJournal Open(KeyRing keys, string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var last = JournalReader.LastFrame(keys, folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"org{keys.Organisation.Value}-{last + 1:D12}.journal");
        // A file of that name holds no whole frame: a crash came first.
        var file = new FileStream(Path.Combine(folder, name), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        return new OutcomeJournal(keys, file, last);
    }

    /// <summary>Appends lines as one frame and flushes it to the disk.</summary>
    public void Append(IReadOnlyList<JournalLine> lines)
    {
        if (lines.Count == 0)
            return;
        lock (_lock)
        {
            _clear.ResetWrittenCount();
            MemoryPackSerializer.Serialize(_clear, lines);
            var length = LengthBytes + KeyRing.SealOverhead + _clear.WrittenCount;
            var frame = ArrayPool<byte>.Shared.Rent(length);
            BinaryPrimitives.WriteInt32LittleEndian(frame, length - LengthBytes);
            _keys.Seal(JournalReader.Context(Last + 1), _clear.WrittenSpan, frame.AsSpan(LengthBytes, length - LengthBytes));
            // An opt-out's mailbox does not stay.
            _clear.Clear();
            _file.Write(frame, 0, length);
            ArrayPool<byte>.Shared.Return(frame);
            _file.Flush(flushToDisk: true);
            Last++;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>Reads journals back.</summary>
internal static class JournalReader
{
    private const int LargestFrame = 64 * 1024 * 1024;

    internal static string Context(long number) => string.Create(CultureInfo.InvariantCulture, $"journal:{number}");

    /// <summary>Number of the newest whole frame; 0 for none.</summary>
    public static long LastFrame(KeyRing keys, string folder) => Frames(keys, folder, long.MaxValue - 1).Select(frame => frame.Number).LastOrDefault();

    /// <summary>Lines of all frames after a number, in order. A cut last frame (a crash) ends its file.</summary>
    /// <exception cref="Trust.Sealing.SealException">A frame was altered, moved or belongs to another organisation.</exception>
    public static IEnumerable<(long Number, IReadOnlyList<JournalLine> Lines)> Read(KeyRing keys, string folder, long after) =>
        Frames(keys, folder, after).Where(frame => frame.Number > after).Select(frame => (frame.Number, frame.Lines!));

    private static IEnumerable<(long Number, IReadOnlyList<JournalLine>? Lines)> Frames(KeyRing keys, string folder, long after)
    {
        if (!Directory.Exists(folder))
            yield break;
        var prefix = string.Create(CultureInfo.InvariantCulture, $"org{keys.Organisation.Value}-");
        long? next = null;
        foreach (var path in Directory.EnumerateFiles(folder, prefix + "*.journal").Order(StringComparer.Ordinal))
        {
            var number = long.Parse(Path.GetFileNameWithoutExtension(path)[prefix.Length..], CultureInfo.InvariantCulture);
            if (next is not null && next != number)
                throw new InvalidDataException($"Journal frames {next} to {number - 1} are missing. Put the file that holds them back into the journal folder.");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var header = new byte[4];
            while (file.ReadAtLeast(header, 4, throwOnEndOfStream: false) == 4)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length is <= 0 or > LargestFrame || file.Length - file.Position < length)
                    break;
                if (number <= after)
                {
                    file.Position += length;
                    yield return (number++, null);
                    continue;
                }

                var body = new byte[length];
                file.ReadExactly(body);
                yield return (number, MemoryPackSerializer.Deserialize<List<JournalLine>>(keys.Open(Context(number), body)));
                number++;
            }

            next = number;
        }
    }
}
