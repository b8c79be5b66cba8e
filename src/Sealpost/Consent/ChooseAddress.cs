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
        if (Has(state, RestrictionKinds.NoEmail))
            return (null, WithholdReason.ConfidentialCommunication, ConfidentialClause);
        var (mailbox, reason, citation) = Has(state, RestrictionKinds.Address) ? Confidential(state.Restrictions) : Listed(basis, head, policy, today);
        if (mailbox is null)
            return (null, reason, citation);

        // 164.530(c): on a mailbox that two records name, only administrative words or none about health.
        return state.SharedAddresses.Contains(mailbox) && !(basis.Class == MessageClass.N0 || (basis.Purpose == Purpose.AdminPayment && basis.Class <= MessageClass.N1))
            ? (null, WithholdReason.SharedAddress, SafeguardClause)
            : (mailbox, default, "");
    }

    /// <summary>The patient's own word goes before every rank and source. Two different ones, or another channel, stop email until a person has asked.</summary>
    private static (string? Mailbox, WithholdReason Reason, string Citation) Confidential(IReadOnlyList<Restriction> restrictions)
    {
        var mailboxes = restrictions.Where(restriction => restriction.Kind == RestrictionKinds.Address).Select(restriction => EmailAddress.Normalise(restriction.Value)).Distinct().ToList();
        return (mailboxes.Count == 1 ? mailboxes[0] : null, WithholdReason.ConfidentialCommunication, ConfidentialClause);
    }

    /// <summary>Of the verified mailboxes the first by rank, use and newest begin. Plain loops: this is asked twice for every message.</summary>
    private static (string? Mailbox, WithholdReason Reason, string Citation) Listed(CampaignBasis basis, ChartHead head, ConsentPolicy policy, DateOnly today)
    {
        var reason = WithholdReason.NoAddress;
        ContactPoint? best = null;
        string? chosen = null;
        for (var i = 0; i < head.ContactPoints.Count; i++)
        {
            var point = head.ContactPoints[i];
            if (!string.Equals(point.Kind, "email", StringComparison.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(point.Value))
                continue;
            if (reason == WithholdReason.NoAddress)
                reason = WithholdReason.UnusableAddress;
            if (!IsUsable(point, basis, today) || EmailAddress.Normalise(point.Value) is not { } mailbox)
                continue;
            reason = WithholdReason.UnverifiedAddress;
            if ((point.Verified || policy.AttestedSources.Contains(point.Source)) && (best is null || IsBetter(point, best)))
                (best, chosen) = (point, mailbox);
        }

        return (chosen, reason, SafeguardClause);
    }

    /// <summary>In use on the day. A work mailbox may be read by the employer: no health details there.</summary>
    private static bool IsUsable(ContactPoint point, CampaignBasis basis, DateOnly today) =>
        point.Use != "old" && !(point.StartsOn > today) && !(point.EndsOn < today) && !(point.Use == "work" && basis.Class >= MessageClass.N2);

    private static bool IsBetter(ContactPoint point, ContactPoint than)
    {
        var rank = (point.Rank ?? int.MaxValue).CompareTo(than.Rank ?? int.MaxValue);
        var use = UseOrder(point.Use).CompareTo(UseOrder(than.Use));
        return rank != 0 ? rank < 0 : use != 0 ? use < 0 : Nullable.Compare(point.StartsOn, than.StartsOn) > 0;
    }

    private static bool Has(ConsentState state, string kind)
    {
        for (var i = 0; i < state.Restrictions.Count; i++)
        {
            if (state.Restrictions[i].Kind == kind)
                return true;
        }

        return false;
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
