using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Benchmarks.Sending;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Reports;

namespace Sealpost.Benchmarks.Campaigns;

/// <summary>Whole campaigns with everything on, from sealed charts to receipts in the ledger, against the sink in a process of its own; the obvious pipeline beside it.</summary>
internal static class MessagePathBench
{
    private const int Rounds = 5;

    // Until hot code is compiled for good.
    private const int WarmUps = 2;
    private const int Signatures = 1_000;
    private const int ObviousMessages = 160;
    private const int ObviousConnections = 8;

    // Patients have their mailboxes at a handful of large providers.
    private static readonly string[] Domains = [.. Enumerable.Range(0, 8).Select(i => $"d{i}.example.com")];

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        using var sink = await SmtpSink.StartAsync(cancellationToken);
        await using var clinic = await BenchClinic.OpenAsync(BenchClinic.Into(sink), cancellationToken);
        await clinic.AddPatientsAsync(patients, Domains, cancellationToken);
        await using var send = await SendCampaign.OpenAsync(clinic.Context, clinic.Options, takeOver: true, NullLogger.Instance, cancellationToken);
        using var key = RSA.Create(2048);
        var obvious = await ConnectAsync(sink, key, cancellationToken);
        var rounds = new List<(double Rsa, double Obvious, Round Own)>();
        for (var round = 0; round < WarmUps + Rounds; round++)
        {
            var measured = (MeasureRsa(key), await MeasureObviousAsync(obvious, cancellationToken), await MeasureAsync(clinic, send, $"round-{round}", patients, cancellationToken));
            if (round >= WarmUps)
                rounds.Add(measured);
        }

        obvious.ForEach(pipeline => pipeline.Dispose());
        await output.WriteLineAsync(Report(patients, rounds));
        await output.WriteLineAsync($"openssl speed rsa2048, the same run: {await OpensslAsync(cancellationToken)}");
    }

    private static string Report(int patients, List<(double Rsa, double Obvious, Round Own)> rounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {patients} patients a round, {Rounds} rounds, medians.

        | what | messages a second | sender CPU µs a message | CPU ÷ one RSA-2048 signature | KiB allocated a message |
        | --- | ---: | ---: | ---: | ---: |
        | the whole path | {Median(rounds.Select(r => r.Own.PerSecond)):0} | {Median(rounds.Select(r => r.Own.Cpu)):0} | {Median(rounds.Select(r => r.Own.Cpu / r.Rsa)):0.00} | {Median(rounds.Select(r => r.Own.Kib)):0} |
        | obvious pipeline (no gates, no store, no receipts) | {Median(rounds.Select(r => r.Obvious)):0} | | | |
        | base: RSA.SignData alone | | {Median(rounds.Select(r => r.Rsa)):0} | 1 | |

        Messages a second, whole path to obvious: {Median(rounds.Select(r => r.Own.PerSecond / r.Obvious)):0.0} (rounds: {string.Join(", ", rounds.Select(r => (r.Own.PerSecond / r.Obvious).ToString("0.0", CultureInfo.InvariantCulture)))}).
        First acceptance {Median(rounds.Select(r => r.Own.First)):0} ms after send. Working set after the last round {Environment.WorkingSet / 1_048_576} MiB.
        """);

    private static async Task<Round> MeasureAsync(BenchClinic clinic, SendCampaign send, string name, int patients, CancellationToken cancellationToken)
    {
        await clinic.ApproveAsync(BenchClinic.Content(name), cancellationToken);
        using var process = Process.GetCurrentProcess();
        var (cpu, allocated, clock, started) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew(), TimeProvider.System.GetUtcNow());
        await send.SendAsync(name, BenchClinic.Author, cancellationToken);
        await send.WaitAsync(name, cancellationToken);
        clock.Stop();
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu).TotalMicroseconds;
        var kib = (GC.GetTotalAllocatedBytes() - allocated) / 1024.0;
        var report = await new ReadCampaignReport(clinic.Context).RunAsync(name, cancellationToken);
        if (report.Accepted != patients)
            throw new InvalidOperationException($"{report.Accepted} of {patients} were accepted.");
        return new Round(patients / clock.Elapsed.TotalSeconds, used / patients, kib / patients, (report.FirstAt!.Value - started).TotalMilliseconds);
    }

    private static async Task<List<ObviousPipeline>> ConnectAsync(SmtpSink sink, RSA key, CancellationToken cancellationToken)
    {
        var pipelines = new List<ObviousPipeline>();
        for (var i = 0; i < ObviousConnections; i++)
        {
            pipelines.Add(new ObviousPipeline(key));
            await pipelines[i].ConnectAsync(sink, cancellationToken);
        }

        return pipelines;
    }

    private static async Task<double> MeasureObviousAsync(List<ObviousPipeline> pipelines, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(pipelines.Select((pipeline, lane) => Task.Run(async () =>
        {
            for (var i = lane; i < ObviousMessages; i += ObviousConnections)
                await pipeline.SendAsync(SampleContent.Of(i % 64), i, cancellationToken);
        }, cancellationToken)));
        return ObviousMessages / clock.Elapsed.TotalSeconds;
    }

    private static double MeasureRsa(RSA key)
    {
        var data = new byte[1_024];
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var i = 0; i < Signatures; i++)
            key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / Signatures;
    }

    private static async Task<string> OpensslAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var openssl = Process.Start(new ProcessStartInfo("openssl", "speed -seconds 2 rsa2048") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var output = await openssl.StandardOutput.ReadToEndAsync(cancellationToken);
            return output.Split('\n').LastOrDefault(line => line.StartsWith("rsa", StringComparison.Ordinal))?.Trim() ?? "it printed no figure";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "openssl is not here";
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private sealed record Round(double PerSecond, double Cpu, double Kib, double First);
}
