using System.Net;
using System.Net.Sockets;

namespace Sealpost.Tests;

/// <summary>
/// Loopback ports for servers of the tests' own, each given out once in this process. They lie below those that the system takes for outgoing
/// connections (32768 and up): none of these can take a port between its choice and the server's start, nor meet itself while asking whether a server listens.
/// </summary>
internal static class Ports
{
    /// <summary>First and last port that may be given out.</summary>
    public const int First = 10_240, Last = 32_000;

    // Several test processes at once begin at different places.
    private static int _next = Environment.ProcessId * 389 % (Last - First);

    /// <summary>A port on which neither TCP nor UDP is taken, at any address of this machine.</summary>
    public static int Take()
    {
        for (var tries = First; tries <= Last; tries++)
        {
            var port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % (Last - First + 1));
            if (IsFree(port, SocketType.Stream, ProtocolType.Tcp) && IsFree(port, SocketType.Dgram, ProtocolType.Udp))
                return port;
        }

        throw new InvalidOperationException($"No port between {First} and {Last} is free.");
    }

    /// <summary>Waits until a server listens at a loopback port.</summary>
    public static Task ListeningAsync(int port, string who, CancellationToken cancellationToken = default) =>
        Eventually.TrueAsync(() => IsListeningAsync(port, cancellationToken), $"{who} listens on port {port}", cancellationToken);

    private static async Task<bool> IsListeningAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
