using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.People;

namespace Sealpost.App.Api;

/// <summary>Who calls, in the organisation that the address names. An endpoint under <c>/organisations/{org}</c> takes it as a parameter.</summary>
internal sealed record Caller(OpenOrganisation Organisation, Actor Actor)
{
    /// <summary>Finds the caller's place; another organisation's number answers as one that does not exist.</summary>
    public static async ValueTask<Caller?> BindAsync(HttpContext http)
    {
        var memberships = http.RequestServices.GetRequiredService<MembershipLookup>();
        var seat = int.TryParse(http.GetRouteValue("org") as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await memberships.SeatAsync(http.User, number, http.RequestAborted).ConfigureAwait(false)
            : null;
        return seat is null
            ? throw new BadHttpRequestException("There is no such organisation.", StatusCodes.Status404NotFound)
            : new Caller(seat.Organisation, seat.Actor);
    }
}
