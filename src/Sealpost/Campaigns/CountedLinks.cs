using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sealpost.Content;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>A link of one message that counts: what is stored of it.</summary>
/// <param name="Number">Which link of the campaign.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="TokenHash">SHA-256 of the token, first 16 bytes.</param>
internal sealed record CountedLink(int Number, string Url, byte[] TokenHash);

/// <summary>Puts opaque tokens in place of a campaign's links to the organisation's own pages. Links elsewhere, and those of our own footer, stay as they are.</summary>
/// <remarks>
/// 45 CFR 164.502(b): the link holds 128 random bits and nothing of patient, campaign or condition; who followed it stays with the organisation.
/// </remarks>
internal sealed partial class CountedLinks
{
    /// <summary>Path of the page that counts and leads on, below the organisation's public URL.</summary>
    public const string Path = "r/";

    /// <summary>How long a token leads anywhere.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(90);

    private readonly Uri _base;
    private readonly IReadOnlySet<string> _ownHosts;
    private readonly Dictionary<string, int> _numbers;
    private readonly Lock _lock = new();

    private CountedLinks(Uri publicUrl, IReadOnlySet<string> ownHosts, Dictionary<string, int> numbers)
    {
        _base = publicUrl.AbsoluteUri.EndsWith('/') ? publicUrl : new Uri(publicUrl.AbsoluteUri + "/");
        _ownHosts = ownHosts;
        _numbers = numbers;
    }

    /// <summary>The links of a campaign as far as they were met before; null for one whose clicks are not counted.</summary>
    public static async Task<CountedLinks?> OfAsync(PreparedCampaign prepared, OrganisationContext context, bool allowed, CancellationToken cancellationToken)
    {
        var content = prepared.Campaign.Content;
        if (!allowed || !content.CountClicks || prepared.Basis.Class == Consent.MessageClass.N3 || prepared.Basis.Categories.Count > 0
            || content.Purpose is Consent.Purpose.Marketing or Consent.Purpose.MarketingPaid)
            return null;
        var targets = await LinkRows.TargetsAsync(context, prepared.Campaign.Id, cancellationToken).ConfigureAwait(false);
        return new CountedLinks(context.Organisation.PublicUrl, CampaignHosts.Of(context.Organisation), targets.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal));
    }

    /// <summary>Hash under which a token is found; null for a text that is none.</summary>
    public static byte[]? HashOf(string token) =>
        token.Length == 22 && Base64Url.IsValid(token) ? SHA256.HashData(Encoding.ASCII.GetBytes(token))[..16] : null;

    /// <summary>The message with its links counted, and what is to be stored before it leaves.</summary>
    public (RenderedMessage Message, IReadOnlyList<CountedLink> Links) Count(RenderedMessage message)
    {
        var links = new Dictionary<string, (string Counted, CountedLink Link)>(StringComparer.Ordinal);
        var html = Href().Replace(message.Html, match =>
        {
            var url = WebUtility.HtmlDecode(match.Groups["url"].Value);
            return Countable(url, message) ? $" href=\"{WebUtility.HtmlEncode(Of(url, links))}\"" : match.Value;
        });
        if (links.Count == 0)
            return (message, []);
        var text = message.Text;
        foreach (var (url, (counted, _)) in links.OrderByDescending(pair => pair.Key.Length))
            text = Regex.Replace(text, Regex.Escape(url) + "(?![A-Za-z0-9/_?&=%#~-])", counted.Replace("$", "$$", StringComparison.Ordinal), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return (message with { Html = html, Text = text }, [.. links.Values.Select(link => link.Link)]);
    }

    private string Of(string url, Dictionary<string, (string Counted, CountedLink Link)> links)
    {
        if (links.TryGetValue(url, out var known))
            return known.Counted;
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var counted = new Uri(_base, Path + token).AbsoluteUri;
        links[url] = (counted, new CountedLink(NumberOf(url), url, HashOf(token)!));
        return counted;
    }

    private bool Countable(string url, RenderedMessage message) =>
        url != message.UnsubscribeUrl
        && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.IsDefaultPort && _ownHosts.Contains(uri.IdnHost)
        && !IsPatientPage(uri);

    // Opt-out, preferences, authorization and pickup are no business of measuring.
    private bool IsPatientPage(Uri uri) => uri.Host == _base.Host && uri.AbsolutePath.Length > 3 && uri.AbsolutePath[0] == '/' && uri.AbsolutePath[2] == '/';

    private int NumberOf(string url)
    {
        lock (_lock)
        {
            if (!_numbers.TryGetValue(url, out var number))
                _numbers[url] = number = _numbers.Count + 1;
            return number;
        }
    }

    [GeneratedRegex(" href=\"(?<url>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 2_000)]
    private static partial Regex Href();
}
