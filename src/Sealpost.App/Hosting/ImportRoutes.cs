using Microsoft.AspNetCore.Http.Features;
using Sealpost.App.Pages.SignIn;
using Sealpost.Imports;

namespace Sealpost.App.Hosting;

/// <summary>Where the import page's script hands files over: the raw body, sealed as it arrives. No form, since form files are buffered on disk in the clear.</summary>
internal static class ImportRoutes
{
    /// <summary>Header with the file's name, percent-encoded; a name can tell who is in the file, so it stands in no address.</summary>
    public const string NameHeader = "X-File-Name";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/o/{org:int}/imports/jobs/{job}/files", TakeAsync).DisableAntiforgery().ExcludeFromDescription();

    /// <summary>Lets this request's body be as long as a file may be.</summary>
    public static Stream Body(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = ImportDesk.LargestFileBytes + 1;
        return http.Request.Body;
    }

    /// <summary>Name of the file that a request brings.</summary>
    public static string NameOf(HttpContext http) => Uri.UnescapeDataString(http.Request.Headers[NameHeader].ToString());

    private static async Task<IResult> TakeAsync(int org, string job, HttpContext http, MembershipLookup memberships)
    {
        // A header that no other site can make a browser send.
        if (http.Request.Headers[SignInRoutes.ScriptHeader] != "1")
            return Results.BadRequest();
        if (await memberships.SeatAsync(http.User, org, http.RequestAborted).ConfigureAwait(false) is not { } seat)
            return Results.NotFound();
        try
        {
            await seat.Organisation.Imports.AddFileAsync(job, NameOf(http), Body(http), seat.Actor, http.RequestAborted).ConfigureAwait(false);
            return Results.NoContent();
        }
        catch (RefusedException refused)
        {
            return Results.Problem(refused.Message, statusCode: refused.Kind == RefusalKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
        }
    }
}
