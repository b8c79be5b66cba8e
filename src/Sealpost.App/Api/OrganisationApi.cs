using Sealpost.App.Hosting;

namespace Sealpost.App.Api;

/// <summary>Organisations that the caller belongs to.</summary>
internal static class OrganisationApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/organisations", async (HttpContext http, MembershipLookup memberships, CancellationToken cancellationToken) =>
            (await memberships.SeatsAsync(http.User, cancellationToken).ConfigureAwait(false))
                .Select(seat => new OrganisationAnswer(seat.Number, seat.Name, seat.Organisation.Context.Organisation.Domain, People.RoleNames.List(seat.Actor.Roles).Split(','))))
            .WithSummary("Organisations of the caller").WithTags("Organisations");
    }
}

/// <summary>An organisation, to its own people.</summary>
/// <param name="Id">Number in addresses.</param>
/// <param name="Name">Name as patients know it.</param>
/// <param name="Domain">Sender domain.</param>
/// <param name="Roles">What the caller may do there.</param>
internal sealed record OrganisationAnswer(int Id, string Name, string Domain, string[] Roles);
