using System.CommandLine;
using Sealpost.Campaigns;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Sealing;

namespace Sealpost.App.Commands;

/// <summary>The command tree, and the one place where a failure becomes an exit code: 0 done, 1 refused or failed, 2 bad usage.</summary>
internal static class CommandLine
{
    /// <summary>Commands that manage the data folder themselves and never travel over the socket.</summary>
    private static readonly HashSet<string> Local = new(StringComparer.Ordinal) { "init", "serve", "demo" };

    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "Data folder. Default: SEALPOST_DATA, else ./sealpost-data.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<string?> Organisation { get; } = new("--org")
    {
        Description = "Organisation, where the data folder holds several.",
        HelpName = "NAME",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON document on stdout; progress and messages go to stderr.",
        Recursive = true,
    };

    public static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("Sealpost: HIPAA-compliant, personalised email for healthcare, self-hosted.");
        root.Add(Data);
        root.Add(Organisation);
        root.Add(Json);
        foreach (var command in Commands(context))
            root.Add(command);
        return root;
    }

    /// <summary>True where the command must run in the process that owns the data folder.</summary>
    public static bool NeedsOwner(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        while (result.Parent is System.CommandLine.Parsing.CommandResult parent && parent.Command is not RootCommand)
            result = parent;
        return result.Command is not RootCommand && !Local.Contains(result.Command.Name);
    }

    /// <summary>Parses and runs; every failure becomes a sentence on stderr and an exit code.</summary>
    public static async Task<int> RunAsync(CommandContext context, string[] arguments, CancellationToken cancellationToken)
    {
        var parsed = Build(context).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await context.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            await context.Error.WriteLineAsync($"`sealpost {PathOf(parsed.CommandResult)}--help` shows what it takes.").ConfigureAwait(false);
            return 2;
        }

        context.Json = parsed.GetValue(Json);
        context.OrganisationName = parsed.GetValue(Organisation);
        try
        {
            var configuration = new InvocationConfiguration { Output = context.Out, Error = context.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Sentence(exception) is not null)
        {
            await context.Error.WriteLineAsync(Sentence(exception)).ConfigureAwait(false);
            return 1;
        }
    }

    private static IEnumerable<Command> Commands(CommandContext context) =>
    [
        .. DemoCommand.All(context),
        .. StartCommands.All(context),
        .. ImportCommands.All(context),
        .. AudienceCommands.All(context),
        .. CampaignCommands.All(context),
        .. ConsentCommands.All(context),
        .. AgreementCommands.All(context),
        .. LedgerCommands.All(context),
        .. KeyCommands.All(context),
        .. PatientCommands.All(context),
        .. PeopleCommands.All(context),
        .. OrganisationCommands.All(context),
    ];

    /// <summary>What to tell the typist; null where the failure is a bug that must not be hidden. Never carries PHI: only our own exceptions' messages are shown.</summary>
    private static string? Sentence(Exception exception) => exception switch
    {
        RefusedException => exception.Message,
        ArgumentException or ImportException or FormatException or LeaseLostException => exception.Message,
        SealException => exception.Message + " Nothing was changed. Restore the right key (`keys/root.key`, or the recovery kit) before you go on.",
        TransientStoreException => "The store is busy or away. Nothing was changed; try again.",
        OperationCanceledException => "Stopped.",
        IOException io => $"Reading or writing failed ({io.GetType().Name}). Check disk space, paths and permissions; the command can be run again.",
        UnauthorizedAccessException => "Access was denied by the file system. Run as the owner of the data folder.",
        _ => null,
    };

    private static string PathOf(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new Stack<string>();
        for (var at = result; at is not null && at.Command is not RootCommand; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(at.Command.Name);
        return names.Count == 0 ? "" : string.Join(' ', names) + " ";
    }
}
