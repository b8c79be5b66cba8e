using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Organisations;

/// <summary>Adds an organisation and makes the person who adds it its administrator, in one transaction: no organisation is left without anybody.</summary>
internal sealed class FoundOrganisation(OrganisationStore organisations, IKeySource keys, PeopleContext people)
{
    /// <summary>Founds it.</summary>
    /// <param name="draft">As <see cref="OrganisationDraft.Check"/> made it.</param>
    /// <param name="founder">A person who set the server up.</param>
    /// <param name="cancellationToken">Stops it; nothing is half done.</param>
    /// <exception cref="RefusedException">The person is no operator of the server, or the name is taken.</exception>
    public async Task<Organisation> RunAsync(Organisation draft, Session founder, CancellationToken cancellationToken)
    {
        if (!founder.IsOperator)
            throw new RefusedException("Organisations are added by the person who set the server up, or by its owner (`sealpost org add`).") { Kind = RefusalKind.NotPermitted };
        await organisations.RefuseTakenNameAsync(draft, cancellationToken).ConfigureAwait(false);
        return await people.WriteAsync(
            async (work, token) =>
            {
                var added = await organisations.InsertAsync(draft, keys, founder.Person, work.Transaction, token).ConfigureAwait(false);
                await Memberships.FoundAsync(work, founder.Person, added.Id, token).ConfigureAwait(false);
                return added;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
