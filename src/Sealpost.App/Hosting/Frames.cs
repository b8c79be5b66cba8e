using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Sealpost.App.Hosting;

/// <summary>Kinds of frame between a command and the process that owns the data folder.</summary>
internal enum FrameKind : byte
{
    /// <summary>Client to owner: the command as JSON, once, first.</summary>
    Request = 1,

    /// <summary>Client to owner: a piece of standard input; an empty one ends it.</summary>
    Input = 2,

    /// <summary>Owner to client: a piece of standard output.</summary>
    Output = 3,

    /// <summary>Owner to client: a piece of standard error.</summary>
    Error = 4,

    /// <summary>Owner to client: exit code, last.</summary>
    Exit = 5,

    /// <summary>Owner to client: the command wants standard input now.</summary>
    WantInput = 6,
}

/// <summary>A command as it travels over the owner's socket.</summary>
/// <param name="Arguments">As typed.</param>
/// <param name="WorkingFolder">Client's current folder.</param>
/// <param name="Token">SEALPOST_TOKEN.</param>
/// <param name="Interactive">The client's stderr is a terminal.</param>
internal sealed record CommandRequest(string[] Arguments, string WorkingFolder, string? Token, bool Interactive);

/// <summary>Length-prefixed frames: one kind byte, four length bytes (big-endian), payload of at most 1 MiB.</summary>
internal static class Frames
{
    private const int LargestPayloadBytes = 1 << 20;

    public static async Task WriteAsync(Stream stream, FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.Span.CopyTo(frame.AsSpan(5));
        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<(FrameKind Kind, byte[] Payload)?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        var got = await stream.ReadAtLeastAsync(head, 5, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (got == 0)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
        if (got < 5 || length is < 0 or > LargestPayloadBytes)
            throw new IOException("The socket peer broke off or speaks another protocol.");
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellationToken).ConfigureAwait(false);
        return ((FrameKind)head[0], payload);
    }

    public static byte[] Encode(CommandRequest request) => JsonSerializer.SerializeToUtf8Bytes(request);

    public static CommandRequest Decode(byte[] payload) =>
        JsonSerializer.Deserialize<CommandRequest>(payload) ?? throw new IOException("An empty command came over the socket.");

    /// <summary>A writer whose text becomes frames.</summary>
    public sealed class Writer(Stream stream, FrameKind kind, SemaphoreSlim gate) : TextWriter
    {
        private readonly StringBuilder _buffer = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_buffer)
                _buffer.Append(value);
        }

        public override void Write(string? value)
        {
            lock (_buffer)
                _buffer.Append(value);
        }

        public override async Task WriteLineAsync(string? value)
        {
            Write(value + "\n");
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }

        public override async Task WriteAsync(string? value)
        {
            Write(value);
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }

        public override Task FlushAsync() => FlushAsync(CancellationToken.None);

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            byte[] bytes;
            lock (_buffer)
            {
                bytes = Encoding.GetBytes(_buffer.ToString());
                _buffer.Clear();
            }

            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                for (var at = 0; at < bytes.Length; at += LargestPayloadBytes)
                    await WriteAsync(stream, kind, bytes.AsMemory(at, Math.Min(LargestPayloadBytes, bytes.Length - at)), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        }

        private static Task WriteAsync(Stream stream, FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
            Frames.WriteAsync(stream, kind, payload, cancellationToken);
    }
}
