using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Content;
using Sealpost.Delivery;

namespace Sealpost.Benchmarks.Sending;

/// <summary>Both pipelines against the same sink, in turn, in one run; medians of five rounds, CPU time of the sender alone.</summary>
internal static class SendingBench
{
    private const int Rounds = 5;
    private const int Connections = 8;
    private const int ObviousMessages = 160;
    private const int OwnMessages = 4_000;
    private const int Signatures = 1_000;

    // Rendered before, since rendering is not what is compared.
    private static readonly RenderedMessage[] Contents = [.. Enumerable.Range(0, 64).Select(SampleContent.Of)];

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        using var sink = await SmtpSink.StartAsync(cancellationToken);
        using var key = RSA.Create(2048);
        using var keys = DkimKeys.Create("mail.greenvalley.test", TimeProvider.System);
        var sign = new SignMessage(keys);
        var obvious = new List<ObviousPipeline>();
        var own = new List<SealpostPipeline>();
        for (var i = 0; i < Connections; i++)
        {
            obvious.Add(new ObviousPipeline(key));
            await obvious[i].ConnectAsync(sink, cancellationToken);
            own.Add(await SealpostPipeline.ConnectAsync(sink, sign, cancellationToken));
        }

        Task SendObvious(int lane, int number) => obvious[lane].SendAsync(Contents[number % Contents.Length], number, cancellationToken);
        Task SendOwn(int lane, int number) => own[lane].SendAsync(Contents[number % Contents.Length], number, cancellationToken);
        _ = await MeasureAsync(40, SendObvious);
        _ = await MeasureAsync(OwnMessages, SendOwn);
        var rounds = new List<(double Rsa, Figures Obvious, Figures Own, double Sign)>();
        for (var round = 0; round < Rounds; round++)
            rounds.Add((MeasureRsa(key), await MeasureAsync(ObviousMessages, SendObvious), await MeasureAsync(OwnMessages, SendOwn), MeasureSign(sign)));
        await output.WriteLineAsync(Report(rounds));
        foreach (var pipeline in own)
            await pipeline.DisposeAsync();
        obvious.ForEach(p => p.Dispose());
    }

    private static async Task<Figures> MeasureAsync(int messages, Func<int, int, Task> send)
    {
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(lane => Task.Run(async () =>
        {
            for (var i = lane; i < messages; i += Connections)
                await send(lane, i);
        })));
        clock.Stop();
        process.Refresh();
        return new Figures(
            messages / clock.Elapsed.TotalSeconds,
            (process.TotalProcessorTime - cpu).TotalMicroseconds / messages,
            (GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / messages);
    }

    // The floor: one signature by the platform, nothing else. CPU time, since the machine is shared.
    private static double MeasureRsa(RSA key)
    {
        var data = new byte[1_024];
        return MeasureCpu(() => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static double MeasureSign(SignMessage sign)
    {
        var headers = new MessageHeaders("patient1@example.com", "m1@mail.greenvalley.test", TimeProvider.System.GetUtcNow(), null, Bulk: true);
        return MeasureCpu(() => sign.Sign(Contents[1], headers).Dispose());
    }

    private static double MeasureCpu(Action action)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var i = 0; i < Signatures; i++)
            action();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / Signatures;
    }

    private static string Report(List<(double Rsa, Figures Obvious, Figures Own, double Sign)> rounds)
    {
        var rsa = Median(rounds.Select(r => r.Rsa));
        var lines = new List<string>
        {
            "| what | messages a second | sender CPU µs a message | CPU ÷ one RSA-2048 signature | KiB allocated a message |",
            "| --- | ---: | ---: | ---: | ---: |",
            Row("obvious pipeline", rounds.Select(r => r.Obvious).ToList(), rounds.Select(r => r.Obvious.CpuMicroseconds / r.Rsa)),
            Row("Sealpost", rounds.Select(r => r.Own).ToList(), rounds.Select(r => r.Own.CpuMicroseconds / r.Rsa)),
            string.Create(CultureInfo.InvariantCulture, $"| compose and sign twice, alone | | {Median(rounds.Select(r => r.Sign)):0} | {Median(rounds.Select(r => r.Sign / r.Rsa)):0.00} | |"),
            string.Create(CultureInfo.InvariantCulture, $"| base: RSA.SignData alone | | {rsa:0} | 1 | |"),
            "",
            string.Create(CultureInfo.InvariantCulture, $"Ratio in messages a second, Sealpost to obvious: **{Median(rounds.Select(r => r.Own.PerSecond / r.Obvious.PerSecond)):0.0}** (rounds: {string.Join(", ", rounds.Select(r => (r.Own.PerSecond / r.Obvious.PerSecond).ToString("0.0", CultureInfo.InvariantCulture)))}). "
                + $"Ratio in sender CPU, obvious to Sealpost: **{Median(rounds.Select(r => r.Obvious.CpuMicroseconds / r.Own.CpuMicroseconds)):0.0}**."),
        };
        return string.Join('\n', lines);
    }

    private static string Row(string name, List<Figures> figures, IEnumerable<double> ratios) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {Median(figures.Select(f => f.PerSecond)):0} | {Median(figures.Select(f => f.CpuMicroseconds)):0} | {Median(ratios):0.00} | {Median(figures.Select(f => f.AllocatedKib)):0} |");

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>One round of one pipeline.</summary>
    private sealed record Figures(double PerSecond, double CpuMicroseconds, double AllocatedKib);
}
