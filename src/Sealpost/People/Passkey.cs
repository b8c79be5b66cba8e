namespace Sealpost.People;

/// <summary>A passkey as its owner sees it.</summary>
/// <param name="Id">Credential id, in URL-safe base 64.</param>
/// <param name="Name">Name that the person gave.</param>
/// <param name="CreatedAt">When it was made (UTC).</param>
/// <param name="LastUsedAt">When it last signed in (UTC); null where never.</param>
/// <param name="IsSynced">Copied between the person's devices by their maker.</param>
internal sealed record Passkey(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsSynced);

/// <summary>What a person can sign in with.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Email">The person's address.</param>
/// <param name="Passkeys">Passkeys, oldest first.</param>
/// <param name="HasPassword">A password with an authenticator app.</param>
/// <param name="RecoveryCodes">Recovery codes left.</param>
internal sealed record Means(string Name, string Email, IReadOnlyList<Passkey> Passkeys, bool HasPassword, int RecoveryCodes);
