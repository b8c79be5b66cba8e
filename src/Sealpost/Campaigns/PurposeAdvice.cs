using Sealpost.Consent;

namespace Sealpost.Campaigns;

/// <summary>What a message may be about, as the first question offers it.</summary>
/// <param name="About">The purpose that it leads to.</param>
/// <param name="Title">The answer, in plain words.</param>
/// <param name="Example">What belongs here.</param>
public sealed record PurposeChoice(Purpose About, string Title, string Example);

/// <summary>What follows from the answers on purpose and payment.</summary>
/// <param name="Purpose">The purpose they lead to.</param>
/// <param name="AuthorizationNeeded">Only patients who signed an authorization may get it.</param>
/// <param name="MustSayPaid">The authorization must say that somebody pays.</param>
/// <param name="EndsWithOptOut">A patient who unsubscribed from marketing does not get it.</param>
/// <param name="Words">The same, for people.</param>
/// <param name="Law">The clause's own words.</param>
/// <param name="Citation">The clause.</param>
public sealed record PurposeConsequence(Purpose Purpose, bool AuthorizationNeeded, bool MustSayPaid, bool EndsWithOptOut, string Words, string Law, string Citation);

/// <summary>Leads from plain questions to a purpose and says what the law makes of it. 45 CFR 164.501 "marketing", 164.508(a)(3).</summary>
public static class PurposeAdvice
{
    /// <summary>Answers to "What is this message about?", the most common first.</summary>
    public static IReadOnlyList<PurposeChoice> Choices { get; } =
    [
        new(Purpose.Treatment, "The patient's own treatment", "Follow-up after a result, visit preparation, a screening this patient is due for, another therapy or provider."),
        new(Purpose.AdminPayment, "Appointments, bills or the account", "Reminders of a date, statements, portal activation. Nothing is advertised."),
        new(Purpose.Refill, "A medicine the patient takes now", "Refill reminders, adherence, a generic of the same drug, or a prescription that ended at most 90 days ago."),
        new(Purpose.CareCoordOps, "Coordinating care for many", "Case management and information on alternatives that is not one person's treatment; mostly health plans."),
        new(Purpose.GeneralHealth, "Staying healthy in general", "Flu season, diet, exercise. Names no product and no provider."),
        new(Purpose.OwnProduct, "A health service that we provide ourselves", "A new clinic, a class, a machine of our own."),
        new(Purpose.PlanBenefit, "The benefits of our own health plan", "What the plan covers, its network, extras for its members only."),
        new(Purpose.GovProgram, "A government programme", "Eligibility for Medicare, Medicaid or the like."),
        new(Purpose.QualitySurvey, "A survey about our own care", "Satisfaction or outcome, for our own improvement."),
        new(Purpose.Fundraising, "Raising funds for ourselves", "Gifts to the hospital or its foundation."),
        new(Purpose.Marketing, "Anything else that asks people to buy or use something", "A third party's product, a product of ours that is not about health."),
        new(Purpose.NewsletterNoPhi, "A public newsletter", "Readers signed up outside their care; nobody is chosen, named or left out by patient data."),
    ];

    /// <summary>Whether the second question is asked: does it promote a product or service of somebody else? Recommending other providers or therapies is treatment itself.</summary>
    public static bool AsksOthers(Purpose about) =>
        about is Purpose.AdminPayment or Purpose.GeneralHealth or Purpose.OwnProduct or Purpose.PlanBenefit or Purpose.GovProgram or Purpose.QualitySurvey or Purpose.NewsletterNoPhi;

    /// <summary>The purpose that a draft's answers lead to; null while the first is missing.</summary>
    public static Purpose? PurposeOf(CampaignDraft draft)
    {
        if (draft.About is not { } about)
            return null;
        var marketing = about is Purpose.Marketing or Purpose.MarketingPaid || (AsksOthers(about) && draft.PromotesOthers == true);
        return !marketing ? about : draft.Paid == PaidBy.Money && draft.Payment.PayerOwnsProduct ? Purpose.MarketingPaid : Purpose.Marketing;
    }

    /// <summary>What follows from a draft's answers; null while the first is missing.</summary>
    public static PurposeConsequence? Of(CampaignDraft draft) =>
        PurposeOf(draft) is { } purpose ? Of(purpose, draft.ToContent(TimeZoneInfo.Utc).Remuneration) : null;

    /// <summary>What follows from a purpose and the payment for it.</summary>
    public static PurposeConsequence Of(Purpose purpose, PaymentAnswers? payment)
    {
        var rule = PurposeRule.Of(purpose) ?? throw new RefusedException("That is no purpose. Choose one of the list.");
        var basis = new CampaignBasis(0, purpose, payment?.ToRemuneration(), MessageClass.N0, new HashSet<string>(), [], new HashSet<string>()) { AudienceCodes = [] };
        var paid = PurposeRule.IsPaid(basis);
        var needed = rule.RequiresAuthorization(basis);
        var (citation, law) = needed ? (paid ? "45 CFR 164.508(a)(3)(ii)" : "45 CFR 164.508(a)(3)(i)", paid ? Clause.Paid : Clause.Marketing) : (rule.Citation, Clause.Of(purpose));
        return new PurposeConsequence(purpose, needed, rule.NeedsRemunerationStatement(basis), rule.StoppedByOptOut(basis), Say(purpose, needed, paid, rule.StoppedByOptOut(basis)), law, citation);
    }

    private static string Say(Purpose purpose, bool needed, bool paid, bool endsWithOptOut)
    {
        var first = (needed, paid) switch
        {
            (true, true) => "Somebody pays for it, so it is marketing: it goes only to patients who signed an authorization that says so.",
            (true, false) => "This is marketing: it goes only to patients who signed an authorization for it.",
            (false, true) => "Somebody pays no more than it costs to send, so a refill reminder still needs no authorization. Keep the cost worksheet.",
            _ when purpose == Purpose.Fundraising => "It needs no authorization as long as audience and message use only name, contact, age, sex, date of birth, dates and department of care, doctor, outcome and insurance; anything else makes one necessary.",
            _ when purpose is Purpose.GeneralHealth or Purpose.GovProgram => "It needs no authorization: a message that names no product or service of a particular provider, or that tells of a government programme, is no marketing.",
            _ when purpose == Purpose.NewsletterNoPhi => "It needs no authorization: a list that was never joined with patient data holds no protected health information.",
            _ => "It needs no authorization.",
        };
        return first + (endsWithOptOut ? " Patients who unsubscribed do not get it." : " It also goes to patients who unsubscribed from marketing, since it is about their care or account.");
    }
}

/// <summary>The law's own sentences.</summary>
internal static class Clause
{
    public const string Marketing = "… a covered entity must obtain an authorization for any use or disclosure of protected health information for marketing, except if the communication is in the form of: (A) A face-to-face communication made by a covered entity to an individual; or (B) A promotional gift of nominal value provided by the covered entity.";

    public const string Paid = "If the marketing involves financial remuneration, as defined in paragraph (3) of the definition of marketing at § 164.501, to the covered entity from a third party, the authorization must state that such remuneration is involved.";

    private const string NotMarketing = "Marketing does not include a communication made: … (ii) For the following treatment and health care operations purposes, except where the covered entity receives financial remuneration in exchange for making the communication: ";

    public static string Of(Purpose purpose) => purpose switch
    {
        Purpose.Treatment => NotMarketing + "(A) For treatment of an individual by a health care provider, including case management or care coordination for the individual, or to direct or recommend alternative treatments, therapies, health care providers, or settings of care to the individual; …",
        Purpose.CareCoordOps => NotMarketing + "… (C) For case management or care coordination, contacting of individuals with information about treatment alternatives, and related functions to the extent these activities do not fall within the definition of treatment.",
        Purpose.OwnProduct or Purpose.PlanBenefit => NotMarketing + "… (B) To describe a health-related product or service (or payment for such product or service) that is provided by, or included in a plan of benefits of, the covered entity making the communication, …",
        Purpose.Refill => "Marketing does not include a communication made: (i) To provide refill reminders or otherwise communicate about a drug or biologic that is currently being prescribed for the individual, only if any financial remuneration received by the covered entity in exchange for making the communication is reasonably related to the covered entity's cost of making the communication.",
        Purpose.AdminPayment => "A covered entity may use or disclose protected health information for its own treatment, payment, or health care operations.",
        Purpose.QualitySurvey => "Health care operations means any of the following activities …: (1) Conducting quality assessment and improvement activities, including outcomes evaluation …",
        Purpose.Fundraising => "Subject to the conditions of paragraph (f)(2) of this section, a covered entity may use, or disclose to a business associate or to an institutionally related foundation, the following protected health information for the purpose of raising funds for its own benefit, without an authorization …",
        Purpose.GeneralHealth or Purpose.GovProgram => "… marketing means to make a communication about a product or service that encourages recipients of the communication to purchase or use the product or service.",
        Purpose.NewsletterNoPhi => "Protected health information means individually identifiable health information …",
        _ => Marketing,
    };
}
