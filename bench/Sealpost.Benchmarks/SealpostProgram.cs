using System.Diagnostics;
using System.Globalization;
using Sealpost.App.Demo;

namespace Sealpost.Benchmarks;

/// <summary>The real program in processes of its own, on a data folder that goes with it.</summary>
internal sealed class SealpostProgram : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;
    private Process? _server;

    /// <summary>Working folder; holds nothing else.</summary>
    public string Root => _root;

    /// <summary>Where it listens, by the name that passkeys need.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The owner's socket of the running server.</summary>
    public string Socket => Directory.EnumerateFiles(Path.Combine(_root, "run", "sealpost"), "*.sock").Single();

    /// <summary>Resident memory of the server in MiB, as the kernel counts it.</summary>
    public long MemoryMebibytes => long.Parse(File.ReadLines($"/proc/{_server!.Id}/status").First(one => one.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;

    /// <summary>An organisation with made-up patients; returns what <c>init</c> said, the one-time link among it.</summary>
    public async Task<string> InitAsync(int patients, CancellationToken cancellationToken)
    {
        var ndjson = Path.Combine(_root, "patients.ndjson");
        await using (var file = File.Create(ndjson))
            await new SyntheticPatients(new SyntheticOptions { Count = patients, Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime) }).WriteAsync(file, SyntheticFeed.All, cancellationToken);
        var said = await RunAsync(["init", "--org", "Clinic", "--domain", "mail.clinic.test", "--address", "1 Main Street, Springfield, MA 01101", "--time-zone", "America/New_York"], cancellationToken);
        await RunAsync(["import", "fhir", ndjson], cancellationToken);
        File.Delete(ndjson);
        return said;
    }

    /// <summary>Starts <c>serve</c>; returns how long it took until it listened.</summary>
    public async Task<TimeSpan> ServeAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        _server = Start(["serve", "--urls", "http://127.0.0.1:0"]);
        while (await _server.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("Listening on ", StringComparison.Ordinal))
                continue;
            Url = "http://localhost:" + new Uri(line["Listening on ".Length..].Split(',', ' ')[0].TrimEnd('.')).Port;
            return Stopwatch.GetElapsedTime(started);
        }

        throw new InvalidOperationException("`sealpost serve` ended before it listened.");
    }

    /// <summary>Runs a command to its end; returns what it said.</summary>
    public async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"`sealpost {arguments[0]}` ended with {process.ExitCode}.");
    }

    /// <summary>Ends the server as a crash would.</summary>
    public void Kill()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _server = null;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_root, recursive: true);
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sealpost.dll"), .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["SEALPOST_DATA"] = Path.Combine(_root, "data");
        start.Environment["XDG_RUNTIME_DIR"] = Directory.CreateDirectory(Path.Combine(_root, "run")).FullName;
        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }
}
