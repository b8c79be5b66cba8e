using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Sealpost.App.Hosting;
using Sealpost.People;

namespace Sealpost.App.Pages.SignIn;

/// <summary>What the sign-in pages' script asks for: passkey challenges, how long the session lasts, a fresh proof.</summary>
internal static class SignInRoutes
{
    /// <summary>Header of every call of our script.</summary>
    public const string ScriptHeader = "X-Sealpost";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-in/passkey", async (HttpContext http, PasskeyCeremony ceremony, CancellationToken cancellationToken) =>
            Json(await ceremony.AskAsync(http, null, cancellationToken).ConfigureAwait(false))).AllowAnonymous().With();
        routes.MapPost("/welcome/{token}/passkey", WelcomeAsync).AllowAnonymous().With();
        routes.MapPost("/account/passkey", NewPasskeyAsync).With();
        routes.MapPost("/account/passkey/done", MadeAsync).With();
        routes.MapPost("/session/passkey", async (HttpContext http, SignedIn signedIn, PasskeyCeremony ceremony, CancellationToken cancellationToken) =>
            await signedIn.SessionAsync(http.User, cancellationToken).ConfigureAwait(false) is { } session
                ? Json(await ceremony.AskAsync(http, session.Person, cancellationToken).ConfigureAwait(false))
                : Results.Unauthorized()).With();
        routes.MapPost("/session/confirm", ConfirmAsync).With();
        routes.MapGet("/session", StateAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/session/active", ActiveAsync).With();
        routes.MapPost("/sign-out", async (HttpContext http) =>
        {
            await http.SignOutAsync(SessionAuthentication.SchemeName).ConfigureAwait(false);
            return Results.LocalRedirect("/signed-out");
        }).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription(); // Signing out harms nobody, and must work from a page that has no token any more.
    }

    /// <summary>A call of our own script: it sends a header that no other site can make a browser send without asking us first, and we never allow it.</summary>
    private static void With(this RouteHandlerBuilder route) => route.ExcludeFromDescription().DisableAntiforgery().AddEndpointFilter(async (call, next) =>
        call.HttpContext.Request.Headers[ScriptHeader] == "1" ? await next(call).ConfigureAwait(false) : Results.BadRequest());

    private static IResult Json(string json) => Results.Text(json, "application/json");

    private static async Task<IResult> WelcomeAsync(string token, HttpContext http, PeopleDesk people, PasskeyCeremony ceremony, CancellationToken cancellationToken)
    {
        if (await people.Invitations.FindAsync(token, cancellationToken).ConfigureAwait(false) is not { SetsCredentials: true } link)
            return Results.NotFound();
        var form = await http.Request.ReadFormAsync(cancellationToken).ConfigureAwait(false);
        var (name, email) = (link.Name, link.Email);
        if (link.Kind == LinkKind.First)
        {
            try
            {
                (name, email) = Invitations.Check(new NewCredentials(form["Name"].ToString(), form["Email"].ToString()));
            }
            catch (RefusedException refused)
            {
                return Results.Problem(refused.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
            }
        }

        var person = new PasskeyUserEntity { Id = link.Person ?? Secrets.Id("p-"), Name = email, DisplayName = name };
        return Json(await ceremony.CreateAsync(http, person, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<IResult> NewPasskeyAsync(HttpContext http, SignedIn signedIn, PeopleDesk people, PasskeyCeremony ceremony, CancellationToken cancellationToken)
    {
        if (await signedIn.SessionAsync(http.User, cancellationToken).ConfigureAwait(false) is not { } session)
            return Results.Unauthorized();
        var means = await people.Credentials.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        return Json(await ceremony.CreateAsync(http, new PasskeyUserEntity { Id = session.Person, Name = means.Email, DisplayName = means.Name }, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<IResult> MadeAsync(HttpContext http, SignedIn signedIn, PeopleDesk people, PasskeyCeremony ceremony, CancellationToken cancellationToken)
    {
        if (await signedIn.SessionAsync(http.User, cancellationToken).ConfigureAwait(false) is not { } session)
            return Results.Unauthorized();
        var form = await http.Request.ReadFormAsync(cancellationToken).ConfigureAwait(false);
        if (await ceremony.CreatedAsync(http, form["credential"].ToString(), cancellationToken).ConfigureAwait(false) is not { } made || made.Person != session.Person)
            return Results.Problem("The passkey was not made, or it took too long. Try again.", statusCode: StatusCodes.Status422UnprocessableEntity);
        try
        {
            await people.Credentials.AddPasskeyAsync(session, made.Passkey, form["name"].ToString(), cancellationToken).ConfigureAwait(false);
            return Results.NoContent();
        }
        catch (RefusedException refused)
        {
            return Results.Problem(refused.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
    }

    /// <summary>A fresh passkey or code: <c>credential</c> or <c>code</c> in a form.</summary>
    private static async Task<IResult> ConfirmAsync(HttpContext http, SignedIn signedIn, PeopleDesk people, PasskeyCeremony ceremony, CancellationToken cancellationToken)
    {
        if (await signedIn.SessionAsync(http.User, cancellationToken).ConfigureAwait(false) is not { } session)
            return Results.Unauthorized();
        var form = await http.Request.ReadFormAsync(cancellationToken).ConfigureAwait(false);
        var confirmed = form["credential"].ToString() is { Length: > 0 } credential
            ? await ceremony.ShownAsync(http, credential, cancellationToken).ConfigureAwait(false) is { } shown && shown.Person == session.Person
                && await people.SignIn.ConfirmAsync(session, shown.Passkey, shown.Challenge, cancellationToken).ConfigureAwait(false)
            : await people.SignIn.ConfirmAsync(session, form["code"].ToString(), cancellationToken).ConfigureAwait(false);
        return confirmed ? Results.NoContent() : Results.Problem("That did not fit. Try again.", statusCode: StatusCodes.Status422UnprocessableEntity);
    }

    /// <summary>How long the session goes on if nobody does anything. Asking is no activity.</summary>
    private static async Task<IResult> StateAsync(HttpContext http, SignedIn signedIn, TimeProvider time, CancellationToken cancellationToken) =>
        await signedIn.SessionAsync(http.User, cancellationToken).ConfigureAwait(false) is { } session
            ? Results.Json(new { seconds = Math.Max(0, (int)(session.EndsAt - time.GetUtcNow()).TotalSeconds), why = (string?)null })
            : Results.Json(new { seconds = 0, why = SessionAuthentication.EndOf(http) is var end && end != SessionEnd.Unknown ? end.ToString() : null });

    /// <summary>The person typed or clicked.</summary>
    private static async Task<IResult> ActiveAsync(HttpContext http, SignedIn signedIn, PeopleDesk people, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await signedIn.SessionAsync(http.User, cancellationToken).ConfigureAwait(false) is not { } session)
            return Results.Unauthorized();
        await people.Sessions.TouchAsync(session, cancellationToken).ConfigureAwait(false);
        return await StateAsync(http, signedIn, time, cancellationToken).ConfigureAwait(false);
    }
}
