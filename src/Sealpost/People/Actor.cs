namespace Sealpost.People;

/// <summary>What a person may do; a person may hold several.</summary>
[Flags]
public enum Roles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Writes audiences and campaigns, submits and sends approved ones.</summary>
    Marketer = 1,

    /// <summary>Approves campaigns written by somebody else.</summary>
    Approver = 2,

    /// <summary>Authorizations, suppressions, restrictions, agreements, risk acceptances, ledger, patient records.</summary>
    Compliance = 4,

    /// <summary>People, tokens, keys, settings, imports.</summary>
    Administrator = 8,

    /// <summary>Reads ledger, receipts and reports; changes nothing.</summary>
    Auditor = 16,
}

/// <summary>Who acts. 45 CFR 164.312(a)(2)(i): one id for one person, never reused.</summary>
/// <param name="Id">Opaque id, as the ledger records it; <c>local-owner</c> for the owner of the data folder.</param>
/// <param name="Name">Name for people.</param>
/// <param name="Roles">Rights.</param>
public sealed record Actor(string Id, string Name, Roles Roles)
{
    /// <summary>How long a passkey or code counts as fresh for what asks for one.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5);

    /// <summary>The owner of the data folder, acting without a token: may do everything except approve a campaign that he wrote.</summary>
    public static Actor LocalOwner { get; } = new("local-owner", "local owner", Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor);

    /// <summary>Acts by a token that may only read. Default: false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>When the person, at work in a browser, last showed a passkey or a code (UTC); null for tokens and the folder's owner, whose every command carries the secret itself.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>Refuses unless the actor may change things and holds one of the rights.</summary>
    /// <exception cref="RefusedException">Names the right that is missing.</exception>
    public void Require(Roles anyOf, string toDo)
    {
        if (ReadOnly)
            throw new RefusedException($"{Name} may not {toDo} by this token: it may only read. Use a token that may write.") { Kind = RefusalKind.NotPermitted };
        RequireToRead(anyOf, toDo);
    }

    /// <summary>Refuses unless the actor holds one of the rights. For operations that change nothing: tokens that may only read pass.</summary>
    /// <exception cref="RefusedException">Names the right that is missing.</exception>
    public void RequireToRead(Roles anyOf, string toDo)
    {
        if ((Roles & anyOf) == Roles.None)
            throw new RefusedException($"{Name} may not {toDo}: this needs the role {RoleNames.Of(anyOf)}. Ask an administrator (`sealpost user grant`).") { Kind = RefusalKind.NotPermitted };
    }

    /// <summary>Refuses where the person sits at a browser and showed no passkey or code for <see cref="FreshFor"/>. 45 CFR 164.312(d).</summary>
    /// <exception cref="RefusedException">Asks to confirm; the page that called shows how.</exception>
    public void RequireFresh(DateTimeOffset now, string toDo)
    {
        if (VerifiedAt is { } at && now - at >= FreshFor)
            throw new RefusedException($"Confirm that it is you to {toDo}: show your passkey or a code of your authenticator app, then try again.") { Kind = RefusalKind.Unconfirmed };
    }
}

/// <summary>Names of roles, as commands write them.</summary>
public static class RoleNames
{
    /// <summary>Reads a comma-separated list.</summary>
    /// <exception cref="RefusedException">An unknown role; the known ones are named.</exception>
    public static Roles Parse(string text)
    {
        var roles = Roles.None;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Enum.TryParse<Roles>(part, ignoreCase: true, out var role) || role == Roles.None || !part.All(char.IsAsciiLetter))
                throw new RefusedException($"'{part}' is no role. Roles are marketer, approver, compliance, administrator, auditor.");
            roles |= role;
        }

        return roles;
    }

    /// <summary>What a role may do, in plain words.</summary>
    public static string Means(Roles role) => role switch
    {
        Roles.Marketer => "Writes audiences, messages and campaigns, submits them, and sends those that somebody else approved.",
        Roles.Approver => "Approves campaigns that somebody else wrote.",
        Roles.Compliance => "Keeps authorizations, opt-outs, restrictions, agreements and risk acceptances; reads the ledger and a patient's record of messages.",
        Roles.Administrator => "Invites and ends people, sets their roles, makes tokens; imports patients; keeps keys and settings.",
        Roles.Auditor => "Reads ledger, receipts and reports, and changes nothing.",
        _ => "May do nothing.",
    };

    /// <summary>Every role there is.</summary>
    public static IReadOnlyList<Roles> All { get; } = [.. Enum.GetValues<Roles>().Where(role => role != Roles.None)];

    /// <summary>The names, joined with <c>or</c> for messages.</summary>
    public static string Of(Roles roles) => string.Join(" or ", Split(roles));

    /// <summary>The names, comma-separated, for the store.</summary>
    public static string List(Roles roles) => string.Join(',', Split(roles));

    private static IEnumerable<string> Split(Roles roles) =>
        Enum.GetValues<Roles>().Where(role => role != Roles.None && roles.HasFlag(role)).Select(role => role.ToString().ToLowerInvariant());
}
