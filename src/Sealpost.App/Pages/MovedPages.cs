namespace Sealpost.App.Pages;

/// <summary>Addresses that pages had before: bookmarks lead to where they are now.</summary>
internal static class MovedPages
{
    public static void Map(IEndpointRouteBuilder web) =>
        web.MapGet("/o/{org:int}/settings/domain", (int org) => TypedResults.LocalRedirect($"/o/{org}/domain", permanent: true)).ExcludeFromDescription();
}
