using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Benchmarks.Sending;
using Sealpost.Campaigns;
using Sealpost.Reports;

namespace Sealpost.Benchmarks.Campaigns;

/// <summary>One large campaign over the real path to the sink: memory above the same process at rest, first acceptance, speed, and an outcome for every patient.</summary>
internal static class CampaignBench
{
    private const int WarmUp = 2_000;

    private static readonly string[] Domains = [.. Enumerable.Range(0, 8).Select(i => $"d{i}.example.com")];
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patients, WarmUp);
        using var sink = await SmtpSink.StartAsync(cancellationToken);
        await using var clinic = await BenchClinic.OpenAsync(BenchClinic.Into(sink), cancellationToken);
        await clinic.AddPatientsAsync(WarmUp, Domains, cancellationToken);
        await using var send = await SendCampaign.OpenAsync(clinic.Context, clinic.Options, takeOver: true, NullLogger.Instance, cancellationToken);

        // Once in small: code is compiled, connections were made.
        await clinic.ApproveAsync(BenchClinic.Content("small"), cancellationToken);
        await send.SendAsync("small", BenchClinic.Author, cancellationToken);
        await send.WaitAsync("small", cancellationToken);

        var seeding = Stopwatch.StartNew();
        await clinic.AddPatientsAsync(patients - WarmUp, Domains, cancellationToken);
        seeding.Stop();
        var loading = Stopwatch.StartNew();
        await clinic.ApproveAsync(BenchClinic.Content("large"), cancellationToken);
        loading.Stop();
        var atRest = AtRest();
        using var ended = new CancellationTokenSource();
        var watching = WatchAsync(ended.Token);
        var (clock, started, cpu) = (Stopwatch.StartNew(), TimeProvider.System.GetUtcNow(), Environment.CpuUsage.TotalTime);
        await send.SendAsync("large", BenchClinic.Author, cancellationToken);
        var state = await send.WaitAsync("large", cancellationToken);
        clock.Stop();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        await ended.CancelAsync();
        var (highest, heap) = await watching;
        var report = await new ReadCampaignReport(clinic.Context).RunAsync("large", cancellationToken);
        if (report.Selected != patients || report.Accepted != patients)
            throw new InvalidOperationException($"Of {patients} patients {report.Selected} were selected and {report.Accepted} messages accepted; {report.Pending} rows are pending.");
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {patients:N0} patients, {state}, every row accepted: seeded in {seeding.Elapsed.TotalSeconds:0} s, indexed and approved in {loading.Elapsed.TotalSeconds:0} s.

            | | |
            | --- | ---: |
            | resident at rest, the audience indexed and counted, MiB | {atRest / 1_048_576} |
            | highest while sending, MiB | {highest / 1_048_576} |
            | **added**, MiB (target: less than 200) | **{(highest - atRest) / 1_048_576}** |
            | managed heap at its highest, MiB | {heap / 1_048_576} |
            | resident afterwards, MiB | {AtRest() / 1_048_576} |
            | first acceptance after `send`, ms (target: less than 2,000) | {(report.FirstAt!.Value - started).TotalMilliseconds:0} |
            | sent in, s | {clock.Elapsed.TotalSeconds:0} |
            | messages a second | {patients / clock.Elapsed.TotalSeconds:0} |
            | sender CPU, µs a message | {cpu.TotalMicroseconds / patients:0} |
            """));
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
