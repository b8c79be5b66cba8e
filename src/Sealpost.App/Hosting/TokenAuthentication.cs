using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Hosting;

/// <summary>Who a bearer token says is here (RFC 6750 §2.1: in the header alone, never in an address). Looked up anew with each request, so revoking holds at once. The API takes no cookies, so no other site can make a browser call it.</summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, PeopleDesk people)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "token";

    private const string Bearer = "Bearer ";

    /// <summary>Whether a request shows a token.</summary>
    public static bool IsShown(HttpRequest request) => request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!IsShown(Request))
            return AuthenticateResult.NoResult();
        var text = Request.Headers.Authorization.ToString()[Bearer.Length..].Trim();
        return await AccessTokens.FindAsync(people.Context.Database, text, people.Context.Time, Context.RequestAborted).ConfigureAwait(false) is var (organisation, actor)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new TokenIdentity(organisation, actor)), SchemeName))
            : AuthenticateResult.Fail("The token is unknown, expired or revoked.");
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer"; // RFC 6750 §3
        await Results.Problem("Send a valid token: `Authorization: Bearer TOKEN`. `sealpost token create NAME` makes one.", statusCode: StatusCodes.Status401Unauthorized, title: "Not signed in").ExecuteAsync(Context).ConfigureAwait(false);
    }
}

/// <summary>The actor of a token, in the token's organisation.</summary>
internal sealed class TokenIdentity(OrganisationId organisation, Actor actor)
    : ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, actor.Id), new Claim(ClaimTypes.Name, actor.Name)], TokenAuthentication.SchemeName, ClaimTypes.Name, ClaimTypes.Role)
{
    public OrganisationId Organisation { get; } = organisation;

    public Actor Acting { get; } = actor;
}
