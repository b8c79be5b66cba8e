using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Sealpost.Tests;

/// <summary>A TCP server on a loopback port that speaks to every client at once: nobody waits behind one who is slow, or who never says anything.</summary>
internal sealed class ClientServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<NetworkStream, Task> _speak;
    private readonly ConcurrentDictionary<Socket, Task> _open = new();
    private readonly Task _running;

    /// <param name="speak">The conversation with one client; the connection ends with it.</param>
    /// <param name="address">Where it listens; null for 127.0.0.1.</param>
    public ClientServer(Func<NetworkStream, Task> speak, IPAddress? address = null)
    {
        (_listener, _speak) = (new TcpListener(address ?? IPAddress.Loopback, 0), speak);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Hangs up on whoever is there.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
        foreach (var socket in _open.Keys)
            socket.Dispose();
        await Task.WhenAll(_open.Values);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                _open[socket] = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await _speak(stream);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or ObjectDisposedException)
        {
            // The client left, as it may, or we did.
        }
        finally
        {
            _open.TryRemove(socket, out _);
        }
    }
}
