using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Sealpost.App.Hosting;

/// <summary>Runs a command in the process that owns the data folder, and shows here what it writes there.</summary>
internal static class SocketClient
{
    /// <summary>Returns the exit code, or null where no owner answers at the socket.</summary>
    public static async Task<int?> RunAsync(
        string socketPath, CommandRequest request, Stream input, Stream output, Stream error, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return null;
        }

        await using var stream = new NetworkStream(socket, ownsSocket: false);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Frames.WriteAsync(stream, FrameKind.Request, Frames.Encode(request), cancellationToken).ConfigureAwait(false);
        try
        {
            return await AnswerAsync(socket, stream, input, output, error, answered.Token).ConfigureAwait(false);
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> AnswerAsync(Socket socket, Stream stream, Stream input, Stream output, Stream error, CancellationToken cancellationToken)
    {
        while (await Frames.ReadAsync(stream, cancellationToken).ConfigureAwait(false) is var (kind, payload))
        {
            switch (kind)
            {
                case FrameKind.Output:
                    await output.WriteAsync(payload, cancellationToken).ConfigureAwait(false);
                    break;
                case FrameKind.Error:
                    await error.WriteAsync(payload, cancellationToken).ConfigureAwait(false);
                    break;
                case FrameKind.WantInput:
                    // Beside the answer: a command may end before its input does, and a person may never end theirs.
                    _ = SendInputAsync(socket, stream, input, error, cancellationToken);
                    break;
                case FrameKind.Exit:
                    await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                    return BinaryPrimitives.ReadInt32BigEndian(payload);
                default:
                    throw new IOException("The owner of the data folder speaks another protocol. Are both of the same version?");
            }
        }

        throw new IOException("The process that owns the data folder ended before the command did. Its log says why; run the command again.");
    }

    private static async Task SendInputAsync(Socket socket, Stream stream, Stream input, Stream error, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var buffer = new byte[64 * 1024];
            while (await ReadAsync(input, buffer, error, cancellationToken).ConfigureAwait(false) is { } count)
            {
                await Frames.WriteAsync(stream, FrameKind.Input, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    return;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The command is done and its owner has closed the socket. How it ended is what the owner wrote before.
        }

        try
        {
            socket.Shutdown(SocketShutdown.Send); // The owner takes it for a hang-up and stops the command, if it still runs.
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
    }

    /// <summary>How much was read, 0 at the end of the input, null where it cannot be read.</summary>
    private static async Task<int?> ReadAsync(Stream input, byte[] buffer, Stream error, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            var sentence = $"Standard input cannot be read ({exception.GetType().Name}). Check what it was redirected from.\n";
            await error.WriteAsync(Encoding.UTF8.GetBytes(sentence), cancellationToken).ConfigureAwait(false);
            return null;
        }
    }
}
