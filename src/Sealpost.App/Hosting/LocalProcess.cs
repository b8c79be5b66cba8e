using Sealpost.App.Commands;

namespace Sealpost.App.Hosting;

/// <summary>A command typed in a shell: run by the process that owns the data folder, or by this one as its owner for that while.</summary>
internal static class LocalProcess
{
    private static readonly TimeSpan OwnerStarts = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        Installation? installation = null;
        SocketServer? server = null;
        FileStream? held = null;
        DataFolder? folder = null;
        using var log = Logging.Create();
        await using var input = Console.OpenStandardInput();
        var context = new CommandContext
        {
            Out = Console.Out,
            Error = Console.Error,
            In = input,
            WorkingFolder = Environment.CurrentDirectory,
            Token = Environment.GetEnvironmentVariable("SEALPOST_TOKEN"),
            Interactive = !Console.IsErrorRedirected,
            OpenInstallation = async token =>
            {
                if (installation is null)
                {
                    installation = await Installation.OpenAsync(folder!, log, token).ConfigureAwait(false);
                    server = SocketServer.Start(folder!.Socket, installation, CommandLine.RunAsync, log.CreateLogger<SocketServer>());
                }

                return installation;
            },
        };

        var parsed = CommandLine.Parse(context, arguments);
        if (parsed.Errors.Count > 0 || !CommandLine.NeedsOwner(parsed))
            return BounceCommands.ExitOf(parsed, await CommandLine.RunAsync(context, arguments, cancellationToken).ConfigureAwait(false));

        folder = new DataFolder(DataFolder.Default(parsed.GetValue(CommandLine.Data)));
        if (!folder.IsInitialised)
        {
            await context.Error.WriteLineAsync($"There is no Sealpost data in '{folder.Root}'. `sealpost serve` or `sealpost init` makes it; `--data DIR` or SEALPOST_DATA names another folder.").ConfigureAwait(false);
            return BounceCommands.ExitOf(parsed, 1);
        }

        try
        {
            held = folder.TryLock();
            if (held is null)
                return BounceCommands.ExitOf(parsed, await AskOwnerAsync(folder, context, arguments, cancellationToken).ConfigureAwait(false));
            return BounceCommands.ExitOf(parsed, await CommandLine.RunAsync(context, arguments, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            await context.Error.WriteLineAsync(CommandLine.Sentence(exception)).ConfigureAwait(false);
            return BounceCommands.ExitOf(parsed, 1);
        }
        finally
        {
            if (server is not null)
                await server.DisposeAsync().ConfigureAwait(false);
            if (installation is not null)
                await installation.DisposeAsync().ConfigureAwait(false);
            if (held is not null)
                await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> AskOwnerAsync(DataFolder folder, CommandContext context, string[] arguments, CancellationToken cancellationToken)
    {
        var request = new CommandRequest(arguments, context.WorkingFolder, context.Token, context.Interactive);
        await using var output = Console.OpenStandardOutput();
        await using var error = Console.OpenStandardError();
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            if (await SocketClient.RunAsync(folder.Socket, request, context.In, output, error, cancellationToken).ConfigureAwait(false) is { } exit)
                return exit;

            // The owner holds the lock but does not listen yet: it is starting.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        while (TimeProvider.System.GetElapsedTime(started) < OwnerStarts);

        await context.Error.WriteLineAsync($"Another process holds '{folder.Root}' but does not answer at {folder.Socket}. Wait for it to end, or stop it.").ConfigureAwait(false);
        return 1;
    }
}
