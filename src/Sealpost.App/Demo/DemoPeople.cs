using Sealpost.People;

namespace Sealpost.App.Demo;

/// <summary>One person per role, each with a token, so that nobody approves his own work in the demo either.</summary>
internal sealed record DemoPeople(Actor Marketer, Actor Approver, Actor Compliance, Actor Administrator, string MarketerToken, string ApproverToken)
{
    public static async Task<DemoPeople> AddAsync(PeopleStore people, AccessTokens tokens, CancellationToken cancellationToken)
    {
        var marketer = await people.AddAsync("Maria Ortiz", Roles.Marketer, Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
        var approver = await people.AddAsync("Ben Achterberg", Roles.Approver, Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
        var compliance = await people.AddAsync("Dana Okafor", Roles.Compliance, Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
        var administrator = await people.AddAsync("Noor Haddad", Roles.Administrator, Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
        var life = TimeSpan.FromDays(1);
        return new DemoPeople(
            marketer,
            approver,
            compliance,
            administrator,
            await tokens.CreateAsync(marketer.Name, new AccessTokenDraft("demo", life), Actor.LocalOwner, cancellationToken).ConfigureAwait(false),
            await tokens.CreateAsync(approver.Name, new AccessTokenDraft("demo", life), Actor.LocalOwner, cancellationToken).ConfigureAwait(false));
    }
}
