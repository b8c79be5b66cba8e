using System.Collections.Concurrent;

namespace Sealpost.App.Demo;

/// <summary>What the mailbox took, in memory and bounded. Thread-safe.</summary>
internal sealed class MailboxStore
{
    private readonly MailboxOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _messages = new();
    private readonly Queue<Entry> _withBody = new();
    private readonly ConcurrentDictionary<string, int> _tries = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, long> _bodyBytes = new(StringComparer.OrdinalIgnoreCase);
    private long _keptBytes;
    private int _connections;

    public MailboxStore(MailboxOptions options) => _options = options;

    /// <summary>Messages taken, oldest first.</summary>
    public IReadOnlyList<MailboxMessage> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages.Select(e => e.Message)];
        }
    }

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Bytes of DATA or BDAT read for a recipient, whether or not the message came to its end.</summary>
    public long BodyBytesFor(string recipient) => _bodyBytes.GetValueOrDefault(recipient);

    /// <summary>The same for all.</summary>
    public long BodyBytes => _bodyBytes.Values.Sum();

    public void CountConnection() => Interlocked.Increment(ref _connections);

    public void CountBody(string recipient, long bytes) => _bodyBytes.AddOrUpdate(recipient, bytes, (_, sum) => sum + bytes);

    /// <summary>Counts a try of a recipient, from 1.</summary>
    public int CountTry(string recipient) => _tries.AddOrUpdate(recipient, 1, (_, count) => count + 1);

    public void Add(MailboxMessage message)
    {
        lock (_gate)
        {
            var entry = new Entry { Message = message };
            _messages.Enqueue(entry);
            _withBody.Enqueue(entry);
            _keptBytes += message.Bytes.Length;
            while (_keptBytes > _options.MaxKeptBytes && _withBody.TryDequeue(out var oldest))
                DropBody(oldest);
            while (_messages.Count > _options.MaxMessages)
                DropBody(_messages.Dequeue());
        }
    }

    private void DropBody(Entry entry)
    {
        _keptBytes -= entry.Message.Bytes.Length;
        entry.Message = entry.Message with { Bytes = default };
    }

    private sealed class Entry
    {
        public required MailboxMessage Message { get; set; }
    }
}
