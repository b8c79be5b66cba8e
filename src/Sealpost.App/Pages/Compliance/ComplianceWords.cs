using System.Globalization;
using Sealpost.Compliance;
using Sealpost.Consent;
using Sealpost.Trust.Agreements;

namespace Sealpost.App.Pages.Compliance;

/// <summary>Words and badges of the compliance pages.</summary>
internal static class ComplianceWords
{
    public static (string Text, string Kind) Of(RegisteredAgreement one) => one.Standing switch
    {
        AgreementStanding.InForce => ("In force", "good"),
        AgreementStanding.ExpiresSoon => (one.DaysLeft == 1 ? "Last day today" : $"{one.DaysLeft} days left", "warn"),
        AgreementStanding.NotSigned => ("Not signed", "warn"),
        AgreementStanding.NotYet => ("Begins later", "info"),
        AgreementStanding.Expired => ("Expired", "danger"),
        _ => ("Ended", "quiet"),
    };

    /// <summary>What the other party may do.</summary>
    public static string Of(PhiFlow flow) => flow switch
    {
        PhiFlow.Store => "Keep patient data: hosting, backup",
        PhiFlow.Send => "Send it on: relay, text-message gateway",
        PhiFlow.Log => "See it in logs",
        _ => "Compute over it: analytics",
    };

    /// <summary>One word.</summary>
    public static string Short(PhiFlow flow) => flow switch
    {
        PhiFlow.Store => "store",
        PhiFlow.Send => "send",
        PhiFlow.Log => "log",
        _ => "analyse",
    };

    /// <summary>What the contract must say, for the person who has it on the desk.</summary>
    public static (string Text, string Clause) Of(AgreementTerms term) => term switch
    {
        AgreementTerms.PermittedUses => ("It states the permitted and required uses, none that we could not make ourselves", "164.504(e)(2)(i)"),
        AgreementTerms.NoOtherUse => ("No other use or disclosure", "(e)(2)(ii)(A)"),
        AgreementTerms.Safeguards => ("Safeguards, and the Security Rule for electronic data", "(e)(2)(ii)(B)"),
        AgreementTerms.Reports => ("They report other uses, incidents and breaches to us", "(e)(2)(ii)(C)"),
        AgreementTerms.Subcontractors => ("Subcontractors are bound to the same", "(e)(2)(ii)(D)"),
        AgreementTerms.Access => ("Patients get access", "(e)(2)(ii)(E)"),
        AgreementTerms.Amendment => ("Patients get corrections", "(e)(2)(ii)(F)"),
        AgreementTerms.Accounting => ("They account for disclosures", "(e)(2)(ii)(G)"),
        AgreementTerms.Obligations => ("Where they do our duties, they do them by our rules", "(e)(2)(ii)(H)"),
        AgreementTerms.Books => ("Books are open to the Secretary", "(e)(2)(ii)(I)"),
        AgreementTerms.ReturnOrDestroy => ("At the end everything is returned or destroyed", "(e)(2)(ii)(J)"),
        _ => ("We may end it for a material violation", "(e)(2)(iii)"),
    };

    /// <summary>Every term that a signature confirms.</summary>
    public static IReadOnlyList<AgreementTerms> Terms { get; } = [.. Enum.GetValues<AgreementTerms>().Where(term => int.PopCount((int)term) == 1)];

    /// <summary>A purpose in plain words.</summary>
    public static string Of(Purpose purpose) =>
        Sealpost.Campaigns.PurposeAdvice.Choices.FirstOrDefault(choice => choice.About == purpose)?.Title ?? (purpose == Purpose.MarketingPaid ? "Marketing that somebody pays for" : PurposeNames.Of(purpose));

    public static string Of(SuppressionScope scope) => scope switch
    {
        SuppressionScope.All => "Every message, care too",
        SuppressionScope.Marketing => "Commercial, marketing and fundraising messages",
        SuppressionScope.Fundraising => "Fundraising",
        SuppressionScope.Care => "Messages on their care",
        SuppressionScope.Reminders => "Reminders",
        SuppressionScope.HealthNews => "Health news",
        SuppressionScope.OwnServices => "News of our services",
        _ => "Offers",
    };

    public static string Of(SuppressionSource source) => source switch
    {
        SuppressionSource.Unsubscribe => "by the patient",
        SuppressionSource.Complaint => "reported as unwanted",
        SuppressionSource.Bounce => "the mailbox rejects mail",
        _ => "recorded by staff",
    };

    /// <summary>Kinds of restrictions: what each is, and what its value is.</summary>
    public static IReadOnlyList<(string Kind, string Title, string? ValueLabel, string? Hint)> Restrictions { get; } =
    [
        (RestrictionKinds.NoEmail, "No email at all, about care neither", null, null),
        (RestrictionKinds.Address, "Only this address or channel", "Address to use", "An email address, or words for another channel such as “by letter”, which then stops email."),
        (RestrictionKinds.Purpose, "Not for this purpose", "Purpose", null),
        (RestrictionKinds.Data, "Do not use this information", "Codes", "System and code, such as icd10:F1*"),
        (RestrictionKinds.SelfPay, "Care paid in full by the patient: nothing to the health plan", null, null),
        (RestrictionKinds.SoleControl, "The patient alone reads a mailbox that another record also names", "Mailbox", null),
    ];

    public static string Restriction(string kind) => Restrictions.FirstOrDefault(one => one.Kind == kind) is { Title: { } title } ? title : kind;

    public static string Day(DateOnly? day) => day?.ToString("d MMM yyyy", CultureInfo.InvariantCulture) ?? "–";

    public static DateOnly? ReadDay(string? text) => DateOnly.TryParse(text, CultureInfo.InvariantCulture, out var day) ? day : null;

    public static string Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
