using System.CommandLine;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;

namespace Sealpost.App.Commands;

/// <summary>Everything embedded, in two minutes: <c>demo</c>.</summary>
internal static class DemoCommand
{
    public static IEnumerable<Command> All(CommandContext context)
    {
        var once = new Option<bool>("--once") { Description = "Exit after the report instead of keeping the server up." };
        var patients = new Option<int>("--patients") { Description = "Synthetic patients to make; 1 to 1,000,000.", HelpName = "N", DefaultValueFactory = _ => 1_000 };
        patients.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000)
                result.AddError("--patients takes 1 to 1000000.");
        });
        var urls = new Option<string>("--urls") { Description = "Where the server listens.", HelpName = "URLS", DefaultValueFactory = _ => "http://localhost:8080" };
        var command = new Command("demo", "Make synthetic patients, send a campaign over verified TLS to a built-in mailbox, show the report.") { once, patients, urls };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = new DataFolder(DataFolder.Default(parsed.GetValue(CommandLine.Data)));
            await using var held = Take(folder);
            await DemoRun.RunAsync(context, folder, parsed.GetValue(patients), parsed.GetValue(once) ? null : parsed.GetRequiredValue(urls), cancellationToken).ConfigureAwait(false);
            return 0;
        });
        return [command];
    }

    /// <summary>Takes the folder; an earlier demo in it is replaced, real data is refused.</summary>
    private static FileStream Take(DataFolder folder)
    {
        if (folder.IsInitialised && !folder.IsDemo)
            throw new RefusedException($"'{folder.Root}' holds real data, so the demo stays away from it. Name an empty folder: --data DIR.");
        var held = folder.TryLock() ?? throw new RefusedException($"Another process holds '{folder.Root}'. Stop it, or name another folder with --data.");
        if (folder.IsDemo)
            folder.RemoveContents();
        File.WriteAllText(folder.DemoMark, "Made by `sealpost demo`: synthetic patients only. The next demo replaces this folder.\n");
        return held;
    }
}
