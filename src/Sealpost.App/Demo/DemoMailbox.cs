using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Sealpost.Delivery;

namespace Sealpost.App.Demo;

/// <summary>
/// The built-in mailbox: SMTP receivers on free loopback ports under a root made at start, which takes every message into memory.
/// </summary>
/// <remarks>
/// By address: <c>temperror@</c> hears 451 a few times, <c>550@</c> 550 5.1.1, <c>full@</c> 452 4.2.2 for ever, <c>slow@</c> waits before each
/// reply, <c>drop@</c> takes the message and closes without a final reply. By domain: <see cref="NoTlsDomain"/> offers no STARTTLS,
/// <see cref="WrongNameDomain"/>, <see cref="ExpiredDomain"/> and <see cref="SelfSignedDomain"/> have such certificates; every other domain is
/// taken by the good receiver.
/// </remarks>
internal sealed class DemoMailbox : IAsyncDisposable
{
    /// <summary>Domain whose MX offers no STARTTLS.</summary>
    public const string NoTlsDomain = "notls.example";

    /// <summary>Domain whose MX has a certificate for another host.</summary>
    public const string WrongNameDomain = "badcert.example";

    /// <summary>Domain whose MX has an expired certificate.</summary>
    public const string ExpiredDomain = "expired.example";

    /// <summary>Domain whose MX has a certificate that no authority vouches for.</summary>
    public const string SelfSignedDomain = "selfsigned.example";

    private const string GoodName = "mx.mailbox.example";

    private readonly MailboxOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly Dictionary<string, DeliveryRoute> _routes = [];
    private readonly MailboxCertificates _certificates;

    private DemoMailbox(MailboxOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _certificates = new MailboxCertificates(time);
        Store = new MailboxStore(options);
    }

    /// <summary>What was taken.</summary>
    public MailboxStore Store { get; }

    /// <summary>Certificates of this mailbox's own authority.</summary>
    public MailboxCertificates Certificates => _certificates;

    /// <summary>Routes for <see cref="DeliveryOptions.Routes"/>.</summary>
    public IReadOnlyDictionary<string, DeliveryRoute> Routes => _routes;

    /// <summary>Starts listening; ready when it returns.</summary>
    public static DemoMailbox Start(MailboxOptions options, TimeProvider time)
    {
        var mailbox = new DemoMailbox(options, time);
        var certificates = mailbox._certificates;
        mailbox.Listen("*", GoodName, certificates.Issue(GoodName, "localhost", "127.0.0.1"));
        mailbox.Listen(NoTlsDomain, "mx." + NoTlsDomain, null);
        mailbox.Listen(WrongNameDomain, "mx." + WrongNameDomain, certificates.Issue("mx.elsewhere.example"));
        mailbox.Listen(ExpiredDomain, "mx." + ExpiredDomain, certificates.IssueExpired("mx." + ExpiredDomain));
        mailbox.Listen(SelfSignedDomain, "mx." + SelfSignedDomain, certificates.SelfSigned("mx." + SelfSignedDomain));
        return mailbox;
    }

    /// <summary>Delivery options that send everything here, over verified TLS as anywhere, with a short retry schedule.</summary>
    public DeliveryOptions OptionsFor(string heloName) => Describe().ToOptions(heloName);

    /// <summary>Ports and root, for a sender in another process.</summary>
    public MailboxDescription Describe() => new(new Dictionary<string, DeliveryRoute>(_routes), _certificates.Root.ExportCertificatePem());

    /// <summary>Runs a mailbox in a process of its own: writes its description as one line, then serves until cancelled.</summary>
    public static async Task RunAsync(MailboxOptions options, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var mailbox = Start(options, time);
        await output.WriteLineAsync(mailbox.Describe().ToJson().AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }

    /// <summary>Closes every connection and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        await Task.WhenAll(_running.Keys);
        _certificates.Dispose();
        _stop.Dispose();
    }

    private void Listen(string domain, string name, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(512);
        _listeners.Add(listener);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _routes[domain] = new DeliveryRoute("127.0.0.1", port, name);
        Track(AcceptAsync(listener, certificate is null ? null : MailboxCertificates.ContextOf(certificate)));
    }

    private async Task AcceptAsync(TcpListener listener, SslStreamCertificateContext? certificate)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var socket = await listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                Store.CountConnection();
                var connection = new MailboxConnection(new NetworkStream(socket, ownsSocket: true), certificate, Store, _options, _time);
                Track(connection.RunAsync(_stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private void Track(Task task)
    {
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
