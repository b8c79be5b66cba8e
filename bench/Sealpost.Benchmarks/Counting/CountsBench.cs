using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sealpost.App.Hosting;

namespace Sealpost.Benchmarks.Counting;

/// <summary><c>audience count</c> against a running server, its socket included: what a person waits for while writing a query.</summary>
internal sealed class CountsBench(TextWriter output, SealpostProgram program)
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
        using var program = new SealpostProgram();
        await new CountsBench(output, program).MeasureAsync(patients, cancellationToken);
    }

    private async Task MeasureAsync(int patients, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await program.InitAsync(patients, cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{patients:N0} patients made and imported in {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s"));
        await program.ServeAsync(cancellationToken);
        started = Stopwatch.GetTimestamp();
        await CountAsync(Queries[0], cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"first count, which builds the index: {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s\n\n| query | found | median | p95 |\n|---|---:|---:|---:|"));
        foreach (var query in Queries)
            await MeasureAsync(query, cancellationToken);
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
        var exit = await SocketClient.RunAsync(program.Socket, new CommandRequest(["audience", "count", query], program.Root, null, false), Stream.Null, answer, error, cancellationToken);
        return exit == 0 ? Encoding.UTF8.GetString(answer.ToArray()) : throw new InvalidOperationException(Encoding.UTF8.GetString(error.ToArray()));
    }
}
