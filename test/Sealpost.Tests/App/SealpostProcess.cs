using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Sealpost.Tests.App;

/// <summary>The real executable, in processes of its own, with folders of its own for data, sockets and temporary files.</summary>
internal sealed class SealpostProcess : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly List<Process> _running = [];
    private readonly ConcurrentDictionary<string, byte> _commandLines = new(StringComparer.Ordinal);
    private readonly string _root = Directory.CreateTempSubdirectory("sealpost-test-").FullName;

    public SealpostProcess()
    {
        Directory.CreateDirectory(Runtime);
        Directory.CreateDirectory(Temporary);
    }

    public string Data => Path.Combine(_root, "data");

    /// <summary>Where the processes put temporary files.</summary>
    public string Temporary => Path.Combine(_root, "tmp");

    /// <summary>A folder for the test's own files.</summary>
    public string Files => Directory.CreateDirectory(Path.Combine(_root, "files")).FullName;

    /// <summary>The socket of the process that owns the data folder.</summary>
    public string Socket => Directory.EnumerateFiles(Path.Combine(Runtime, "sealpost"), "*.sock").Single();

    /// <summary>Set on every process started from here.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>/proc/*/cmdline of every process started from here.</summary>
    public IEnumerable<string> CommandLines => _commandLines.Keys;

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "sealpost.dll");

    private string Runtime => Path.Combine(_root, "run");

    /// <summary>Runs a command to its end.</summary>
    public async Task<CommandResult> RunAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? token = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var process = Start(arguments, token);
        try
        {
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), patience.Token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input.
        }

        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
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
        start.Environment["XDG_RUNTIME_DIR"] = Runtime;
        start.Environment["TMPDIR"] = Temporary;
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        lock (_running)
            _running.Add(process);
        NoteCommandLine(process.Id);
        return process;
    }

    /// <summary>Starts <c>serve</c> on a free port and returns once it listens.</summary>
    public async Task<ServingProcess> ServeAsync(CancellationToken cancellationToken)
    {
        var serving = new ServingProcess(Start(["serve", "--urls", "http://127.0.0.1:0"]));
        await serving.Listening.WaitAsync(Patience, cancellationToken);
        return serving;
    }

    public void Dispose()
    {
        foreach (var process in _running)
        {
            try
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit(TimeSpan.FromSeconds(20));
            }
            catch (InvalidOperationException)
            {
                // Ended already.
            }
        }

        Directory.Delete(_root, recursive: true);
    }

    private void NoteCommandLine(int id)
    {
        try
        {
            _commandLines.TryAdd(File.ReadAllText($"/proc/{id}/cmdline"), 0);
        }
        catch (IOException)
        {
            // No /proc on this system, or the process has ended.
        }
    }
}

/// <summary>A running server; what it prints is kept.</summary>
internal sealed class ServingProcess
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServingProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Note(_error, line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The server ended: {Error}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Done once the server says that it listens.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Where it listens.</summary>
    public string Url => Output.Split("Listening on ", 2)[1].Split([',', ' ', '\n'], 2)[0].TrimEnd('.');

    public int ProcessId => _process.Id;

    public string Output => Text(_output);

    public string Error => Text(_error);

    /// <summary>Asks the server to stop, as Ctrl+C or the system would, and waits until it has.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(SealpostProcess.Patience);
        await _process.WaitForExitAsync(patience.Token);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private void Note(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
        if (line?.StartsWith("Listening on ", StringComparison.Ordinal) == true)
            _listening.TrySetResult();
    }
}

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
