using Sealpost.Benchmarks.Campaigns;
using Sealpost.Benchmarks.Counting;
using Sealpost.Benchmarks.Lab;
using Sealpost.Benchmarks.Pages;
using Sealpost.Benchmarks.Paging;
using Sealpost.Benchmarks.Selecting;
using Sealpost.Benchmarks.Sending;
using Sealpost.Benchmarks.Storing;

if (args is [SmtpSink.Argument])
    await SmtpSink.ServeAsync();
else if (args is ["sending"])
    await SendingBench.RunAsync(Console.Out, CancellationToken.None);
else if (args is ["path", .. var count])
    await MessagePathBench.RunAsync(Console.Out, count is [var each] ? int.Parse(each, System.Globalization.CultureInfo.InvariantCulture) : 5_000, CancellationToken.None);
else if (args is ["campaign", .. var mailed])
    await CampaignBench.RunAsync(Console.Out, mailed is [var whole] ? int.Parse(whole, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000, CancellationToken.None);
else if (args is ["lab", .. var people])
    await LabBench.RunAsync(Console.Out, people is [var all] ? int.Parse(all, System.Globalization.CultureInfo.InvariantCulture) : 50_000, CancellationToken.None);
else if (args is ["audience", .. var size])
    new AudienceBench(Console.Out, size is [var patients] ? int.Parse(patients, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000).Run();
else if (args is ["storing"])
{
    await using var bench = new StoringBench(Console.Out);
    await bench.RunAsync(CancellationToken.None);
}
else if (args is ["deliveries", .. var rows])
    await new DeliveriesBench(Console.Out).RunAsync(rows is [var listed] ? int.Parse(listed, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000, CancellationToken.None);
else if (args is ["pages", .. var guests])
    await PagesBench.RunAsync(Console.Out, guests is [var many] ? int.Parse(many, System.Globalization.CultureInfo.InvariantCulture) : 100_000, CancellationToken.None);
else if (args is ["counts", .. var charts])
    await CountsBench.RunAsync(Console.Out, charts is [var given] ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 100_000, CancellationToken.None);
else
    BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(CountsBench).Assembly).Run(args);
