using Sealpost.App.Commands;
using Sealpost.App.Pages;

namespace Sealpost.App.Hosting;

/// <summary>The long-running owner of a data folder: patient pages, sending, and commands of other shells.</summary>
internal static class Server
{
    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="RefusedException">Another process holds the folder, or the address cannot be listened on.</exception>
    public static async Task RunAsync(DataFolder folder, string urls, CommandContext context, CancellationToken cancellationToken)
    {
        if (folder.IsDemo)
            throw new RefusedException($"'{folder.Root}' was made by `sealpost demo`, which also serves it; run that. `sealpost init` makes a folder for real work.");
        await using var held = folder.TryLock()
            ?? throw new RefusedException($"Another process holds '{folder.Root}'. Stop it, or name another folder with --data.");
        using var log = Logging.Create();
        await using var installation = await Installation.OpenAsync(folder, log, cancellationToken).ConfigureAwait(false);
        await using var socket = SocketServer.Start(folder.Socket, installation, CommandLine.RunAsync, log.CreateLogger<SocketServer>());
        await RunAsync(installation, urls, context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Serves an open installation until cancelled.</summary>
    public static async Task RunAsync(Installation installation, string urls, CommandContext context, CancellationToken cancellationToken)
    {
        await using var web = PatientPages.Build(installation, urls);
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new RefusedException($"{urls} cannot be listened on. Another program may use the port; --urls names another one.", exception);
        }

        var resumed = await installation.ResumeCampaignsAsync(cancellationToken).ConfigureAwait(false);
        await context.SayAsync($"Listening on {string.Join(", ", web.Urls)}. Stop with Ctrl+C.").ConfigureAwait(false);
        if (resumed > 0)
            await context.SayAsync($"{resumed} campaign{(resumed == 1 ? "" : "s")} resumed.").ConfigureAwait(false);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await web.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
