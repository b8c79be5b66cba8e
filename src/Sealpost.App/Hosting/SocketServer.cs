using System.Buffers.Binary;
using System.Net.Sockets;
using Sealpost.App.Commands;

namespace Sealpost.App.Hosting;

/// <summary>The owner's end of the socket: runs other processes' commands against the one open installation, so that there is one writer.</summary>
internal sealed partial class SocketServer : IAsyncDisposable
{
    private readonly Installation _installation;
    private readonly Func<CommandContext, string[], CancellationToken, Task<int>> _run;
    private readonly ILogger _log;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _path;
    private readonly Task _accepting;

    private SocketServer(string path, Installation installation, Func<CommandContext, string[], CancellationToken, Task<int>> run, ILogger log)
    {
        (_path, _installation, _run, _log) = (path, installation, run, log);
        File.Delete(path); // Left by a process that was killed; we hold the folder's lock, so nobody listens there.
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(64);
        _accepting = AcceptAsync(_stop.Token);
    }

    public static SocketServer Start(string path, Installation installation, Func<CommandContext, string[], CancellationToken, Task<int>> run, ILogger log) =>
        new(path, installation, run, log);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        File.Delete(_path);
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var running = new HashSet<Task>();
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket peer;
            try
            {
                peer = await _listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }

            running.RemoveWhere(task => task.IsCompleted);
            running.Add(ServeAsync(peer, cancellationToken));
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket peer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var gate = new SemaphoreSlim(1);
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var stream = new NetworkStream(peer, ownsSocket: true);
        try
        {
            if (await Frames.ReadAsync(stream, cancellationToken).ConfigureAwait(false) is not var (kind, payload) || kind != FrameKind.Request)
                return;
            var request = Frames.Decode(payload);
            await using var output = new Frames.Writer(stream, FrameKind.Output, gate);
            await using var error = new Frames.Writer(stream, FrameKind.Error, gate);
            await using var input = new SocketInput(stream, gate, hangUp);
            var context = new CommandContext
            {
                Out = output,
                Error = error,
                In = input,
                WorkingFolder = request.WorkingFolder,
                Token = request.Token,
                Interactive = request.Interactive,
                OpenInstallation = _ => Task.FromResult(_installation),
            };
            var exit = await _run(context, request.Arguments, hangUp.Token).ConfigureAwait(false);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            await error.FlushAsync(cancellationToken).ConfigureAwait(false);
            var code = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(code, exit);
            await Frames.WriteAsync(stream, FrameKind.Exit, code, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or System.Text.Json.JsonException)
        {
            LogPeerGone(_log);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A command's client went away.")]
    private static partial void LogPeerGone(ILogger log);
}
