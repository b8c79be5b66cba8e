namespace Sealpost.App.Hosting;

/// <summary>Files of campaigns for those who write and review them, from links in the workplace.</summary>
internal static class AttachmentRoutes
{
    /// <summary>Address of a file.</summary>
    public static string PathOf(int organisation, long campaign, long file) => FormattableString.Invariant($"/o/{organisation}/campaigns/{campaign}/files/{file}");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/o/{org:int}/campaigns/{id:long}/files/{file:long}", DownloadAsync).ExcludeFromDescription();

    private static async Task<IResult> DownloadAsync(int org, long id, long file, HttpContext http, MembershipLookup memberships)
    {
        if (await memberships.SeatAsync(http.User, org, http.RequestAborted).ConfigureAwait(false) is not { } seat)
            return Results.NotFound();
        try
        {
            return AttachmentAnswer.Of(http, await seat.Organisation.Campaigns.Files.OpenAsync(id, file, seat.Actor, http.RequestAborted).ConfigureAwait(false));
        }
        catch (RefusedException refused)
        {
            return Results.StatusCode(refused.Kind == RefusalKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status403Forbidden);
        }
    }
}
