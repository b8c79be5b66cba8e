using System.Diagnostics;
using System.Text.Json;

namespace Sealpost.Tests.App;

/// <summary>The real executable, in a process of its own, with a data folder of its own.</summary>
internal sealed class SealpostProcess : IDisposable
{
    private readonly List<Process> _running = [];

    public string Data { get; } = Directory.CreateTempSubdirectory("sealpost-test-").FullName;

    /// <summary>Set on every process started from here.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "sealpost.dll");

    /// <summary>Runs a command to its end.</summary>
    public async Task<CommandResult> RunAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? token = null)
    {
        using var process = Start(arguments, token);
        await process.StandardInput.WriteAsync((input ?? "").AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<CommandResult> DoAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? token = null)
    {
        var result = await RunAsync(arguments, cancellationToken, input, token);
        Assert.True(result.ExitCode == 0, $"`{string.Join(' ', arguments)}` ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result;
    }

    /// <summary>Starts a command and lets it run; it is killed when this is disposed.</summary>
    public Process Start(string[] arguments, string? token = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Executable);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["SEALPOST_DATA"] = Data;
        start.Environment["SEALPOST_TOKEN"] = token;
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        lock (_running)
            _running.Add(process);
        return process;
    }

    public void Dispose()
    {
        foreach (var process in _running)
        {
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // Ended already.
            }
        }

        Directory.Delete(Data, recursive: true);
    }
}

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
