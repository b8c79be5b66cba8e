using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Sealpost.Tests.Delivery.Domains;

/// <summary>A real, authoritative name server on a loopback port with zones of the test's own. Knot DNS.</summary>
internal sealed class KnotServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/knotd";

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-knot-").FullName;
    private Process? _process;

    private KnotServer(int port) => Server = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>Address and port to ask.</summary>
    public string Server { get; }

    /// <summary>Starts it; skips the test where Knot is not installed.</summary>
    /// <param name="zones">Zone name to lines of its file, without SOA and NS.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<KnotServer> StartAsync(IReadOnlyDictionary<string, string> zones, CancellationToken cancellationToken)
    {
        TestData.RequirePart(File.Exists(Program), "Knot DNS (/usr/sbin/knotd)");
        var server = new KnotServer(Ports.Take());
        try
        {
            await server.RunAsync(zones, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        await Eventually.DeletedAsync(_folder);
    }

    private async Task RunAsync(IReadOnlyDictionary<string, string> zones, CancellationToken cancellationToken)
    {
        foreach (var (zone, lines) in zones)
        {
            await File.WriteAllTextAsync(
                Path.Combine(_folder, zone + ".zone"), $"$ORIGIN {zone}.\n$TTL 60\n@ SOA ns.{zone}. host.{zone}. 1 60 60 60 60\n@ NS ns.{zone}.\n{(zone.EndsWith("arpa", StringComparison.Ordinal) ? "" : "ns A 127.0.0.1\n")}{lines}\n", cancellationToken);
        }

        var configuration = Path.Combine(_folder, "knot.conf");
        await File.WriteAllTextAsync(configuration, $"""
            server:
                listen: {Server.Replace(':', '@')}
                rundir: {_folder}
            database:
                storage: {_folder}
            log:
              - target: stderr
                any: warning
            template:
              - id: default
                storage: {_folder}
                file: "%s.zone"
                zonefile-sync: -1
                journal-content: none
            zone:
            {string.Concat(zones.Keys.Select(zone => $"  - domain: {zone}\n"))}
            """, cancellationToken);
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        await Ports.ListeningAsync(IPEndPoint.Parse(Server).Port, "Knot", cancellationToken);
    }
}
