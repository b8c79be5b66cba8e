using Sealpost.Organisations;

namespace Sealpost.App.Api;

/// <summary>The sender domain.</summary>
internal static class DomainApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var domain = api.MapGroup("/organisations/{org}/domain").WithTags("Sender domain");
        domain.MapGet("/check", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Domain.CheckAsync(caller.Actor, cancellationToken))
            .WithSummary("Look at the domain from outside: what is right, what is wrong, what to publish. Sends no mail");
        domain.MapGet("/keys", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Domain.KeysAsync(caller.Actor, cancellationToken)).WithSummary("Where a change of signing keys stands");
        domain.MapPost("/keys/next", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Domain.PrepareKeysAsync(caller.Actor, cancellationToken))
            .WithSummary("Make the next signing keys, unless some wait; the answer is what to publish");
        domain.MapPost("/keys/next/use", UseAsync).WithSummary("Sign with the next keys; refused while DNS does not show them");
    }

    private static async Task<DkimStanding> UseAsync(Caller caller, CancellationToken cancellationToken)
    {
        await caller.Organisation.UseNextDkimAsync(caller.Actor, cancellationToken).ConfigureAwait(false);
        return await caller.Organisation.Domain.KeysAsync(caller.Actor, cancellationToken).ConfigureAwait(false);
    }
}
