using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Sealpost.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sealpost.Tests.Storage;

/// <summary>A PostgreSQL server of the tests' own, started when the first test asks for a database and stopped after the last. Take it as a constructor parameter.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private readonly string? _programs = FindPrograms();
    private string? _folder;
    private int _databases;

    /// <summary>Folder of the server's Unix socket, once started.</summary>
    public string SocketFolder => _folder ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Port of the server, once started.</summary>
    public int Port { get; private set; }

    /// <summary>Makes an empty database and returns its URL. Skips the test, with the reason, where PostgreSQL is not installed.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        TestData.RequirePart(_programs is not null, "PostgreSQL (initdb and pg_ctl in /usr/lib/postgresql/*/bin)");
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_folder is null)
                await StartAsync(cancellationToken);
        }
        finally
        {
            _starting.Release();
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=sealpost;Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"postgres://sealpost@127.0.0.1:{Port}/{name}");
    }

    /// <summary>Copies a database, ending the connections to it, and returns the copy's URL: what a restored backup is.</summary>
    public async Task<string> CopyDatabaseAsync(string url, CancellationToken cancellationToken)
    {
        var (from, name) = (url[(url.LastIndexOf('/') + 1)..], string.Create(CultureInfo.InvariantCulture, $"copy{Interlocked.Increment(ref _databases)}"));
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=sealpost;Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // Idle ones in this process are closed first: their pool would hand out ended ones.
        NpgsqlConnection.ClearAllPools();
        command.CommandText = $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{from}'";
        await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText = $"CREATE DATABASE {name} TEMPLATE {from}";
        await command.ExecuteNonQueryAsync(cancellationToken);
        return url[..(url.LastIndexOf('/') + 1)] + name;
    }

    /// <summary>Runs a program of the server's installation, such as <c>pg_dump</c>, and returns what it printed.</summary>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        TestData.RequirePart(_programs is not null, "PostgreSQL");
        return await RunAsOwnerAsync([Path.Combine(_programs!, program), .. arguments], cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        if (_folder is { } folder)
        {
            _folder = null;
            await RunAsOwnerAsync([Path.Combine(_programs!, "pg_ctl"), "-D", Path.Combine(folder, "data"), "-m", "immediate", "-w", "stop"], CancellationToken.None);
            await RunAsOwnerAsync(["rm", "-rf", folder], CancellationToken.None);
        }
    }

    private static string? FindPrograms() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
                .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")))
            : null;

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), "sealpost-pg-" + Path.GetRandomFileName());
        await RunAsOwnerAsync(["mkdir", "-m", "700", folder], cancellationToken);
        var data = Path.Combine(folder, "data");
        await RunAsOwnerAsync([Path.Combine(_programs!, "initdb"), "-D", data, "-U", "sealpost", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"], cancellationToken);
        Port = Ports.Take();
        // No fsync: these tests are about what is said, not about pulled plugs. No autovacuum: it visits each of hundreds of small databases, for an eighth of the run's CPU.
        var options = string.Create(CultureInfo.InvariantCulture, $"-c port={Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=400");
        await RunAsOwnerAsync([Path.Combine(_programs!, "pg_ctl"), "-D", data, "-l", Path.Combine(folder, "log"), "-o", options, "-w", "start"], cancellationToken);
        _folder = folder;
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
    }

    private void StopAtExit(object? sender, EventArgs e) => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>PostgreSQL refuses to run as root: then it runs as <c>postgres</c>, else <c>nobody</c>.</summary>
    private static async Task<string> RunAsOwnerAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        List<string> words = [.. command];
        if (Environment.UserName == "root")
        {
            var users = await File.ReadAllLinesAsync("/etc/passwd", cancellationToken);
            words.InsertRange(0, ["runuser", "-u", users.Any(user => user.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody", "--"]);
        }

        var start = new ProcessStartInfo(words[0], words.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{words[0]} did not start.");
        // pg_ctl leaves the server with our pipes, so their end is never seen: read what is there once the program has ended.
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]} failed: {await error}");
        return command[0].EndsWith("pg_ctl", StringComparison.Ordinal) ? "" : await output;
    }
}
