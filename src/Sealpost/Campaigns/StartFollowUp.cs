using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>Why an earlier campaign did not reach some patients, and how many.</summary>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Reason">Why it was withheld; null for other outcomes.</param>
/// <param name="Patients">How many.</param>
/// <param name="MayPass">It can have passed since: an address was verified, an authorization signed, a certificate renewed.</param>
public sealed record LeftBehind(Outcome Outcome, WithholdReason? Reason, long Patients, bool MayPass);

/// <summary>Starts a campaign for those whom an earlier one did not reach. It is a draft like any other: approved by a second person, decided anew for every patient, never sent by itself.</summary>
public sealed class StartFollowUp
{
    private readonly OrganisationContext _context;
    private readonly CampaignDesk _desk;

    /// <summary>Creates it.</summary>
    public StartFollowUp(OrganisationContext context, CampaignDesk desk) => (_context, _desk) = (context, desk);

    /// <summary>Whom a campaign left, by outcome and reason, largest first.</summary>
    public async Task<IReadOnlyList<LeftBehind>> LeftAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance, "see whom a campaign did not reach");
        var id = (await _desk.GetAsync(campaign, cancellationToken).ConfigureAwait(false)).Id;
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"SELECT state, reason, COUNT(*) FROM delivery WHERE org = @org AND campaign = @campaign AND {DeliveryIndexes.Rare} AND state IN (1, 2, 5, 7) GROUP BY state, reason ORDER BY COUNT(*) DESC",
            ("@org", _context.Organisation.Id.Value), ("@campaign", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var left = new List<LeftBehind>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var outcome = (Outcome)reader.GetInt64(0);
            WithholdReason? reason = outcome is Outcome.WithheldBasis or Outcome.WithheldTransport ? (WithholdReason)reader.GetInt64(1) : null;
            left.Add(new LeftBehind(outcome, reason, reader.GetInt64(2), reason is null || MayPass(reason.Value)));
        }

        return left;
    }

    /// <summary>Makes the draft.</summary>
    /// <param name="campaign">The earlier campaign; it must be over.</param>
    /// <param name="left">Which of those it left.</param>
    /// <param name="newName">Its name; null takes the next free <c>NAME-2</c>, <c>NAME-3</c>, …</param>
    /// <param name="actor">Author.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">The earlier one is not over, nobody is chosen, or a chosen outcome leaves nobody to write to.</exception>
    public async Task<Campaign> RunAsync(long campaign, IReadOnlyCollection<(Outcome Outcome, WithholdReason? Reason)> left, string? newName, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "write campaigns");
        var earlier = await _desk.GetAsync(campaign, cancellationToken).ConfigureAwait(false);
        if (earlier.State is not (CampaignState.Finished or CampaignState.Cancelled))
            throw new RefusedException("The campaign is not over yet: wait for its end, then follow it up.");
        if (left.Count == 0)
            throw new RefusedException("Choose whom to write to again.");
        foreach (var (outcome, _) in left)
        {
            if (outcome is not (Outcome.WithheldBasis or Outcome.WithheldTransport or Outcome.Expired or Outcome.Cancelled))
                throw new RefusedException($"Whoever is {OutcomeWords.Of(outcome)} is not written to again by a follow-up.");
        }

        var followUp = new FollowUp
        {
            Campaign = earlier.Id,
            Outcomes = [.. left.Where(one => one.Reason is null).Select(one => (int)one.Outcome).Distinct()],
            Reasons = [.. left.Where(one => one.Reason is not null).Select(one => (int)one.Reason!.Value).Distinct()],
        };
        return await _desk.CopyAsync(earlier.Name, newName, content => content with { FollowUp = followUp }, actor, cancellationToken).ConfigureAwait(false);
    }

    private static bool MayPass(WithholdReason reason) => reason is WithholdReason.NoAddress or WithholdReason.UnusableAddress or WithholdReason.UnverifiedAddress or WithholdReason.SharedAddress
        or WithholdReason.NeverAuthorized or WithholdReason.AuthorizationExpired or WithholdReason.AuthorizationScope or WithholdReason.AuthorizationRemuneration or WithholdReason.AuthorizationDefective
        or WithholdReason.FrequencyCap or WithholdReason.MissingValue
        or WithholdReason.TlsUnavailable or WithholdReason.CertificateExpired or WithholdReason.CertificateUntrusted or WithholdReason.CertificateNameMismatch
        or WithholdReason.TierTooLow or WithholdReason.NoAgreement or WithholdReason.NotRepresentable
        or WithholdReason.DaneMismatch or WithholdReason.MtaStsRefused or WithholdReason.UnexpectedMx or WithholdReason.FilesNotMailed;
}
