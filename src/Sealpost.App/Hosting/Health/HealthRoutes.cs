using Sealpost.People;

namespace Sealpost.App.Hosting.Health;

/// <summary>For machines: whether the process lives, whether it can do its work, and its metrics.</summary>
internal static class HealthRoutes
{
    /// <summary>Where a Prometheus-style scrape comes.</summary>
    public const string Metrics = "/metrics";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Text("live")).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/health/ready", ReadyAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet(Metrics, ScrapeAsync).ExcludeFromDescription()
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(TokenAuthentication.SchemeName).RequireAuthenticatedUser());
    }

    // Says yes or no and nothing else: who asks is not known.
    private static async Task<IResult> ReadyAsync(HealthBoard board, CancellationToken cancellationToken) =>
        (await board.StoreAnswersAsync(cancellationToken).ConfigureAwait(false)) ? Results.Text("ready") : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ScrapeAsync(HttpContext http, HealthBoard board, CancellationToken cancellationToken)
    {
        if (http.User.Identity is not TokenIdentity { Acting: var actor } || (actor.Roles & (Roles.Administrator | Roles.Auditor)) == Roles.None)
            return Results.Problem("Metrics are for tokens of administrators and auditors; one that may only read is enough.", statusCode: StatusCodes.Status403Forbidden, title: "Not permitted");
        var shelf = await board.CollectAsync(cancellationToken).ConfigureAwait(false);
        return Results.Text(shelf.ToText(), "text/plain; version=0.0.4; charset=utf-8");
    }
}
