using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sealpost.Tests.Delivery;

/// <summary>A TCP server that greets and then answers each line by a function; null ends the connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string? _greeting;
    private readonly Func<string, string?> _answer;
    private readonly Task _running;

    public ScriptedServer(string? greeting, Func<string, string?> answer)
    {
        _greeting = greeting;
        _answer = answer;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync();
    }

    public int Port { get; }

    /// <summary>Everything that came.</summary>
    public StringBuilder Received { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync();
                await using var stream = new NetworkStream(socket);
                await SpeakAsync(stream);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task SpeakAsync(NetworkStream stream)
    {
        if (_greeting is null)
            return;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(_greeting));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync() is { } line)
        {
            Received.AppendLine(line);
            if (_answer(line) is not { } answer)
                return;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        }
    }
}
