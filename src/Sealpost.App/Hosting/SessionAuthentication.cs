using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>Who a cookie says is here. The cookie is a random value; everything about the session is in the store, so it ends when the store says so.</summary>
internal sealed class SessionAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, PeopleDesk people)
    : SignOutAuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "session";

    /// <summary>The prefix makes browsers refuse a cookie set over plain HTTP, for another path or for a parent domain. RFC 6265bis §4.1.3.2; localhost counts as safe.</summary>
    public const string Cookie = "__Host-sealpost";

    /// <summary>Claim that names the session.</summary>
    public const string SessionClaim = "sealpost:session";

    public const string SignInPath = "/sign-in";

    private static readonly object EndKey = new();

    // A circuit's own traffic, its scripts, and the page's question how long is left are no activity of a person.
    private static readonly string[] Passive = ["/_blazor", "/_framework", "/assets", "/session", "/csp-report", "/health"];

    public static readonly CookieOptions CookieOptions = new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };

    /// <summary>Hands the cookie of a new session to the browser.</summary>
    public static void Give(HttpContext http, string cookie) => http.Response.Cookies.Append(Cookie, cookie, CookieOptions);

    /// <summary>Why the request's cookie is no longer good; <see cref="SessionEnd.Unknown"/> where there was none.</summary>
    public static SessionEnd EndOf(HttpContext http) => http.Items[EndKey] is SessionEnd end ? end : SessionEnd.Unknown;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[Cookie] is not { Length: > 0 } cookie)
            return AuthenticateResult.NoResult();
        var (session, end) = await people.Sessions.OpenAsync(cookie, Context.RequestAborted).ConfigureAwait(false);
        if (session is null)
        {
            Context.Items[EndKey] = end;
            return AuthenticateResult.NoResult();
        }

        if (!Passive.Any(path => Request.Path.StartsWithSegments(path, StringComparison.Ordinal)))
            await people.Sessions.TouchAsync(session, Context.RequestAborted).ConfigureAwait(false);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(IdentityOf(session)), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // A page is led to the sign-in and back to the same place; anything else is told.
        if (!HttpMethods.IsGet(Request.Method) || Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || Passive.Any(path => Request.Path.StartsWithSegments(path, StringComparison.Ordinal)))
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        Response.Redirect(SignInAddress(Request.PathBase + Request.Path + Request.QueryString, EndOf(Context)));
        return Task.CompletedTask;
    }

    protected override async Task HandleSignOutAsync(AuthenticationProperties? properties)
    {
        if (Context.User.FindFirstValue(SessionClaim) is { } id && Context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } person)
            await people.Sessions.EndAsync(person, id, SessionEnd.SignedOut, Context.RequestAborted).ConfigureAwait(false);
        Response.Cookies.Delete(Cookie, CookieOptions);
    }

    /// <summary>The sign-in page, which leads back to where the person was.</summary>
    public static string SignInAddress(string to, SessionEnd why)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal) { ["to"] = to };
        if (why != SessionEnd.Unknown)
            query["why"] = why.ToString();
        return SignInPath + QueryString.Create(query);
    }

    private static ClaimsIdentity IdentityOf(Session session) => new(
        [new Claim(ClaimTypes.NameIdentifier, session.Person), new Claim(ClaimTypes.Name, session.Name), new Claim(SessionClaim, session.Id)],
        SchemeName,
        ClaimTypes.Name,
        ClaimTypes.Role);
}
