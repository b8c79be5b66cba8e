using Sealpost.Benchmarks.Sending;

if (args is [SmtpSink.Argument])
    await SmtpSink.ServeAsync();
else if (args is ["sending"])
    await SendingBench.RunAsync(Console.Out, CancellationToken.None);
else
    BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
