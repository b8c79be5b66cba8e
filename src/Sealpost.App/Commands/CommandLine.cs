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
    private static readonly HashSet<string> Local = new(StringComparer.Ordinal) { "init", "serve", "demo", "restore" };

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

    private static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("Sealpost: HIPAA-compliant, personalised email for healthcare, self-hosted.");
        root.Add(Data);
        root.Add(Organisation);
        root.Add(Json);
        foreach (var command in Commands(context))
            root.Add(command);
        return root;
    }

    /// <summary>Parses what was typed. <c>@FILE</c> stays as typed: the command reads the file, in the typist's folder.</summary>
    public static ParseResult Parse(CommandContext context, string[] arguments) =>
        Build(context).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>True where the command must run in the process that owns the data folder.</summary>
    public static bool NeedsOwner(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        while (result.Parent is System.CommandLine.Parsing.CommandResult parent && parent.Command is not RootCommand)
            result = parent;
        return result.Command is not RootCommand && !Local.Contains(result.Command.Name) && !IsOffline(parsed);
    }

    /// <summary>An auditor verifies a receipt with the public key on a machine that has no data folder.</summary>
    private static bool IsOffline(ParseResult parsed) =>
        parsed.CommandResult.Command is { Name: "verify" } command && command.Parents.Any(parent => parent.Name == "receipt")
        && parsed.CommandResult.Command.Options.Any(option => option.Name == "--key" && parsed.GetResult(option) is { Implicit: false });

    /// <summary>Parses and runs; every failure becomes a sentence on stderr and an exit code.</summary>
    public static async Task<int> RunAsync(CommandContext context, string[] arguments, CancellationToken cancellationToken)
    {
        var parsed = Parse(context, arguments);
        if (parsed.Errors.Count > 0)
        {
            if (parsed.UnmatchedTokens.Count == 0 && parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null })
            {
                // A group alone: what is in it is the answer. It is still no command, so the exit code says bad usage.
                await Parse(context, [.. PathOf(parsed.CommandResult).Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])
                    .InvokeAsync(new InvocationConfiguration { Output = context.Error, Error = context.Error }, cancellationToken).ConfigureAwait(false);
                return 2;
            }

            foreach (var error in parsed.Errors.Where(error => parsed.UnmatchedTokens.Count == 0 || !ReferenceEquals(error.SymbolResult, parsed.CommandResult) || error.Message.Contains('\'', StringComparison.Ordinal)))
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
        catch (Exception exception) when (exception is not (OutOfMemoryException or StackOverflowException))
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
        .. TemplateCommands.All(context),
        .. LibraryCommands.All(context),
        .. ConsentCommands.All(context),
        .. RequestCommands.All(context),
        .. PickupCommands.All(context),
        .. DestinationCommands.All(context),
        .. BounceCommands.All(context),
        .. ReturnedCommands.All(context),
        .. AgreementCommands.All(context),
        .. ReceiptCommands.All(context),
        .. LedgerCommands.All(context),
        .. DisclosureCommands.All(context),
        .. KeyCommands.All(context),
        .. PatientCommands.All(context),
        .. PeopleCommands.All(context),
        .. OrganisationCommands.All(context),
        .. BackupCommands.All(context),
        .. DomainCommands.All(context),
        .. UnencryptedCommands.All(context),
        .. SmimeCommands.All(context),
    ];

    /// <summary>What to tell the typist. Never carries PHI: only messages that we wrote are shown; of any other failure only its kind and the place in our code.</summary>
    public static string Sentence(Exception exception) => exception switch
    {
        RefusedException or ImportException or LeaseLostException => exception.Message,
        SealException => exception.Message + " Nothing was changed. Restore the right key (`keys/root.key`, or the recovery kit) before you go on.",
        TransientStoreException => "The store is busy or away. Nothing was changed; try again.",
        OperationCanceledException => "Stopped.",
        IOException or UnauthorizedAccessException when exception.TargetSite?.DeclaringType?.Assembly == typeof(CommandLine).Assembly => exception.Message,
        IOException io => $"Reading or writing failed ({io.GetType().Name}). Check disk space, paths and permissions; the command can be run again.",
        UnauthorizedAccessException => "Access was denied by the file system. Run as the owner of the data folder.",
        ArgumentException argument when IsOurs(exception) => WithoutParameter(argument),
        InvalidOperationException or FormatException or InvalidDataException when IsOurs(exception) => exception.Message,
        _ => $"Sealpost failed: {exception.GetType().Name} in {Place(exception)}. This is a fault of the program; what was committed before stays. Please report this line.",
    };

    private static bool IsOurs(Exception exception) =>
        exception.TargetSite?.DeclaringType?.Assembly.GetName().Name?.StartsWith("Sealpost", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The message without .NET's " (Parameter 'x')", which tells a typist nothing.</summary>
    private static string WithoutParameter(ArgumentException exception) =>
        exception.Message.Split(" (Parameter '", 2)[0];

    /// <summary>The innermost method of ours on the stack; names of methods hold no data.</summary>
    private static string Place(Exception exception) =>
        new System.Diagnostics.StackTrace(exception).GetFrames().Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType?.FullName?.StartsWith("Sealpost", StringComparison.Ordinal) == true) is { } found
            ? $"{found.DeclaringType!.FullName}.{found.Name}"
            : "a library";

    private static string PathOf(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new Stack<string>();
        for (var at = result; at is not null && at.Command is not RootCommand; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(at.Command.Name);
        return names.Count == 0 ? "" : string.Join(' ', names) + " ";
    }
}
