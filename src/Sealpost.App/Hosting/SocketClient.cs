using System.Buffers.Binary;
using System.Net.Sockets;

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
        await Frames.WriteAsync(stream, FrameKind.Request, Frames.Encode(request), cancellationToken).ConfigureAwait(false);
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
                    await SendInputAsync(stream, input, cancellationToken).ConfigureAwait(false);
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

    private static async Task SendInputAsync(Stream stream, Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            await Frames.WriteAsync(stream, FrameKind.Input, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        await Frames.WriteAsync(stream, FrameKind.Input, default, cancellationToken).ConfigureAwait(false);
    }
}
