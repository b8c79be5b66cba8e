using System.CommandLine;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>People and their tokens: <c>user</c>, <c>token</c>.</summary>
internal static class PeopleCommands
{
    /// <summary>Where `serve` listens unless told otherwise; by name, since passkeys refuse bare addresses.</summary>
    public const string DefaultBase = "http://localhost:8080";

    public static IEnumerable<Command> All(CommandContext context) =>
    [
        new Command("user", "People who act for the organisation.") { Add(context), Invite(context), Link(context), Grant(context), End(context), List(context) },
        new Command("token", "Tokens of people, for SEALPOST_TOKEN and the API.") { Create(context), Revoke(context) },
        SignInCommands.Group(context),
    ];

    private static Command Add(CommandContext context)
    {
        var (name, roles) = (Name(), RolesOption());
        var command = new Command("add", "Add a person.") { name, roles };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            var added = await organisation.People.AddAsync(parsed.GetRequiredValue(name), RoleNames.Parse(parsed.GetRequiredValue(roles)), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync($"{added.Name} added as {RoleNames.List(added.Roles)}. `sealpost token create` makes a token.").ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { id = added.Id, name = added.Name, roles = RoleNames.List(added.Roles) }).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Invite(CommandContext context)
    {
        var (name, roles, email, url) = (Name(), RolesOption(), Email(required: true), Url());
        var command = new Command("invite", "Invite a person to sign in; prints a link that works once, for 72 hours. Nothing is mailed: hand it over yourself.") { name, email, roles, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var who = new NewCredentials(parsed.GetRequiredValue(name), parsed.GetRequiredValue(email)!);
            var token = await installation.People.Invitations.InviteAsync(organisation.Context.Organisation.Id, who, RoleNames.Parse(parsed.GetRequiredValue(roles)), actor, cancellationToken).ConfigureAwait(false);
            return await WriteLinkAsync(context, parsed.GetValue(url), token).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Link(CommandContext context)
    {
        var (name, email, url) = (Name(), Email(required: false), Url());
        var command = new Command("link", "A new one-time link for a person who cannot get in. Only the owner of the data folder makes it.") { name, email, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var installation = await context.OpenInstallation(cancellationToken).ConfigureAwait(false);
            var token = await installation.People.Invitations.RecoverAsync(organisation.Context.Organisation.Id, parsed.GetRequiredValue(name), parsed.GetValue(email) ?? "", actor, cancellationToken).ConfigureAwait(false);
            return await WriteLinkAsync(context, parsed.GetValue(url), token).ConfigureAwait(false);
        });
        return command;
    }

    private static Command End(CommandContext context)
    {
        var name = Name();
        var command = new Command("end", "End a person here, at once: roles, tokens, invitations, open pages.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            await organisation.People.EndAsync(parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Ended, effective at once.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<int> WriteLinkAsync(CommandContext context, string? url, string token)
    {
        var link = (url ?? DefaultBase).TrimEnd('/') + Hosting.PeopleSetup.WelcomePath(token);
        if (context.Json)
            await context.WriteJsonAsync(new { link }).ConfigureAwait(false);
        else
            await context.Out.WriteLineAsync(link).ConfigureAwait(false);
        return 0;
    }

    private static Command Grant(CommandContext context)
    {
        var (name, roles) = (Name(), RolesOption());
        var command = new Command("grant", "Set a person's roles; --roles \"\" takes all away.") { name, roles };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            await organisation.People.GrantAsync(parsed.GetRequiredValue(name), RoleNames.Parse(parsed.GetRequiredValue(roles)), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync("Changed, effective with the next command.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show people and their roles.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, _) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            var people = await organisation.People.ListAsync(cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(people.Select(person => new { id = person.Id, name = person.Name, roles = RoleNames.List(person.Roles) })).ConfigureAwait(false);
            else if (people.Count == 0)
                await context.Out.WriteLineAsync("Nobody yet: only the folder's owner acts. `sealpost user add NAME --roles approver` adds an approver.").ConfigureAwait(false);
            foreach (var person in context.Json ? [] : people)
                await context.Out.WriteLineAsync($"{person.Name}  {RoleNames.List(person.Roles)}  {person.Id}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Create(CommandContext context)
    {
        var name = Name();
        var days = new Option<int>("--days") { Description = "Days until it expires; 1 to 365.", HelpName = "N", DefaultValueFactory = _ => 90 };
        var command = new Command("create", "Make a token. It is shown once.") { name, days };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            var token = await organisation.Tokens.CreateAsync(parsed.GetRequiredValue(name), new AccessTokenDraft("shell", TimeSpan.FromDays(parsed.GetValue(days))), actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { token }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(token).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Revoke(CommandContext context)
    {
        var name = Name();
        var command = new Command("revoke", "End all tokens of a person, at once.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor) = await AdministerAsync(context, cancellationToken).ConfigureAwait(false);
            var ended = await organisation.Tokens.RevokeAllAsync(parsed.GetRequiredValue(name), actor, cancellationToken).ConfigureAwait(false);
            await context.SayAsync($"{ended} ended.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<(Hosting.OpenOrganisation Organisation, Actor Actor)> AdministerAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        actor.Require(Roles.Administrator, "manage people and tokens");
        return (organisation, actor);
    }

    private static Argument<string> Name() => new("NAME") { Description = "The person's name." };

    private static Option<string?> Email(bool required) => new("--email") { Description = required ? "The person's email address." : "The person's email address, where they never signed in.", HelpName = "ADDRESS", Required = required };

    private static Option<string?> Url() => new("--url") { Description = $"Address of the server as people reach it. Default: {DefaultBase}.", HelpName = "URL" };

    private static Option<string> RolesOption() => new("--roles") { Description = "marketer, approver, compliance, administrator, auditor; comma-separated.", HelpName = "ROLES", Required = true };
}
