using System.Security.Claims;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Hosting;

/// <summary>From who is signed in to who acts. Asks the store each time: in an open page too, a role that was taken away is gone with the next click.</summary>
internal sealed class SignedIn(PeopleDesk people)
{
    /// <summary>Who acts in an organisation; null where the person does not belong there, is signed out, or there is no such organisation.</summary>
    public async Task<Actor?> ActorAsync(ClaimsPrincipal user, OrganisationId organisation, CancellationToken cancellationToken) => user.Identity switch
    {
        TokenIdentity token => token.Organisation == organisation ? token.Acting : null,
        { IsAuthenticated: true } when user.FindFirstValue(SessionAuthentication.SessionClaim) is { } session =>
            (await people.Sessions.ActorAsync(session, organisation, cancellationToken).ConfigureAwait(false))?.Actor,
        _ => null,
    };

    /// <summary>Every place of the person, by the organisation's name; none once the session has ended.</summary>
    public async Task<IReadOnlyList<Membership>> MembershipsAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (user.Identity is TokenIdentity token)
            return [new Membership(token.Organisation, "", token.Acting)];
        return await SessionAsync(user, cancellationToken).ConfigureAwait(false) is { } session
            ? [.. (await people.Memberships.ListAsync(session.Person, cancellationToken).ConfigureAwait(false)).Select(one => one with { Actor = one.Actor with { VerifiedAt = session.VerifiedAt ?? DateTimeOffset.UnixEpoch } })]
            : [];
    }

    /// <summary>The session of a signed-in person; null once it has ended, and for tokens.</summary>
    public async Task<Session?> SessionAsync(ClaimsPrincipal user, CancellationToken cancellationToken) =>
        user.FindFirstValue(SessionAuthentication.SessionClaim) is { } id ? (await people.Sessions.FindAsync(id, cancellationToken).ConfigureAwait(false)).Session : null;
}
