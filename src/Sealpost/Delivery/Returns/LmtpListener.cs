using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Sealpost.Delivery.Returns;

/// <summary>Takes returned mail from a mail server on the same machine by LMTP (RFC 2033): one reply for every recipient after the final dot, no queue of our own.</summary>
/// <remarks>Loopback only: there is neither TLS nor authentication on it, and a mail in hand is never written to disk.</remarks>
internal sealed partial class LmtpListener : IAsyncDisposable
{
    private const int MostConnections = 16;

    /// <summary>A process short of descriptors or memory may have some again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly LmtpRules _rules;
    private readonly ILogger _logger;
    private readonly Func<TcpListener, CancellationToken, ValueTask<TcpClient>> _accept;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(MostConnections);
    private readonly Task _accepting;

    private LmtpListener(TcpListener listener, LmtpRules rules, ILogger logger, Func<TcpListener, CancellationToken, ValueTask<TcpClient>> accept)
    {
        (_listener, _rules, _logger, _accept) = (listener, rules, logger, accept);
        _accepting = AcceptAsync(_stop.Token);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Starts listening.</summary>
    /// <exception cref="RefusedException">The address is not of this machine alone, or cannot be listened on.</exception>
    public static LmtpListener Start(IPEndPoint endpoint, LmtpRules rules, ILogger logger) =>
        Start(endpoint, rules, logger, (listener, cancellationToken) => listener.AcceptTcpClientAsync(cancellationToken));

    /// <inheritdoc cref="Start(IPEndPoint, LmtpRules, ILogger)"/>
    internal static LmtpListener Start(IPEndPoint endpoint, LmtpRules rules, ILogger logger, Func<TcpListener, CancellationToken, ValueTask<TcpClient>> accept)
    {
        if (!IPAddress.IsLoopback(endpoint.Address))
            throw new RefusedException("LMTP is taken on a loopback address only, such as 127.0.0.1:2424: it has no encryption of its own.");
        var listener = new TcpListener(endpoint);
        try
        {
            listener.Start(MostConnections);
        }
        catch (SocketException exception)
        {
            throw new RefusedException($"LMTP cannot listen on {endpoint} ({exception.SocketErrorCode}). Another program may use the port; the setting returns-lmtp names another one.", exception);
        }

        return new LmtpListener(listener, rules, logger, accept);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var running = new HashSet<Task>();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
                var client = await AcceptOneAsync(cancellationToken).ConfigureAwait(false);
                running.RemoveWhere(task => task.IsCompleted);
                running.Add(ServeAsync(client, cancellationToken));
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private async Task<TcpClient> AcceptOneAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _accept(_listener, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Too many open files, or a client that left before it was taken: neither ends the listening.
                LogNotTaken(_logger, exception.SocketErrorCode);
                await Task.Delay(Pause, _rules.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            await new LmtpSession(stream, _rules).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // The client went away; what it did not hear a reply for, it gives again.
            LogGone(_logger);
        }
        catch (Exception exception) when (Unforeseen.Is(exception))
        {
            // Without a reply the mail server keeps its copy and gives it again.
            LogBroken(_logger, exception.GetType().Name);
        }
        finally
        {
            _places.Release();
        }
    }

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "No LMTP connection could be taken ({Kind}). The next is waited for in a second.")]
    private static partial void LogNotTaken(ILogger logger, SocketError kind);

    [LoggerMessage(EventId = 4103, Level = LogLevel.Error, Message = "An LMTP connection met an error of kind {Kind} and was closed.")]
    private static partial void LogBroken(ILogger logger, string kind);

    [LoggerMessage(EventId = 4101, Level = LogLevel.Debug, Message = "An LMTP client went away.")]
    private static partial void LogGone(ILogger logger);
}
