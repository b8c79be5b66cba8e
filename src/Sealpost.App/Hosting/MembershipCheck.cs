using System.Globalization;

namespace Sealpost.App.Hosting;

/// <summary>Whatever lies under <c>/o/NUMBER</c>, and under the same number in the API, is there only for people of that organisation; for everybody else it does not exist. Nor does what the organisation has not.</summary>
internal static class MembershipCheck
{
    private const string Api = "/api/v1/organisations";

    public static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (Organisation(http.Request.Path) is { } number && http.User.Identity?.IsAuthenticated == true
            && (await http.RequestServices.GetRequiredService<MembershipLookup>().SeatAsync(http.User, number, http.RequestAborted).ConfigureAwait(false) is not { } seat
                || !await ThingCheck.HasAsync(http, seat).ConfigureAwait(false)))
        {
            if (http.Request.Path.StartsWithSegments(Api, StringComparison.Ordinal))
                await TypedResults.Problem("There is no such organisation.", statusCode: StatusCodes.Status404NotFound, title: "Not found").ExecuteAsync(http).ConfigureAwait(false);
            else
                http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await next(http).ConfigureAwait(false);
    }

    private static int? Organisation(PathString path)
    {
        if ((!path.StartsWithSegments("/o", StringComparison.Ordinal, out var rest) && !path.StartsWithSegments(Api, StringComparison.Ordinal, out rest)) || rest.Value is not { Length: > 1 } text)
            return null;
        var end = text.IndexOf('/', 1);
        var segment = end < 0 ? text.AsSpan(1) : text.AsSpan(1, end - 1);
        return int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }
}
