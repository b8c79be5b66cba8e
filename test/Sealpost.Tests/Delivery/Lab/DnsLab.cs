using System.Diagnostics;
using System.Text;
using DnsClient;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery.Lab;

/// <summary>
/// A signed name space of its own on loopback: Knot serves a signed root with everything in it, and unsigned children below
/// (<c>plain.example</c> by delegation without DS; <c>bogus.example</c> and others with a DS that no key matches); a validating Unbound answers.
/// </summary>
internal sealed class DnsLab : IAsyncDisposable
{
    private const string Knot = "/usr/sbin/knotd";
    private const string Unbound = "/usr/sbin/unbound";

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-dns-").FullName;
    private readonly List<Process> _processes = [];
    private readonly int _knotPort = Ports.Take();
    private readonly int _port = Ports.Take();

    private DnsLab()
    {
    }

    /// <summary>What to write for <see cref="DeliveryOptions.DnsServer"/>.</summary>
    public string Server => $"127.0.0.1:{_port}";

    /// <summary>Skips (or fails under SEALPOST_FULL=1) where the parts are missing.</summary>
    public static void Require()
    {
        TestData.RequirePart(File.Exists(Knot), "Knot DNS (/usr/sbin/knotd)");
        TestData.RequirePart(File.Exists(Unbound), "Unbound (/usr/sbin/unbound)");
        TestData.RequirePart(Environment.IsPrivilegedProcess, "The right to start name servers (root)");
    }

    public static bool IsPossible => File.Exists(Knot) && File.Exists(Unbound) && Environment.IsPrivilegedProcess;

    /// <summary>Starts both servers and waits until a signed answer validates.</summary>
    /// <param name="signed">Records of the signed root, as a zone file writes them.</param>
    /// <param name="unsigned">Zones delegated from it without a DS, with their records.</param>
    /// <param name="bogus">Zones delegated with a DS that no key matches, with their records.</param>
    public static async Task<DnsLab> StartAsync(string signed, IReadOnlyDictionary<string, string> unsigned, IReadOnlyDictionary<string, string> bogus)
    {
        var lab = new DnsLab();
        var root = new StringBuilder("$ORIGIN .\n$TTL 60\n. SOA ns.example. root.example. 1 3600 600 86400 0\n. NS ns.example.\nns.example. A 127.0.0.1\n").Append(signed);
        foreach (var (name, records) in unsigned.Concat(bogus))
        {
            root.Append(null, $"{name} NS ns.example.\n");
            if (bogus.ContainsKey(name))
                root.Append(null, $"{name} DS 12345 13 2 {new string('0', 64)}\n");
            await lab.WriteAsync($"zone-{name}zone", $"$ORIGIN {name}\n$TTL 60\n@ SOA ns.example. root.example. 1 3600 600 86400 0\n@ NS ns.example.\n{records}");
        }

        string[] children = [.. unsigned.Keys, .. bogus.Keys];
        await lab.WriteAsync("root.zone", root.ToString());
        await lab.WriteAsync("knot.conf", lab.KnotConf(children));
        Directory.CreateDirectory(lab.In("run"));
        Directory.CreateDirectory(lab.In("db"));
        await RunAsync("/usr/sbin/keymgr", ["-c", lab.In("knot.conf"), ".", "generate", "algorithm=ecdsap256sha256", "ksk=yes", "zsk=yes"]);
        await lab.WriteAsync("root.ds", await RunAsync("/usr/sbin/keymgr", ["-c", lab.In("knot.conf"), ".", "ds"]));
        await lab.WriteAsync("unbound.conf", lab.UnboundConf(children));
        lab._processes.Add(Start(Knot, ["-c", lab.In("knot.conf")]));
        lab._processes.Add(Start(Unbound, ["-d", "-c", lab.In("unbound.conf")]));
        await lab.WaitAsync();
        return lab;
    }

    /// <summary>Takes every record of a type away from a name of the signed root.</summary>
    public async Task RemoveAsync(string name, string type)
    {
        foreach (var command in new[] { "zone-begin .", $"zone-unset . {name} {type}", "zone-commit ." })
            await RunAsync("/usr/sbin/knotc", ["-c", In("knot.conf"), .. command.Split(' ')]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await Eventually.DeletedAsync(_folder);
    }

    private async Task WaitAsync()
    {
        var resolver = new Resolver(Server);
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(_processes.Exists(p => p.HasExited), "A name server of the lab ended at once.");
                return await resolver.AskFreshAsync(".", QueryType.SOA, CancellationToken.None) is { Result: DnsResult.Found, IsSecure: true };
            },
            "the lab's name servers give a validated answer");
    }

    private string KnotConf(IEnumerable<string> children) => $"""
        server:
          rundir: {In("run")}
          pidfile: {In("run/knot.pid")}
          listen: 127.0.0.1@{_knotPort}
        control:
          listen: {In("run/knot.sock")}
        log:
          - target: stderr
            any: warning
        database:
          storage: {In("db")}
        policy:
          - id: lab
            algorithm: ecdsap256sha256
            single-type-signing: on
        template:
          - id: default
            storage: {_folder}
            zonefile-sync: -1
        zone:
          - domain: .
            file: root.zone
            dnssec-signing: on
            dnssec-policy: lab
            zonefile-load: difference
            journal-content: all

        """ + string.Concat(children.Select(name => $"  - domain: {name}\n    file: zone-{name}zone\n"));

    private string UnboundConf(IEnumerable<string> children) => $"""
        server:
          interface: 127.0.0.1@{_port}
          outgoing-port-avoid: {Ports.First}-{Ports.Last}
          do-daemonize: no
          chroot: ""
          username: ""
          directory: "{_folder}"
          pidfile: ""
          use-syslog: no
          do-ip6: no
          do-not-query-localhost: no
          module-config: "validator iterator"
          trust-anchor-file: "{In("root.ds")}"
          qname-minimisation: no
          num-threads: 1
          local-zone: "test." nodefault
        remote-control:
          control-enable: no

        """ + string.Concat(children.Append(".").Select(name => $"stub-zone:\n  name: \"{name}\"\n  stub-addr: 127.0.0.1@{_knotPort}\n  stub-prime: no\n"));

    private string In(string name) => Path.Combine(_folder, name);

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(In(name), text);

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        using var process = Start(program, arguments, redirect: true);
        var output = await process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(program)}: {errors}");
        return output;
    }

    private static Process Start(string program, string[] arguments, bool redirect = false)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        if (!redirect)
        {
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        return process;
    }
}
