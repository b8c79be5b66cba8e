using System.Globalization;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>What of a campaign is fetched as a file, for the workplace's buttons and the API: written as it is read, however large.</summary>
internal static class CampaignDownloads
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        MapOne(routes, "evidence.json", EvidenceAsync);
        MapOne(routes, "not-reached.csv", NotReachedAsync);
    }

    /// <summary>The campaign's evidence. Checked and recorded first, so that a refusal is a sentence and no half file.</summary>
    public static async Task<IResult> EvidenceAsync(OpenOrganisation organisation, long campaign, Actor actor, CancellationToken cancellationToken) =>
        Answer(await organisation.Evidence().PrepareAsync(campaign, actor, cancellationToken).ConfigureAwait(false), "application/json", $"evidence-campaign-{campaign}.json", cancellationToken);

    /// <summary>Patients whom it did not reach, as a list to call by. Checked first.</summary>
    public static async Task<IResult> NotReachedAsync(OpenOrganisation organisation, long campaign, Actor actor, CancellationToken cancellationToken) =>
        Answer(await organisation.Campaigns.NotReached.PrepareAsync(campaign, actor, cancellationToken).ConfigureAwait(false), "text/csv", $"not-reached-campaign-{campaign}.csv", cancellationToken);

    private static IResult Answer(Func<Stream, CancellationToken, Task> write, string type, FormattableString name, CancellationToken cancellationToken) =>
        Results.Stream(stream => write(stream, cancellationToken), type, name.ToString(CultureInfo.InvariantCulture));

    private static void MapOne(IEndpointRouteBuilder routes, string file, Func<OpenOrganisation, long, Actor, CancellationToken, Task<IResult>> answer) =>
        routes.MapGet(
            "/o/{org:int}/campaigns/{id:long}/" + file,
            async Task<IResult> (int org, long id, HttpContext http, MembershipLookup memberships) =>
            {
                if (await memberships.SeatAsync(http.User, org, http.RequestAborted).ConfigureAwait(false) is not { } seat)
                    return Results.NotFound();
                try
                {
                    return await answer(seat.Organisation, id, seat.Actor, http.RequestAborted).ConfigureAwait(false);
                }
                catch (RefusedException refused)
                {
                    return Results.StatusCode(refused.Kind == RefusalKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status403Forbidden);
                }
            }).ExcludeFromDescription();
}
