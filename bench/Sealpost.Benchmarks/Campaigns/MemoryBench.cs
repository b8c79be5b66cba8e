using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Benchmarks.Sending;
using Sealpost.Campaigns;
using Sealpost.Delivery;

namespace Sealpost.Benchmarks.Campaigns;

/// <summary>How much memory a large campaign takes above the same process at rest, its audience indexed.</summary>
internal static class MemoryBench
{
    private const int WarmUp = 2_000;

    private static readonly string[] Domains = [.. Enumerable.Range(0, 8).Select(i => $"d{i}.example.com")];
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        using var sink = await SmtpSink.StartAsync(cancellationToken);
        await using var clinic = await BenchClinic.OpenAsync(BenchClinic.Into(sink), cancellationToken);
        await clinic.AddPatientsAsync(WarmUp, Domains, cancellationToken);
        await using var send = await SendCampaign.OpenAsync(clinic.Context, clinic.Options, takeOver: true, NullLogger.Instance, cancellationToken);

        // Once in small: code is compiled, connections were made.
        await SendAsync(clinic, send, "small", cancellationToken);
        await clinic.AddPatientsAsync(patients - WarmUp, Domains, cancellationToken);
        await clinic.ApproveAsync(BenchClinic.Content("large"), cancellationToken);
        var atRest = AtRest();
        var clock = Stopwatch.StartNew();
        using var ended = new CancellationTokenSource();
        var watching = WatchAsync(ended.Token);
        await send.SendAsync("large", BenchClinic.Author, cancellationToken);
        var state = await send.WaitAsync("large", cancellationToken);
        await ended.CancelAsync();
        var (highest, heap) = await watching;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {patients:N0} patients, {state}: sent in {clock.Elapsed.TotalSeconds:0} s ({patients / clock.Elapsed.TotalSeconds:0} a second).

            | | MiB |
            | --- | ---: |
            | resident at rest, the audience indexed and counted | {atRest / 1_048_576} |
            | highest while sending | {highest / 1_048_576} |
            | **added** | **{(highest - atRest) / 1_048_576}** |
            | managed heap at its highest | {heap / 1_048_576} |
            | resident afterwards | {AtRest() / 1_048_576} |
            """));
    }

    private static async Task SendAsync(BenchClinic clinic, SendCampaign send, string name, CancellationToken cancellationToken)
    {
        await clinic.ApproveAsync(BenchClinic.Content(name), cancellationToken);
        await send.SendAsync(name, BenchClinic.Author, cancellationToken);
        await send.WaitAsync(name, cancellationToken);
    }

    private static long AtRest()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }

    private static async Task<(long Highest, long Heap)> WatchAsync(CancellationToken ended)
    {
        var (highest, heap) = (0L, 0L);
        while (!ended.IsCancellationRequested)
        {
            highest = Math.Max(highest, Environment.WorkingSet);
            heap = Math.Max(heap, GC.GetGCMemoryInfo().HeapSizeBytes);
            await Task.Delay(Look, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (highest, heap);
    }
}
