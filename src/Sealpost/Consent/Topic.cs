namespace Sealpost.Consent;

/// <summary>What messages are about, in words that patients choose by; every purpose belongs to one.</summary>
public enum Topic
{
    /// <summary>The patient's own care: treatment, check-ups, care coordination.</summary>
    Care,

    /// <summary>Appointments, refills, bills, the account.</summary>
    Reminders,

    /// <summary>Health in general, public programmes, surveys, newsletters.</summary>
    HealthNews,

    /// <summary>Services of the organisation itself.</summary>
    OwnServices,

    /// <summary>Donations. 45 CFR 164.514(f).</summary>
    Fundraising,

    /// <summary>Offers from others, and whatever somebody pays for: only with a signed authorization. 45 CFR 164.508(a)(3).</summary>
    Offers,
}

/// <summary>Topics, purposes and opt-outs: which belongs to which.</summary>
internal static class Topics
{
    /// <summary>All of them, as patients read them.</summary>
    public static IReadOnlyList<Topic> All { get; } = Enum.GetValues<Topic>();

    /// <summary>The topic of a purpose.</summary>
    public static Topic Of(Purpose purpose) => purpose switch
    {
        Purpose.Treatment or Purpose.CareCoordOps => Topic.Care,
        Purpose.Refill or Purpose.AdminPayment => Topic.Reminders,
        Purpose.GeneralHealth or Purpose.GovProgram or Purpose.QualitySurvey or Purpose.NewsletterNoPhi => Topic.HealthNews,
        Purpose.OwnProduct or Purpose.PlanBenefit => Topic.OwnServices,
        Purpose.Fundraising => Topic.Fundraising,
        _ => Topic.Offers,
    };

    /// <summary>The narrowest opt-out that stops a topic.</summary>
    public static SuppressionScope ScopeOf(Topic topic) => topic switch
    {
        Topic.Care => SuppressionScope.Care,
        Topic.Reminders => SuppressionScope.Reminders,
        Topic.HealthNews => SuppressionScope.HealthNews,
        Topic.OwnServices => SuppressionScope.OwnServices,
        Topic.Fundraising => SuppressionScope.Fundraising,
        _ => SuppressionScope.Offers,
    };

    /// <summary>Whether an opt-out stops a topic as a whole.</summary>
    public static bool Stops(SuppressionScope scope, Topic topic) => scope switch
    {
        SuppressionScope.All => true,
        SuppressionScope.Marketing => topic is not (Topic.Care or Topic.Reminders),
        _ => scope == ScopeOf(topic),
    };

    /// <summary>Whether an opt-out stops a campaign. What somebody pays for is an offer too, whatever else it is about.</summary>
    public static bool IsStopped(SuppressionScope scope, CampaignBasis basis, PurposeRule rule) => scope switch
    {
        SuppressionScope.Marketing => rule.StoppedByOptOut(basis),
        SuppressionScope.Offers => Of(basis.Purpose) == Topic.Offers || PurposeRule.IsPaid(basis),
        _ => Stops(scope, Of(basis.Purpose)),
    };

    /// <summary>Topics that a patient gets no mail about now, by his own or staff's opt-outs. A failed mailbox is no opt-out.</summary>
    public static IReadOnlySet<Topic> Off(ConsentState state)
    {
        var scopes = state.Suppressions.Where(suppression => suppression.Source != SuppressionSource.Bounce).Select(suppression => suppression.Scope).Distinct().ToList();
        return All.Where(topic => scopes.Any(scope => Stops(scope, topic))).ToHashSet();
    }
}
