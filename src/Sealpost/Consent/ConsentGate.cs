using Sealpost.Patients;
using Sealpost.Trust.Sealing;

namespace Sealpost.Consent;

/// <summary>Decides whether one message is lawful for one patient now. Default no. Pure: all inputs are given; recording is the caller's duty (<see cref="RecordedDecision"/>).</summary>
/// <remarks>
/// Gates in order, the first that says no decides: purpose declared; person known, in use, alive, adult; address; prohibited data;
/// restrictions; authorization; sensitive categories; suppressions; frequency cap. Ask at selection, at render and before DATA:
/// only what the recipient's host has accepted was done "in reliance" on an authorization (45 CFR 164.508(b)(5)(i)).
/// </remarks>
public sealed class ConsentGate
{
    /// <summary>Creates the gate with the organisation's policy.</summary>
    /// <exception cref="ArgumentException">A setting of the policy is out of range; the message names it.</exception>
    public ConsentGate(ConsentPolicy policy) => Policy = policy.Checked();

    /// <summary>The policy it decides by.</summary>
    public ConsentPolicy Policy { get; }

    /// <summary>Gates of the law that this version does not evaluate, for <c>campaign forecast</c>: id and what a person must check.</summary>
    public static IReadOnlyList<(string Gate, string Meaning)> NotEvaluatedFor(Purpose purpose) => GatesNotEvaluated.For(purpose);

    /// <summary>Decides. Never throws for patient data; unknown means no.</summary>
    /// <param name="basis">The campaign, as approved.</param>
    /// <param name="head">The head of the patient's chart.</param>
    /// <param name="state">The patient's consent state, whose version the permit carries.</param>
    /// <param name="moment">When in the path; the answer is the same at each, so a message may be stopped at any.</param>
    /// <param name="now">UTC.</param>
    public ConsentDecision Decide(CampaignBasis basis, ChartHead head, ConsentState state, GateMoment moment, DateTimeOffset now)
    {
        if (PurposeRule.Incomplete(basis) is { } incomplete)
            return No(WithholdReason.PurposeUndeclared, incomplete);
        var rule = PurposeRule.Of(basis.Purpose)!;
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Policy.TimeZone).DateTime);

        if (DecidePerson(head, today) is { } person)
            return person;
        var (mailbox, reason, citation) = ChooseAddress.For(basis, head, state, Policy, today);
        if (mailbox is null)
            return No(reason, citation);
        if (DecideData(basis, head, state) is { } data)
            return data;

        MarketingAuthorization? authorization = null;
        if (rule.RequiresAuthorization(basis))
        {
            (authorization, reason, citation) = new AuthorizationCheck(basis, rule, head, Policy, today).Find(state.Authorizations);
            if (authorization is null)
                return No(reason, citation);
        }

        if (DecideSensitive(basis, head, authorization is not null) is { } sensitive)
            return sensitive;
        if (DecideSuppression(basis, rule, state, mailbox) is { } suppressed)
            return suppressed;
        return CountSince(state.RecentMessages, now - Policy.CapPeriod) >= Policy.FrequencyCap
            ? No(WithholdReason.FrequencyCap, "policy: frequency cap")
            : new ConsentDecision.Permit(state.Patient, basis.Campaign, new Phi<string>(mailbox), state.Version, now, authorization?.Id)
            {
                Citation = authorization is null ? rule.Citation : "45 CFR 164.508(a)(3)",
            };
    }

    private static ConsentDecision.Withhold No(WithholdReason reason, string citation) => new(reason, citation);

    private ConsentDecision.Withhold? DecidePerson(ChartHead head, DateOnly today)
    {
        // HTEST (v3-ActReason): a test person in a live system.
        if (!head.Active || head.ReplacedBy is not null || head.SecurityLabels.Contains("HTEST", StringComparer.OrdinalIgnoreCase))
            return No(WithholdReason.Identity, "45 CFR 164.514(h)(1)");
        if (head.Deceased)
            return No(WithholdReason.Deceased, "45 CFR 164.502(f)");
        return Majority.ReachedOn(today, head, Policy) ? null : No(WithholdReason.Minor, "45 CFR 164.502(g)(3)");
    }

    private static ConsentDecision.Withhold? DecideData(CampaignBasis basis, ChartHead head, ConsentState state)
    {
        if (HasProhibited(basis.Categories) || HasProhibited(SensitiveCategories.OfLabels(head.SecurityLabels)))
            return No(WithholdReason.ProhibitedData, "45 CFR 164.508(a)(2)");
        for (var i = 0; i < state.Restrictions.Count; i++)
        {
            if (RestrictionMatch.Touches(state.Restrictions[i], basis))
                return No(WithholdReason.Restriction, "45 CFR 164.522(a)(1)(iii)");
        }

        return null;
    }

    private static bool HasProhibited(IReadOnlyCollection<string> categories) => categories.Count > 0 && categories.Any(SensitiveCategories.Prohibited.Contains);

    private static int CountSince(IReadOnlyList<DateTimeOffset> messages, DateTimeOffset since)
    {
        var count = 0;
        for (var i = 0; i < messages.Count; i++)
            count += messages[i] > since ? 1 : 0;
        return count;
    }

    /// <summary>
    /// 45 CFR 164.502(b): what touches a sensitive category is for the patient's own care, or for what an authorization that names the category covers, and nobody pays for it.
    /// Its class lets it travel sealed to the patient or wait on our page, never as mail that a host on the way could read. A person whose whole record is labelled gets no clinical mail.
    /// </summary>
    private static ConsentDecision.Withhold? DecideSensitive(CampaignBasis basis, ChartHead head, bool isAuthorized)
    {
        if (basis.Class >= MessageClass.N2 && SensitiveCategories.OfLabels(head.SecurityLabels).Count > 0)
            return No(WithholdReason.Sensitive, "45 CFR 164.502(b)");
        if (basis.Class < MessageClass.N3 && basis.Categories.Count == 0)
            return null;
        // 42 CFR 2.31: consents to use records of substance use treatment are not read in this version.
        if (basis.Categories.Contains(SensitiveCategories.SubstanceUse))
            return No(WithholdReason.Sensitive, "42 CFR 2.31");
        var isCare = basis.Purpose is Purpose.Treatment or Purpose.CareCoordOps or Purpose.Refill or Purpose.AdminPayment;
        return basis.Class >= MessageClass.N3 && (isCare || isAuthorized) && basis.Remuneration is null ? null : No(WithholdReason.Sensitive, "45 CFR 164.502(b)");
    }

    private static ConsentDecision.Withhold? DecideSuppression(CampaignBasis basis, PurposeRule rule, ConsentState state, string mailbox)
    {
        for (var i = 0; i < state.Suppressions.Count; i++)
        {
            var suppression = state.Suppressions[i];
            if (suppression.Source == SuppressionSource.Bounce)
            {
                // RFC 3464: the mailbox failed, not the patient; another address of theirs may still work.
                if (suppression.Address is null || suppression.Address == mailbox)
                    return No(WithholdReason.Suppressed, "RFC 3464 §2.3.3");
                continue;
            }

            if (!Topics.IsStopped(suppression.Scope, basis, rule))
                continue;
            return suppression.Scope == SuppressionScope.Fundraising
                ? No(WithholdReason.FundraisingOptOut, "45 CFR 164.514(f)(2)(iv)")
                : No(WithholdReason.Suppressed, basis.Purpose == Purpose.Fundraising ? "45 CFR 164.514(f)(2)(iv)" : "15 USC 7704(a)(4)");
        }

        return null;
    }
}
