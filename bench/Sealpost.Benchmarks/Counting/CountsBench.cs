using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;

namespace Sealpost.Benchmarks.Counting;

/// <summary><c>audience count</c> against a running server, its socket included: what a person waits for while writing a query.</summary>
internal sealed class CountsBench(TextWriter output, string root)
{
    private const int Calls = 200;

    private static readonly string[] Queries =
    [
        "age between 50 and 75 and condition in (icd10:E11*)",
        "condition in (snomed:44054006) and not encounter within 12 months",
        "age >= 65 and lab loinc:4548-4 > 8 '%'",
        "state in (MA) and not immunization in (cvx:140) within 1 years",
    ];

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;
        try
        {
            await new CountsBench(output, root).MeasureAsync(patients, cancellationToken);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task MeasureAsync(int patients, CancellationToken cancellationToken)
    {
        var ndjson = Path.Combine(root, "patients.ndjson");
        await using (var file = File.Create(ndjson))
            await new SyntheticPatients(new SyntheticOptions { Count = patients, Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime) }).WriteAsync(file, SyntheticFeed.All, cancellationToken);
        await RunToEndAsync(["init", "--org", "Clinic", "--domain", "mail.clinic.test", "--address", "1 Main Street, Springfield, MA 01101", "--time-zone", "America/New_York"], cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await RunToEndAsync(["import", "fhir", ndjson], cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{patients:N0} patients imported in {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s"));
        using var server = Start(["serve", "--urls", "http://127.0.0.1:0"]);
        try
        {
            while (await server.StandardOutput.ReadLineAsync(cancellationToken) is { } line && !line.StartsWith("Listening", StringComparison.Ordinal))
            {
                // Not yet.
            }

            started = Stopwatch.GetTimestamp();
            await CountAsync(Queries[0], cancellationToken);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"first count, which builds the index: {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s\n\n| query | found | median | p95 |\n|---|---:|---:|---:|"));
            foreach (var query in Queries)
                await MeasureAsync(query, cancellationToken);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task MeasureAsync(string query, CancellationToken cancellationToken)
    {
        var found = "";
        var times = new List<double>();
        for (var call = 0; call < Calls; call++)
        {
            var started = Stopwatch.GetTimestamp();
            found = await CountAsync(query, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| `{query}` | {found.Trim()} | {times[Calls / 2]:N1} ms | {times[Calls * 95 / 100]:N1} ms |"));
    }

    private async Task<string> CountAsync(string query, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        using var error = new MemoryStream();
        var socket = Directory.EnumerateFiles(Path.Combine(root, "run", "sealpost"), "*.sock").Single();
        var exit = await SocketClient.RunAsync(socket, new CommandRequest(["audience", "count", query], root, null, false), Stream.Null, answer, error, cancellationToken);
        return exit == 0 ? Encoding.UTF8.GetString(answer.ToArray()) : throw new InvalidOperationException(Encoding.UTF8.GetString(error.ToArray()));
    }

    private async Task RunToEndAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"`sealpost {arguments[0]}` ended with {process.ExitCode}.");
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sealpost.dll"), .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["SEALPOST_DATA"] = Path.Combine(root, "data");
        start.Environment["XDG_RUNTIME_DIR"] = Directory.CreateDirectory(Path.Combine(root, "run")).FullName;
        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }
}
