using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Agreements;

namespace Sealpost.Compliance;

/// <summary>How an agreement stands today.</summary>
internal enum AgreementStanding
{
    /// <summary>Nobody has signed it; it grants nothing.</summary>
    NotSigned,

    /// <summary>Signed; its first day is still to come.</summary>
    NotYet,

    /// <summary>In force.</summary>
    InForce,

    /// <summary>In force for <see cref="AgreementDesk.Soon"/> at most.</summary>
    ExpiresSoon,

    /// <summary>Its last day is over.</summary>
    Expired,

    /// <summary>Ended by a person.</summary>
    Ended,
}

/// <summary>An agreement with how it stands.</summary>
/// <param name="Agreement">As registered.</param>
/// <param name="Standing">Today.</param>
/// <param name="DaysLeft">Whole days until it grants nothing; null where it has no last day or grants nothing already.</param>
internal sealed record RegisteredAgreement(BusinessAssociateAgreement Agreement, AgreementStanding Standing, int? DaysLeft);

/// <summary>An agreement to add.</summary>
/// <param name="Party">Name of the business associate.</param>
/// <param name="Endpoint">Host and port it covers.</param>
/// <param name="Flows">What the other party may do.</param>
/// <param name="From">First day; null for today.</param>
/// <param name="Until">Last day; null for none.</param>
internal sealed record AgreementDraft(string Party, string Endpoint, IReadOnlyList<PhiFlow> Flows, DateOnly? From, DateOnly? Until);

/// <summary>The register of business associate agreements, as people keep it. 45 CFR 164.308(b), 164.504(e).</summary>
/// <param name="context">The organisation.</param>
/// <param name="rulesChanged">Tells running campaigns that the register changed.</param>
internal sealed class AgreementDesk(OrganisationContext context, Action rulesChanged)
{
    /// <summary>How long before its last day an agreement is said to end soon: time to sign the next one.</summary>
    public static TimeSpan Soon { get; } = TimeSpan.FromDays(60);

    private const string Keep = "keep the register of agreements";

    private AgreementRegister Register => new(context.Ledger, context.Time);

    /// <summary>Adds an agreement; it grants nothing before it is signed.</summary>
    /// <exception cref="RefusedException">A part is missing; says which.</exception>
    public Task<BusinessAssociateAgreement> AddAsync(AgreementDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, Keep);
        if (string.IsNullOrWhiteSpace(draft.Party))
            throw new RefusedException("Say who the other party is: the name that stands in the contract.");
        if (string.IsNullOrWhiteSpace(draft.Endpoint) || draft.Endpoint.Any(char.IsWhiteSpace))
            throw new RefusedException("Say which host it covers, such as relay.example.com:587, without spaces.");
        if (draft.Flows is not { Count: > 0 } || draft.Flows.Any(flow => !Enum.IsDefined(flow)))
            throw new RefusedException("Choose at least one thing the other party may do: store, send, log or analyse.");
        var agreement = new BusinessAssociateAgreement(0, draft.Party.Trim(), draft.Endpoint.Trim(), [.. draft.Flows.Distinct().Order()], draft.From ?? context.Today, draft.Until, null, null, null);
        return Refusals.OfAsync(
            stop => context.Database.WriteAsync((transaction, token) => Register.AddAsync(context.Organisation.Id, agreement, actor.Id, transaction, token), stop), cancellationToken);
    }

    /// <summary>Signs for the organisation; from its first day on the agreement grants its flows.</summary>
    /// <exception cref="RefusedException">A term is not confirmed (all are named), or there is nothing to sign.</exception>
    public Task SignAsync(int id, AgreementTerms confirmed, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(actor, (transaction, token) => Register.SignAsync(context.Organisation.Id, id, confirmed, actor.Id, transaction, token), cancellationToken);

    /// <summary>Ends an agreement; its flows are refused from now on.</summary>
    /// <exception cref="RefusedException">There is nothing to end.</exception>
    public Task EndAsync(int id, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(actor, (transaction, token) => Register.EndAsync(context.Organisation.Id, id, actor.Id, transaction, token), cancellationToken);

    /// <summary>Every agreement, in order of number, with how it stands today.</summary>
    public async Task<IReadOnlyList<RegisteredAgreement>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.Everybody, "read the register of agreements");
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var agreements = await AgreementRegister.ListAsync(context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
        return [.. agreements.Select(agreement => Stand(agreement, context.Today))];
    }

    /// <summary>How an agreement stands on a day.</summary>
    public static RegisteredAgreement Stand(BusinessAssociateAgreement agreement, DateOnly today)
    {
        var left = agreement.ExpiresOn is { } last ? last.DayNumber - today.DayNumber + 1 : (int?)null;
        var standing = agreement switch
        {
            { EndedAt: not null } => AgreementStanding.Ended,
            { SignedAt: null } => AgreementStanding.NotSigned,
            _ when left <= 0 => AgreementStanding.Expired,
            _ when agreement.EffectiveOn > today => AgreementStanding.NotYet,
            _ when left <= Soon.TotalDays => AgreementStanding.ExpiresSoon,
            _ => AgreementStanding.InForce,
        };
        return new RegisteredAgreement(agreement, standing, standing is AgreementStanding.InForce or AgreementStanding.ExpiresSoon ? left : null);
    }

    private async Task ChangeAsync(Actor actor, Func<System.Data.Common.DbTransaction, CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, Keep);
        await Refusals.OfAsync(
            stop => context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await change(transaction, token).ConfigureAwait(false);
                    return true;
                },
                stop),
            cancellationToken).ConfigureAwait(false);
        rulesChanged();
    }
}
