using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Sealpost.App.Demo;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>
/// A real Postfix of its own, in a temporary folder on loopback ports: one good receiver for every mailbox of <see cref="Domains"/>, and one
/// listener per way in which TLS can be wrong. A class fixture; tests call <see cref="Require"/> first.
/// </summary>
public sealed class PostfixServer : IAsyncLifetime
{
    private const string Program = "/usr/sbin/postfix";
    private const string HostName = "mx.clinic.example";

    /// <summary>Domains whose every mailbox is delivered.</summary>
    public static readonly string[] Domains = ["clinic.example", "example.com", "mail.example.com", "example.org", "example.net", "clinic-patients.example", "xn--bcher-kva.example"];

    private readonly MailboxCertificates _certificates = new(TimeProvider.System);
    private readonly Dictionary<string, int> _ports = [];
    private string? _folder;
    private string? _problem;

    /// <summary>Root of the good receiver's certificate.</summary>
    public X509Certificate2 Root => _certificates.Root;

    /// <summary>Port of the good receiver.</summary>
    public int Port => _ports["good"];

    /// <summary>Where delivered messages are, one file each.</summary>
    public string Inbox => Path.Combine(_folder!, "mail", "inbox", "new");

    /// <summary>Skips (or fails under SEALPOST_FULL=1) where Postfix cannot run here.</summary>
    public void Require()
    {
        TestData.RequirePart(File.Exists(Program), "Postfix (/usr/sbin/postfix)");
        TestData.RequirePart(Environment.IsPrivilegedProcess, "The right to start Postfix (root)");
        Assert.True(_problem is null, _problem);
    }

    /// <summary>Options whose MX for every domain is the listener: <c>good</c>, <c>plain</c>, <c>expired</c>, <c>selfsigned</c> or <c>wrongname</c>.</summary>
    public DeliveryOptions OptionsFor(string listener) => new()
    {
        HeloName = "mail.greenvalley.test",
        ExtraRoots = [Root],
        Routes = new Dictionary<string, DeliveryRoute> { ["*"] = new("127.0.0.1", _ports[listener], HostName) },
    };

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program) || !Environment.IsPrivilegedProcess)
            return;
        _folder = Directory.CreateTempSubdirectory("sealpost-postfix-").FullName;
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        foreach (var name in new[] { "etc", "spool", "data", "mail" })
            Directory.CreateDirectory(Path.Combine(_folder, name));
        await RunAsync("/bin/chown", ["postfix", Path.Combine(_folder, "data")]);
        await RunAsync("/bin/chown", ["nobody", Path.Combine(_folder, "mail")]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "master.cf"), MasterCf());
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "main.cf"), MainCf());
        _problem = await RunAsync(Program, ["-c", Path.Combine(_folder, "etc"), "start"]);
        if (_problem is null)
            await Ports.ListeningAsync(Port, "Postfix");
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await RunAsync(Program, ["-c", Path.Combine(_folder, "etc"), "stop"]);
            await Eventually.DeletedAsync(_folder);
        }

        _certificates.Dispose();
    }

    /// <summary>The delivered message with this Message-ID, as the file holds it; waits for the delivery.</summary>
    public Task<byte[]> ReceiveAsync(string messageId, CancellationToken cancellationToken) =>
        ReceiveAsync(bytes => bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"Message-ID: <{messageId}>")) >= 0, cancellationToken);

    /// <summary>The first delivered message of this kind; waits for the delivery.</summary>
    public Task<byte[]> ReceiveAsync(Func<byte[], bool> isIt, CancellationToken cancellationToken) => Eventually.FoundAsync(
        async () =>
        {
            foreach (var file in Directory.Exists(Inbox) ? Directory.GetFiles(Inbox) : [])
            {
                if (await File.ReadAllBytesAsync(file, cancellationToken) is var bytes && isIt(bytes))
                    return bytes;
            }

            return null;
        },
        async () => "Postfix delivers. Its log: " + await ReadLogAsync(cancellationToken),
        cancellationToken);

    /// <summary>Waits until the log says that a listener's connection ended; the line counts the commands that were given.</summary>
    public Task<string> DisconnectLineAsync(string listener, CancellationToken cancellationToken) => Eventually.FoundAsync(
        async () => (await ReadLogAsync(cancellationToken)).Split('\n')
            .LastOrDefault(line => line.Contains($"{listener}/smtpd", StringComparison.Ordinal) && line.Contains("disconnect from", StringComparison.Ordinal)),
        "Postfix logs the end of the connection",
        cancellationToken);

    private async Task<string> ReadLogAsync(CancellationToken cancellationToken)
    {
        var log = Path.Combine(_folder!, "log");
        return File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken) : "";
    }

    private string MasterCf()
    {
        var listeners = new[]
        {
            Listener("plain", null),
            Listener("expired", _certificates.IssueExpired(HostName)),
            Listener("selfsigned", _certificates.SelfSigned(HostName)),
            Listener("wrongname", _certificates.Issue("mx.elsewhere.example")),
            Listener("good", _certificates.Issue(HostName)), // Last: it is waited for, and Postfix opens them in order.
        };
        return string.Concat(listeners) + """
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            proxymap unix - - n - - proxymap
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd

            """;
    }

    private string Listener(string name, X509Certificate2? certificate)
    {
        _ports[name] = Ports.Take();
        var tls = " -o smtpd_tls_security_level=none";
        if (certificate is not null)
        {
            var file = Path.Combine(_folder!, $"{name}.pem");
            File.WriteAllText(file, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n");
            tls = $" -o smtpd_tls_security_level=may -o smtpd_tls_chain_files={file}";
            certificate.Dispose();
        }

        return $"127.0.0.1:{_ports[name]} inet n - n - - smtpd -o syslog_name={name}{tls}\n";
    }

    private string MainCf() => $"""
        compatibility_level = 3.6
        queue_directory = {_folder}/spool
        data_directory = {_folder}/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        maillog_file_prefixes = {_folder}
        maillog_file = {_folder}/log
        myhostname = {HostName}
        inet_interfaces = loopback-only
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        mydestination =
        local_transport = error:no local mail
        alias_maps =
        alias_database =
        smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
        virtual_mailbox_domains = {string.Join(' ', Domains)}
        virtual_mailbox_base = {_folder}/mail
        virtual_mailbox_maps = static:inbox/
        virtual_minimum_uid = 100
        virtual_uid_maps = static:65534
        virtual_gid_maps = static:65534
        default_transport = error:no mail leaves this server

        """;

    // Null where it went well, else what it said.
    private static async Task<string?> RunAsync(string program, string[] arguments)
    {
        // Postfix's daemons inherit the pipes of their starter, so these are not waited for.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}";
    }
}
