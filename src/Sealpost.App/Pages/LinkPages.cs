using Sealpost.App.Hosting;
using Sealpost.App.Pages.ForPatients;
using Sealpost.Campaigns;

namespace Sealpost.App.Pages;

/// <summary>Links in messages that count: <c>/r/TOKEN</c> counts, then leads to a page of the organisation's own hosts and nowhere else.</summary>
internal static class LinkPages
{
    public static void Map(IEndpointRouteBuilder web, Installation installation) =>
        web.MapMethods("/r/{token}", [HttpMethods.Get, HttpMethods.Head], (string token, HttpContext http) => FollowAsync(installation, token, http)).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();

    private static async Task<IResult> FollowAsync(Installation installation, string token, HttpContext http)
    {
        var headers = http.Request.Headers;
        var request = new LinkRequest(
            HttpMethods.IsHead(http.Request.Method),
            Says(headers["Sec-Purpose"], "prefetch") || Says(headers["Purpose"], "prefetch") || Says(headers["X-Purpose"], "preview") || Says(headers["X-Moz"], "prefetch"),
            headers.UserAgent.ToString());
        foreach (var organisation in await installation.OpenAllAsync(http.RequestAborted).ConfigureAwait(false))
        {
            if (await organisation.Campaigns.Links.RunAsync(token, request, http.RequestAborted).ConfigureAwait(false) is { } url)
                return Results.Redirect(url.AbsoluteUri);
        }

        return PatientPages.Unknown(http.Request);
    }

    private static bool Says(Microsoft.Extensions.Primitives.StringValues header, string word) => header.ToString().Contains(word, StringComparison.OrdinalIgnoreCase);
}
