using System.Globalization;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>A campaign's evidence as a file, for the workplace's button and the API: written as it is read, however large.</summary>
internal static class EvidenceRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/o/{org:int}/campaigns/{id:long}/evidence.json", DownloadAsync).ExcludeFromDescription();

    /// <summary>Checks and records first, so that a refusal is a sentence and no half file.</summary>
    public static async Task<IResult> AnswerAsync(OpenOrganisation organisation, long campaign, Actor actor, CancellationToken cancellationToken)
    {
        var write = await organisation.Evidence().PrepareAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
        return Results.Stream(stream => write(stream, cancellationToken), "application/json", string.Create(CultureInfo.InvariantCulture, $"evidence-campaign-{campaign}.json"));
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
