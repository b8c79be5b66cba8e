using System.Globalization;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>The list of patients whom a campaign did not reach as a file to call by, for the workplace's button and the API: written as it is read.</summary>
internal static class NotReachedRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/o/{org:int}/campaigns/{id:long}/not-reached.csv", DownloadAsync).ExcludeFromDescription();

    /// <summary>Checks first, so that a refusal is a sentence and no half file.</summary>
    public static async Task<IResult> AnswerAsync(OpenOrganisation organisation, long campaign, Actor actor, CancellationToken cancellationToken)
    {
        var write = await organisation.Campaigns.NotReached.PrepareAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
        return Results.Stream(stream => write(stream, cancellationToken), "text/csv", string.Create(CultureInfo.InvariantCulture, $"not-reached-campaign-{campaign}.csv"));
    }

    private static async Task<IResult> DownloadAsync(int org, long id, HttpContext http, MembershipLookup memberships)
    {
        if (await memberships.SeatAsync(http.User, org, http.RequestAborted).ConfigureAwait(false) is not { } seat)
            return Results.NotFound();
        try
        {
            return await AnswerAsync(seat.Organisation, id, seat.Actor, http.RequestAborted).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return Results.StatusCode(refused.Kind == RefusalKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status403Forbidden);
        }
    }
}
