using Sealpost.Delivery;

namespace Sealpost.Organisations;

/// <summary>Settings of who we are to a relay.</summary>
internal static class RelaySettings
{
    /// <summary>Names with what they mean.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Known =>
    [
        new("via-user", "user at the relay, where it asks for one; said under verified TLS alone"),
        new("via-password-file", "file of this server with that user's password"),
    ];

    /// <summary>Who we are to it; null where no user is set.</summary>
    /// <exception cref="RefusedException">The name cannot be one.</exception>
    public static RelaySignIn? SignIn(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("via-user", out var user) ? null
        : user.Length is > 0 and <= 320 && !user.Any(char.IsControl) ? new RelaySignIn(user, token => PasswordFile.ReadAsync("via-password-file", settings, null, token))
        : throw new RefusedException("via-user: write 1 to 320 characters on one line.");
}
