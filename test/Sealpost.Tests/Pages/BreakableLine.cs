using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sealpost.Tests.Pages;

/// <summary>The line between a browser and a server on this machine. It goes deaf, so that what is sent is lost unseen; is cut, so that what stands open breaks off and nobody gets through; and is mended.</summary>
internal sealed class BreakableLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _to;
    private readonly Task _running;
    private volatile bool _cut, _deaf;

    public BreakableLine(string url)
    {
        _to = new Uri(url).Port;
        _listener.Start();
        _running = RunAsync();
    }

    /// <summary>Where browsers find the server.</summary>
    public string Url => "http://localhost:" + ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What is sent from now on arrives nowhere, and nothing says so.</summary>
    public void GoDeaf() => _deaf = true;

    public void Cut()
    {
        _cut = true;
        foreach (var socket in _open.Keys)
            socket.Close(0);
    }

    public void Mend() => _cut = _deaf = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        _listener.Dispose();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_stop.Token);
                if (_cut)
                    near.Close(0);
                else
                    _ = JoinAsync(near);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task JoinAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        (_open[near], _open[far]) = (true, true);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut before it stood.
        }

        near.Close(0);
        _open.TryRemove(near, out _);
        _open.TryRemove(far, out _);
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16_384];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                if (!_deaf)
                    await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut, or one of the two hung up.
        }
    }
}
