using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>What the person at a one-time link does with it. Everything happens in one transaction: a link is never half used.</summary>
internal sealed class AcceptInvitation(PeopleContext context)
{
    /// <summary>Joins as a new person, or gets a person in again who was locked out; signs in.</summary>
    /// <exception cref="RefusedException">The link is used up, or what was chosen cannot be used; nothing was changed.</exception>
    public Task<Joined> JoinAsync(string token, NewCredentials chosen, string device, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, stop) =>
        {
            var link = await Invitations.TakeAsync(work, token, stop).ConfigureAwait(false);
            if (!link.SetsCredentials)
                throw new RefusedException("You have an account already. Sign in with it, then open the link again to join.");
            var person = link.Person is null ? await MakeAsync(work, link, chosen, stop).ConfigureAwait(false) : await ReopenAsync(work, link, stop).ConfigureAwait(false);
            await Credentials.SetAsync(work, person, chosen, stop).ConfigureAwait(false);
            var codes = await Credentials.NewCodesAsync(work, person, stop).ConfigureAwait(false);
            return new Joined(await Sessions.StartAsync(work, person, SignInMethod.Link, device, stop).ConfigureAwait(false), codes);
        },
        cancellationToken);

    /// <summary>Joins another organisation as the person who is signed in, and who is the one invited.</summary>
    /// <exception cref="RefusedException">The link is used up, or meant for somebody else.</exception>
    public Task<Invitation> JoinAsAsync(string token, Session session, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, stop) =>
        {
            var link = await Invitations.TakeAsync(work, token, stop).ConfigureAwait(false);
            var person = await work.FindAsync(session.Person, stop).ConfigureAwait(false);
            if (link.Kind != LinkKind.Invite || link.Actor is null || !string.Equals(person.Email, link.Email, StringComparison.OrdinalIgnoreCase))
                throw new RefusedException("This invitation is for another address. Sign out, and sign in as the person who was invited.");
            await Memberships.AddAsync(work, link.Organisation, link.Actor, person.Id, stop).ConfigureAwait(false);
            return link;
        },
        cancellationToken);

    /// <summary>Signs in the person of a demo's link.</summary>
    /// <exception cref="RefusedException">The link is used up, or is none of a demo.</exception>
    public Task<string> EnterDemoAsync(string token, string device, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, stop) =>
        {
            var link = await Invitations.TakeAsync(work, token, stop).ConfigureAwait(false);
            if (link is not { Kind: LinkKind.Demo, Person: { } person })
                throw new RefusedException("This link is none of a demo.");
            return await Sessions.StartAsync(work, await work.FindAsync(person, stop).ConfigureAwait(false), SignInMethod.Link, device, stop).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Makes within a work the person whom a link is for, with a place in its organisation.</summary>
    internal async Task<Person> MakeAsync(PeopleWork work, Invitation link, NewCredentials chosen, CancellationToken cancellationToken)
    {
        var (name, email) = link.Kind == LinkKind.First ? Invitations.Check(chosen) : (link.Name, link.Email);
        var person = Person.New(name, email, context.Time);
        person.Id = chosen.PersonId ?? person.Id;
        person.IsOperator = link.Kind == LinkKind.First;

        // The link reached the person by the way the inviter chose, which is all that is known of the address.
        person.EmailConfirmed = link.Kind == LinkKind.Invite;
        PeopleWork.Check(await work.Users.CreateAsync(person).ConfigureAwait(false));
        if (link.Organisation == PeopleContext.Installation)
            return person;
        var actor = link.Actor ?? Secrets.Id("u-");
        if (link.Actor is null)
            await Memberships.AddActorAsync(work, link.Organisation, new Actor(actor, name, link.Roles), actor, cancellationToken).ConfigureAwait(false);
        await Memberships.AddAsync(work, link.Organisation, actor, person.Id, cancellationToken).ConfigureAwait(false);
        return person;
    }

    private static async Task<Person> ReopenAsync(PeopleWork work, Invitation link, CancellationToken cancellationToken)
    {
        var person = await work.FindAsync(link.Person!, cancellationToken).ConfigureAwait(false);
        person.LockoutEnd = null;
        person.AccessFailedCount = 0;
        await Sessions.EndOthersAsync(work, person.Id, null, SessionEnd.Credentials, cancellationToken).ConfigureAwait(false);
        await work.NoteAsync(new AuditEvent(link.Organisation, "user.recovered", Actor.LocalOwner.Id, null, link.Actor, "done"), cancellationToken).ConfigureAwait(false);
        return person;
    }
}
