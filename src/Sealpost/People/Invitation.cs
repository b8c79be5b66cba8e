using Sealpost.Trust.Keys;

namespace Sealpost.People;

/// <summary>What a one-time link is for.</summary>
internal enum LinkKind
{
    /// <summary>An invited person joins an organisation.</summary>
    Invite = 0,

    /// <summary>The first person of an installation or organisation, its administrator.</summary>
    First = 1,

    /// <summary>A locked-out person gets in again and sets a new passkey; made by the folder's owner alone.</summary>
    Recover = 2,

    /// <summary>Signs a person of a demo folder in.</summary>
    Demo = 3,
}

/// <summary>A one-time link that was made and neither used nor revoked.</summary>
/// <param name="Id">Id; no secret.</param>
/// <param name="Kind">What for.</param>
/// <param name="Organisation">Organisation; 0 where there is none yet.</param>
/// <param name="ExpiresAt">Until when (UTC).</param>
internal sealed record Invitation(string Id, LinkKind Kind, OrganisationId Organisation, DateTimeOffset ExpiresAt)
{
    /// <summary>The organisation's name; empty where there is none yet.</summary>
    public string OrganisationName { get; init; } = "";

    /// <summary>The actor that the person will be; null for the first person.</summary>
    public string? Actor { get; init; }

    /// <summary>The person it lets in; null where it makes one.</summary>
    public string? Person { get; init; }

    /// <summary>Name of the invited; empty for the first person, who says it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Address of the invited; empty for the first person.</summary>
    public string Email { get; init; } = "";

    public Roles Roles { get; init; }

    /// <summary>Makes a person or lets a new passkey be set; otherwise an existing person signs in as always and joins.</summary>
    public bool SetsCredentials { get; init; }
}

/// <summary>What the person at a link chose to sign in with.</summary>
/// <param name="Name">Name, as the person gave it; of the invitation otherwise.</param>
/// <param name="Email">Address likewise.</param>
internal sealed record NewCredentials(string Name, string Email)
{
    /// <summary>The id promised to the authenticator as user handle, with the passkey.</summary>
    public string? PersonId { get; init; }

    /// <summary>A verified passkey…</summary>
    public Microsoft.AspNetCore.Identity.UserPasskeyInfo? Passkey { get; init; }

    /// <summary>…or a password…</summary>
    public string? Password { get; init; }

    /// <summary>…with the authenticator app's key…</summary>
    public string? AuthenticatorKey { get; init; }

    /// <summary>…and a code that proves the app has it.</summary>
    public string? Code { get; init; }
}

/// <summary>A person who just joined: the cookie of the session, and the recovery codes, shown this once.</summary>
internal sealed record Joined(string Cookie, IReadOnlyList<string> RecoveryCodes);
