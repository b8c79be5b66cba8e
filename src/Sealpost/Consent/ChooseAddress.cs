using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Chooses the one mailbox a message may go to: the confidential-communication address where there is one, else the patient's best usable, verified contact point.</summary>
internal static class ChooseAddress
{
    private const string ConfidentialClause = "45 CFR 164.522(b)(1)";
    private const string SafeguardClause = "45 CFR 164.530(c)";

    /// <summary>The normalised mailbox, or why there is none.</summary>
    public static (string? Mailbox, WithholdReason Reason, string Citation) For(CampaignBasis basis, ChartHead head, ConsentState state, ConsentPolicy policy, DateOnly today)
    {
        var confidential = state.Restrictions.Where(restriction => restriction.Kind == RestrictionKinds.Address).ToList();
        if (state.Restrictions.Any(restriction => restriction.Kind == RestrictionKinds.NoEmail))
            return (null, WithholdReason.ConfidentialCommunication, ConfidentialClause);
        var (mailbox, reason, citation) = confidential.Count > 0 ? Confidential(confidential) : Listed(basis, head, policy, today);
        if (mailbox is null)
            return (null, reason, citation);

        // 164.530(c): on a mailbox that two records name, only administrative words or none about health.
        return state.SharedAddresses.Contains(mailbox) && !(basis.Class == MessageClass.N0 || (basis.Purpose == Purpose.AdminPayment && basis.Class <= MessageClass.N1))
            ? (null, WithholdReason.SharedAddress, SafeguardClause)
            : (mailbox, default, "");
    }

    /// <summary>The patient's own word goes before every rank and source. Two different ones, or another channel, stop email until a person has asked.</summary>
    private static (string? Mailbox, WithholdReason Reason, string Citation) Confidential(List<Restriction> confidential)
    {
        var mailboxes = confidential.Select(restriction => EmailAddress.Normalise(restriction.Value)).Distinct().ToList();
        return (mailboxes.Count == 1 ? mailboxes[0] : null, WithholdReason.ConfidentialCommunication, ConfidentialClause);
    }

    private static (string? Mailbox, WithholdReason Reason, string Citation) Listed(CampaignBasis basis, ChartHead head, ConsentPolicy policy, DateOnly today)
    {
        var emails = head.ContactPoints.Where(point => string.Equals(point.Kind, "email", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(point.Value)).ToList();
        if (emails.Count == 0)
            return (null, WithholdReason.NoAddress, SafeguardClause);

        // A work mailbox may be read by the employer: no health details there.
        var usable = emails
            .Where(point => point.Use != "old" && !(point.StartsOn > today) && !(point.EndsOn < today) && !(point.Use == "work" && basis.Class >= MessageClass.N2))
            .Select(point => (Point: point, Mailbox: EmailAddress.Normalise(point.Value)))
            .Where(candidate => candidate.Mailbox is not null)
            .ToList();
        if (usable.Count == 0)
            return (null, WithholdReason.UnusableAddress, SafeguardClause);

        var best = usable
            .Where(candidate => candidate.Point.Verified || policy.AttestedSources.Contains(candidate.Point.Source))
            .OrderBy(candidate => candidate.Point.Rank ?? int.MaxValue)
            .ThenBy(candidate => UseOrder(candidate.Point.Use))
            .ThenByDescending(candidate => candidate.Point.StartsOn)
            .Select(candidate => candidate.Mailbox)
            .FirstOrDefault();
        return (best, WithholdReason.UnverifiedAddress, SafeguardClause);
    }

    private static int UseOrder(string? use) => use switch
    {
        "home" => 0,
        "mobile" => 1,
        "temp" => 3,
        "work" => 4,
        _ => 2,
    };
}
