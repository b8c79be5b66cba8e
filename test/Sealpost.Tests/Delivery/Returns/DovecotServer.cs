using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Sealpost.App.Demo;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>A real Dovecot of its own, in a temporary folder on loopback ports. A class fixture; tests call <see cref="Require"/> first.</summary>
public sealed class DovecotServer : IAsyncLifetime
{
    public const string Host = "localhost";
    public const string Password = "only-a-test";

    private const string Program = "/usr/sbin/dovecot";

    private static readonly string[] Places = ["new", "cur"];

    private readonly MailboxCertificates _certificates = new(TimeProvider.System);
    private string? _folder;
    private Process? _process;

    /// <summary>Root of its certificate.</summary>
    public X509Certificate2 Root => _certificates.Root;

    /// <summary>Port that upgrades by STARTTLS.</summary>
    public int Port { get; private set; }

    public void Require()
    {
        TestData.RequirePart(File.Exists(Program), "Dovecot (/usr/sbin/dovecot)");
        TestData.RequirePart(Environment.IsPrivilegedProcess, "The right to start Dovecot (root)");
        Assert.NotNull(_process);
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program) || !Environment.IsPrivilegedProcess)
            return;
        _folder = Directory.CreateTempSubdirectory("sealpost-dovecot-").FullName;
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Path.Combine(_folder, "mail"));
        Port = Ports.Take();
        WriteCertificate();
        var file = Path.Combine(_folder, "dovecot.conf");
        await File.WriteAllTextAsync(file, Configuration());
        await (await StartAsync("/bin/chown", ["-R", "nobody", Path.Combine(_folder, "mail")])).WaitForExitAsync();
        _process = await StartAsync(Program, ["-F", "-c", file]);
        await Ports.ListeningAsync(Port, "Dovecot");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        if (_folder is not null)
            await Eventually.DeletedAsync(_folder);
        _certificates.Dispose();
    }

    /// <summary>Puts a mail into a user's inbox.</summary>
    public async Task DeliverAsync(string user, string mail, CancellationToken cancellationToken)
    {
        var box = Path.Combine(_folder!, "mail", user);
        foreach (var place in new[] { "tmp", "new", "cur" })
            Directory.CreateDirectory(Path.Combine(box, place));
        // As a maildir is written to: what stands in new is whole, and the reader's own.
        var name = $"{Stopwatch.GetTimestamp()}.test";
        await File.WriteAllTextAsync(Path.Combine(box, "tmp", name), mail, cancellationToken);
        await (await StartAsync("/bin/chown", ["-R", "nobody", box])).WaitForExitAsync(cancellationToken);
        File.Move(Path.Combine(box, "tmp", name), Path.Combine(box, "new", name));
    }

    /// <summary>Mails of a user's folder, as files.</summary>
    public int Count(string user, string folder) =>
        Places.Select(name => Path.Combine(_folder!, "mail", user, folder, name)).Where(Directory.Exists).Sum(path => Directory.GetFiles(path).Length);

    /// <summary>Some mail of a user's inbox was read; a maildir says so in the name.</summary>
    public bool HasSeen(string user) =>
        Places.Select(name => Path.Combine(_folder!, "mail", user, name)).Where(Directory.Exists).SelectMany(Directory.GetFiles).Any(path => path.Contains(":2,", StringComparison.Ordinal) && path.Split(":2,")[^1].Contains('S', StringComparison.Ordinal));

    /// <summary>Makes every mail of a folder older.</summary>
    public void Age(string user, string folder, TimeSpan by)
    {
        foreach (var file in Places.Select(name => Path.Combine(_folder!, "mail", user, folder, name)).Where(Directory.Exists).SelectMany(Directory.GetFiles))
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - by);
        foreach (var cache in Directory.GetFiles(Path.Combine(_folder!, "mail", user, folder), "dovecot.index*"))
            File.Delete(cache);
    }

    private string Configuration() => $$"""
        protocols = imap
        listen = 127.0.0.1
        base_dir = {{_folder}}/run
        state_dir = {{_folder}}/state
        log_path = {{_folder}}/log
        instance_name = sealpost-test
        first_valid_uid = 1
        disable_plaintext_auth = no
        mail_location = maildir:{{_folder}}/mail/%u
        namespace inbox {
          inbox = yes
        }
        passdb {
          driver = static
          args = password={{Password}}
        }
        userdb {
          driver = static
          args = uid=nobody gid=nogroup home={{_folder}}/mail/%u
        }
        ssl = yes
        ssl_cert = <{{_folder}}/good.pem
        ssl_key = <{{_folder}}/good.pem
        service imap-login {
          inet_listener imap {
            port = {{Port}}
          }
          inet_listener imaps {
            port = 0
          }
        }

        """;

    private void WriteCertificate()
    {
        using var certificate = _certificates.Issue(Host);
        File.WriteAllText(Path.Combine(_folder!, "good.pem"), certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static Task<Process> StartAsync(string program, string[] arguments) => Task.FromResult(Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!);
}
