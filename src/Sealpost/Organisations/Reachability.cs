using System.Security.Cryptography;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Trust.Keys;

namespace Sealpost.Organisations;

/// <summary>Whether patients can unsubscribe: the public URL's own unsubscribe address, asked as anybody outside would ask it.</summary>
/// <param name="IsReachable">It answered, and as only this organisation can.</param>
/// <param name="Says">What happened, in a sentence.</param>
/// <param name="AskedAt">UTC.</param>
public sealed record Reachability(bool IsReachable, string Says, DateTimeOffset AskedAt)
{
    /// <summary>UTC instant at which the certificate of the public URL ends; null where none was seen.</summary>
    public DateTimeOffset? CertificateEndsAt { get; init; }
}

/// <summary>Asks the public URL by a challenge made for this once, and remembers the answer for a while. Thread-safe.</summary>
/// <remarks>
/// 15 USC 7704(a)(3)(A): the opt-out of a commercial message has to work. Both the page (GET) and the one-click request (POST, RFC 8058 §3.2) are asked for, by real
/// HTTP to the public name; only a process with this organisation's keys can give the answer.
/// </remarks>
internal sealed class PublicUrlProbe(OrganisationContext context, DeliveryOptions options, Uri? route) : IDisposable
{
    /// <summary>Path of unsubscribe pages below the public URL.</summary>
    public const string Path = "u/";

    /// <summary>How long an answer counts.</summary>
    public static TimeSpan GoodFor { get; } = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ChallengeFor = TimeSpan.FromMinutes(2);

    private readonly HttpsPages _pages = new(options, context.Time);
    private Reachability? _last;

    /// <summary>The last answer, whatever its age; null before the first.</summary>
    public Reachability? Last => Volatile.Read(ref _last);

    /// <summary>The answer to a challenge; null where it is none of this organisation's, or too old.</summary>
    public static string? AnswerTo(KeyRing keys, string token, DateTimeOffset now) =>
        PatientLink.Read(keys, PatientLinkKind.Probe, token) is { } link && !link.IsExpired(now) ? Answer(keys, token) : null;

    /// <summary>Asks, unless the last good answer is fresh enough.</summary>
    /// <param name="anew">Ask in any case.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<Reachability> AskAsync(bool anew, CancellationToken cancellationToken)
    {
        if (!anew && Last is { IsReachable: true } last && context.Time.GetUtcNow() - last.AskedAt < GoodFor)
            return last;
        var (problem, ends) = await AskAsync(null, cancellationToken).ConfigureAwait(false);
        if (problem is null)
            (problem, ends) = await AskAsync("List-Unsubscribe=One-Click", cancellationToken).ConfigureAwait(false);
        var by = route is null ? "" : $" (asked by way of {route.GetLeftPart(UriPartial.Authority)})";
        var found = new Reachability(problem is null, problem is null ? $"Unsubscribe links below {context.Organisation.PublicUrl} work{by}." : $"Unsubscribe links below {context.Organisation.PublicUrl} do not work{by}: {problem}.", context.Time.GetUtcNow()) { CertificateEndsAt = ends };
        Volatile.Write(ref _last, found);
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();

    private async Task<(string? Problem, DateTimeOffset? CertificateEndsAt)> AskAsync(string? form, CancellationToken cancellationToken)
    {
        var challenge = new PatientLink(PatientLinkKind.Probe, 0, new PatientNumber(0), RandomNumberGenerator.GetBytes(16), 0, context.Time.GetUtcNow() + ChallengeFor).ToText(context.Keys);
        var root = context.Organisation.PublicUrl;
        var path = $"{root.AbsolutePath.TrimEnd('/')}/{Path}{challenge}";
        var answer = route is null
            ? await _pages.FetchAsync(new Uri(root, path), form, null, cancellationToken).ConfigureAwait(false)
            : await _pages.FetchAsync(new Uri(route, path), form, root.Authority, cancellationToken).ConfigureAwait(false);
        var what = form is null ? "the page" : "the one-click request";
        string? problem = answer switch
        {
            { Status: 0 } => answer.Problem,
            { Status: >= 300 and < 400 } => $"{what} is sent elsewhere ({answer.Status}), and RFC 8058 allows no redirect",
            { Status: not 200 } => $"{what} is answered with {answer.Status}",
            _ when answer.Text.Trim() != Answer(context.Keys, challenge) => $"{what} is answered by something else than this server",
            _ => null,
        };
        return (problem, answer.CertificateEndsAt);
    }

    private static string Answer(KeyRing keys, string token) => Convert.ToHexStringLower(keys.BlindIndex("public-url-probe", token));
}
