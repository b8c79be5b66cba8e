namespace Sealpost.App.Pages.SignIn;

/// <summary>Where a person goes after signing in: a place of ours, whatever the address said.</summary>
internal static class LocalAddress
{
    /// <summary>The address where it is a path of this server; the start page otherwise.</summary>
    public static string Of(string? to) =>
        to is ['/', ..] && to is not ['/', '/' or '\\', ..] && !to.Any(char.IsControl) && Uri.TryCreate(to, UriKind.Relative, out _) ? to : "/";
}
