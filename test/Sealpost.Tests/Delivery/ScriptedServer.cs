using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Sealpost.Tests.Delivery;

/// <summary>A TCP server that greets and then answers each line by a function; null ends the connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly string? _greeting;
    private readonly Func<string, string?> _answer;
    private readonly ClientServer _server;

    public ScriptedServer(string? greeting, Func<string, string?> answer)
    {
        _greeting = greeting;
        _answer = answer;
        _server = new ClientServer(SpeakAsync);
    }

    public int Port => _server.Port;

    /// <summary>Every line that came.</summary>
    public ConcurrentQueue<string> Received { get; } = [];

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task SpeakAsync(NetworkStream stream)
    {
        if (_greeting is null)
            return;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(_greeting));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync() is { } line)
        {
            Received.Enqueue(line);
            if (_answer(line) is not { } answer)
                return;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        }
    }
}
