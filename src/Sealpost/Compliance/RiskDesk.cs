using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Agreements;

namespace Sealpost.Compliance;

/// <summary>A risk that can be accepted, in words.</summary>
/// <param name="Kind">As stored.</param>
/// <param name="Title">What is accepted.</param>
/// <param name="Means">What then happens, and what would happen without it.</param>
internal sealed record RiskKind(string Kind, string Title, string Means);

/// <summary>Risks that a named person takes for the organisation, as people keep them. 45 CFR 164.308(a)(1)(ii)(B).</summary>
/// <param name="context">The organisation.</param>
/// <param name="rulesChanged">Tells running campaigns that the rules changed.</param>
internal sealed class RiskDesk(OrganisationContext context, Action rulesChanged)
{
    private const string Keep = "keep the register of risks";

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<RiskKind> Kinds { get; } =
    [
        new(RiskAcceptances.ClinicalOverPlainPkix, "Clinical mail over a verified certificate alone",
            "Messages with health information go to mail hosts whose certificate is valid, though nothing (DANE, MTA-STS) proves that the host's name was not forged on the way. Without it such messages wait on your own page."),
        new(RiskAcceptances.PickupByBirthDate, "Waiting messages opened by birth date and ZIP code",
            "A patient opens a waiting message with date of birth and ZIP code where no stronger proof is at hand; never a sensitive one. Without it they need a code sent to their phone."),
    ];

    private RiskAcceptances Risks => new(context.Ledger, context.Time);

    /// <summary>Records an acceptance; it counts from now on, and its words are bound by the ledger.</summary>
    /// <exception cref="RefusedException">Kind, name or statement is missing.</exception>
    public async Task<RiskAcceptance> AcceptAsync(string kind, string by, string statement, DateOnly? until, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, Keep);
        if (string.IsNullOrWhiteSpace(by))
            throw new RefusedException("Say who accepts the risk: the name of the security official.");
        if (string.IsNullOrWhiteSpace(statement))
            throw new RefusedException("Say what is accepted and why; the ledger binds these words.");
        if (until < context.Today)
            throw new RefusedException("The last day is over already. Choose a later one, or none.");
        var draft = new RiskAcceptance(0, kind, until) { Statement = statement.Trim(), AcceptedBy = by.Trim() };
        var accepted = await Refusals.OfAsync(
            stop => context.Database.WriteAsync((transaction, token) => Risks.AcceptAsync(context.Organisation.Id, draft, actor.Id, transaction, token), stop), cancellationToken).ConfigureAwait(false);
        rulesChanged();
        return accepted;
    }

    /// <summary>Withdraws an acceptance; the default floor holds again.</summary>
    /// <exception cref="RefusedException">There is nothing to withdraw.</exception>
    public async Task WithdrawAsync(int id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, Keep);
        await Refusals.OfAsync(
            stop => context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await Risks.WithdrawAsync(context.Organisation.Id, id, actor.Id, transaction, token).ConfigureAwait(false);
                    return true;
                },
                stop),
            cancellationToken).ConfigureAwait(false);
        rulesChanged();
    }

    /// <summary>Every acceptance, in order of number.</summary>
    public async Task<IReadOnlyList<RiskAcceptance>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.Everybody, "read the register of risks");
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await RiskAcceptances.ListAsync(context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
    }
}
