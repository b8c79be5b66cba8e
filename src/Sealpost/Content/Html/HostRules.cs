namespace Sealpost.Content.Html;

/// <summary>Where a message may point: links anywhere over https, everything that loads by itself to the organisation's own hosts.</summary>
/// <remarks>A picture, font or style sheet on another host tells it who read what and when: a disclosure. 45 CFR 164.502(a).</remarks>
internal sealed class HostRules(IReadOnlySet<string> ownHosts)
{
    /// <summary>Why a link's address is refused, or null.</summary>
    public static string? RefuseLink(string url)
    {
        if (url.StartsWith('#'))
            return null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return $"link \"{Shorten(url)}\": write the whole address, beginning with https://.";
        if (uri.Scheme is "mailto" or "tel")
            return null;
        return uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 ? null : $"link \"{Shorten(url)}\": links use https, mailto or tel.";
    }

    /// <summary>Why the address of something that loads by itself is refused, or null.</summary>
    public string? RefuseResource(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 && IsOwn(uri)
            ? null
            : $"\"{Shorten(url)}\" would be loaded from outside the organisation: pictures, fonts and style sheets must be https on {Hosts}.";

    /// <summary>Whether a link leads to one of the organisation's hosts, or to no host at all.</summary>
    public bool IsOwnLink(string url) => url.StartsWith('#') || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme is "mailto" or "tel" || IsOwn(uri)));

    private string Hosts => ownHosts.Count == 0 ? "a host of the organisation (none is set)" : string.Join(" or ", ownHosts.Order(StringComparer.Ordinal));

    private bool IsOwn(Uri uri) => ownHosts.Contains(uri.IdnHost) || ownHosts.Contains(uri.Host);

    private static string Shorten(string url) => url.Length <= 80 ? url : url[..77] + "...";
}
