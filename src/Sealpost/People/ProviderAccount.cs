using Microsoft.AspNetCore.Identity;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>Who somebody is at the OpenID Connect provider.</summary>
/// <param name="Authority">The provider.</param>
/// <param name="Subject">Its id of the person; never reused there (OpenID Connect Core §2).</param>
/// <param name="Email">Address, where the provider says that it verified it; null otherwise.</param>
internal sealed record ProviderIdentity(string Authority, string Subject, string? Email)
{
    /// <summary>When the person last showed the provider who they are; null where it does not say, which it must only where it was asked (OpenID Connect Core §2).</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    /// <summary>Nothing says that somebody else may sit at a browser in which the person signed in before.</summary>
    public bool IsFresh(DateTimeOffset now) => SignedInAt is not { } at || now - at < Actor.FreshFor;
}

/// <summary>Signing in at the provider. It never makes somebody a person of ours by itself: only who was invited, under the verified address of the invitation.</summary>
internal sealed class ProviderAccount(PeopleContext context, AcceptInvitation accept)
{
    public Task<SignInOutcome> SignInAsync(ProviderIdentity identity, string device, CancellationToken cancellationToken) => context.WriteAsync<SignInOutcome>(
        async (work, token) =>
        {
            var person = await work.Users.FindByLoginAsync(identity.Authority, identity.Subject).ConfigureAwait(false)
                ?? await ConnectAsync(work, identity, token).ConfigureAwait(false);
            if (person is not null)
                return new SignInOutcome.Done(await Sessions.StartAsync(work, person, identity.IsFresh(work.Now) ? SignInMethod.Provider : SignInMethod.ProviderEarlier, device, token).ConfigureAwait(false));
            await work.NoteAsync(new AuditEvent(PeopleContext.Installation, "signin.failed", "unknown", null, null, "refused", "provider"), token).ConfigureAwait(false);
            return new SignInOutcome.Refused();
        },
        cancellationToken);

    private async Task<Person?> ConnectAsync(PeopleWork work, ProviderIdentity identity, CancellationToken cancellationToken)
    {
        if (identity.Email is not { } email)
            return null;
        var person = await work.Users.FindByEmailAsync(email).ConfigureAwait(false) ?? await InvitedAsync(work, email, cancellationToken).ConfigureAwait(false);
        if (person is null)
            return null;
        PeopleWork.Check(await work.Users.AddLoginAsync(person, new UserLoginInfo(identity.Authority, identity.Subject, null)).ConfigureAwait(false));
        await work.NoteAsync("provider.connected", person, null, "done", null, cancellationToken).ConfigureAwait(false);
        return person;
    }

    private async Task<Person?> InvitedAsync(PeopleWork work, string email, CancellationToken cancellationToken)
    {
        Person? person = null;
        foreach (var link in await Invitations.TakeAllAsync(work, email, cancellationToken).ConfigureAwait(false))
        {
            if (person is null)
                person = await accept.MakeAsync(work, link, new NewCredentials(link.Name, email), cancellationToken).ConfigureAwait(false);
            else
                await Memberships.AddAsync(work, link.Organisation, link.Actor!, person.Id, cancellationToken).ConfigureAwait(false);
        }

        return person;
    }
}
