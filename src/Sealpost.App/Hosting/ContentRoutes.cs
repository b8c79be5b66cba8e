using Sealpost.Library;

namespace Sealpost.App.Hosting;

/// <summary>Addresses of content besides its pages: pictures for mail programs, the visual editor's frame, messages shown in frames. Each has a policy of its own.</summary>
internal static class ContentRoutes
{
    // The frame of the visual editor: its script, its styles, pictures of ours; no network, no forms, nobody else may frame it.
    private const string FramePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'none'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; report-uri " + Headers.ReportPath;

    // A message: its own styles and pictures of ours. No script can run, whatever a template holds.
    private const string PreviewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox";

    private const string PicturePolicy = "default-src 'none'; sandbox";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/" + ImageLibrary.Path + "{org:int}/{name}", PictureAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/o/{org:int}/content/frame", Frame).ExcludeFromDescription();
        routes.MapGet("/o/{org:int}/content/preview/{token}", PreviewAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> PictureAsync(int org, string name, HttpContext http, Installation installation)
    {
        var organisation = (await installation.OpenAllAsync(http.RequestAborted).ConfigureAwait(false)).FirstOrDefault(open => open.Context.Organisation.Id.Value == org);
        var image = organisation is null ? null : await new ContentLibrary(organisation.Context).Images.ServeAsync(name, http.RequestAborted).ConfigureAwait(false);
        if (image is null)
            return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = PicturePolicy;
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin"; // Mail programs on the web show it.
        return Results.Bytes(image.Content, image.MediaType);
    }

    private static IResult Frame(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = FramePolicy;
        return Results.Content(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Visual editor</title><link rel=\"stylesheet\" href=\"{WebAssets.Url("editor-visual.css")}\"></head><body><div id=\"editor\" aria-busy=\"true\"></div><script type=\"module\" src=\"{WebAssets.Url("editor-visual.js")}\"></script></body></html>",
            "text/html; charset=utf-8");
    }

    private static async Task<IResult> PreviewAsync(int org, string token, HttpContext http, MembershipLookup memberships, PreviewShelf shelf)
    {
        var seat = await memberships.SeatAsync(http.User, org, http.RequestAborted).ConfigureAwait(false);
        if (seat is null || shelf.Take(token, org, seat.Actor.Id) is not { } html)
            return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = PreviewPolicy;
        return Results.Content(html, "text/html; charset=utf-8");
    }
}
