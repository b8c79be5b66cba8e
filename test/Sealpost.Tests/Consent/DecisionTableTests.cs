using Sealpost.Consent;
using Sealpost.Patients;

namespace Sealpost.Tests.Consent;

/// <summary>One row per way in which a lawful message becomes unlawful; every reason of the gate has at least one.</summary>
public sealed class DecisionTableTests
{
    private static readonly (string Case, WithholdReason Reason, CampaignBasis Basis, ChartHead Head, ConsentState State)[] Rows =
    [
        ("a purpose that is none", WithholdReason.PurposeUndeclared, Lawful.Campaign((Purpose)99), Lawful.Head, Lawful.State),
        ("paid marketing without the payment questions", WithholdReason.PurposeUndeclared, Lawful.Campaign(Purpose.MarketingPaid), Lawful.Head, Lawful.Authorized),
        ("remuneration of an unknown kind", WithholdReason.PurposeUndeclared, Lawful.Treatment with { Remuneration = Lawful.Paid with { Kind = "gift" } }, Lawful.Head, Lawful.State),
        ("remuneration without a payer", WithholdReason.PurposeUndeclared, Lawful.Treatment with { Remuneration = Lawful.Paid with { Payer = " " } }, Lawful.Head, Lawful.State),
        ("a public newsletter chosen by age", WithholdReason.PurposeUndeclared, Lawful.Campaign(Purpose.NewsletterNoPhi, MessageClass.N0), Lawful.Head, Lawful.State),
        ("an inactive record", WithholdReason.Identity, Lawful.Treatment, Lawful.Head with { Active = false }, Lawful.State),
        ("a record merged away", WithholdReason.Identity, Lawful.Treatment, Lawful.Head with { ReplacedBy = "Patient/2" }, Lawful.State),
        ("a test person", WithholdReason.Identity, Lawful.Treatment, Lawful.Head with { SecurityLabels = ["HTEST"] }, Lawful.State),
        ("a deceased patient", WithholdReason.Deceased, Lawful.Treatment, Lawful.Head with { Deceased = true }, Lawful.State),
        ("a minor", WithholdReason.Minor, Lawful.Treatment, Lawful.Head with { BirthDate = Lawful.Today.AddYears(-18).AddDays(1) }, Lawful.State),
        ("an unknown birth date", WithholdReason.Minor, Lawful.Treatment, Lawful.Head with { BirthDate = null }, Lawful.State),
        ("eighteen in Alabama", WithholdReason.Minor, Lawful.Treatment, Lawful.Head with { BirthDate = Lawful.Today.AddYears(-18), Addresses = [new PostalAddress { State = "AL" }] }, Lawful.State),
        ("eighteen in a state nobody knows", WithholdReason.Minor, Lawful.Treatment, Lawful.Head with { BirthDate = Lawful.Today.AddYears(-18), Addresses = [] }, Lawful.State),
        ("no email", WithholdReason.NoAddress, Lawful.Treatment, Lawful.WithEmails(new ContactPoint { Kind = "phone", Value = "555-0100", Source = "fhir" }), Lawful.State),
        ("a malformed email", WithholdReason.UnusableAddress, Lawful.Treatment, Lawful.WithEmails(Lawful.Email with { Value = "maria@@example.com" }), Lawful.State),
        ("an old email", WithholdReason.UnusableAddress, Lawful.Treatment, Lawful.WithEmails(Lawful.Email with { Use = "old" }), Lawful.State),
        ("an email that ended", WithholdReason.UnusableAddress, Lawful.Treatment, Lawful.WithEmails(Lawful.Email with { EndsOn = Lawful.Today.AddDays(-1) }), Lawful.State),
        ("clinical words to a work mailbox", WithholdReason.UnusableAddress, Lawful.Campaign(Purpose.Treatment, MessageClass.N2), Lawful.WithEmails(Lawful.Email with { Use = "work" }), Lawful.State),
        ("an email of a source nobody attests", WithholdReason.UnverifiedAddress, Lawful.Treatment, Lawful.WithEmails(Lawful.Email with { Source = "old-crm" }), Lawful.State),
        ("a mailbox two patients have", WithholdReason.SharedAddress, Lawful.Treatment, Lawful.Head, Lawful.State with { SharedAddresses = new HashSet<string> { Lawful.Mailbox } }),
        ("clinical words about a bill to a shared mailbox", WithholdReason.SharedAddress, Lawful.Campaign(Purpose.AdminPayment, MessageClass.N2), Lawful.Head, Lawful.State with { SharedAddresses = new HashSet<string> { Lawful.Mailbox } }),
        ("no email, please", WithholdReason.ConfidentialCommunication, Lawful.Campaign(Purpose.AdminPayment), Lawful.Head, Lawful.Restricted(RestrictionKinds.NoEmail, null)),
        ("letters to a post box, please", WithholdReason.ConfidentialCommunication, Lawful.Treatment, Lawful.Head, Lawful.Restricted(RestrictionKinds.Address, "PO Box 12, Boston")),
        ("a confidential address that can't be read any more", WithholdReason.ConfidentialCommunication, Lawful.Treatment, Lawful.Head, Lawful.Restricted(RestrictionKinds.Address, null)),
        ("two confidential addresses", WithholdReason.ConfidentialCommunication, Lawful.Treatment, Lawful.Head, Lawful.State with { Restrictions = [new Restriction(1, RestrictionKinds.Address, "a@example.com", Lawful.Now), new Restriction(2, RestrictionKinds.Address, "b@example.com", Lawful.Now)] }),
        ("psychotherapy notes", WithholdReason.ProhibitedData, Lawful.Treatment with { Categories = new HashSet<string> { "psychotherapy-notes" } }, Lawful.Head, Lawful.State),
        ("a record labelled as psychotherapy notes", WithholdReason.ProhibitedData, Lawful.Treatment, Lawful.Head with { SecurityLabels = ["PSYTHPN"] }, Lawful.State),
        ("a purpose agreed not to be used", WithholdReason.Restriction, Lawful.Treatment, Lawful.Head, Lawful.Restricted(RestrictionKinds.Purpose, "TREATMENT")),
        ("a restriction that cannot be read", WithholdReason.Restriction, Lawful.Treatment, Lawful.Head, Lawful.Restricted(RestrictionKinds.Purpose, "no idea")),
        ("a restriction of a kind nobody knows", WithholdReason.Restriction, Lawful.Treatment, Lawful.Head, Lawful.Restricted("handwritten", null)),
        ("restricted data in the audience", WithholdReason.Restriction, Lawful.Treatment with { AudienceCodes = [("icd10", "E11.9", false)] }, Lawful.Head, Lawful.Restricted(RestrictionKinds.Data, "icd10:E11")),
        ("a broader audience around restricted data", WithholdReason.Restriction, Lawful.Treatment with { AudienceCodes = [("icd10", "E1", true)] }, Lawful.Head, Lawful.Restricted(RestrictionKinds.Data, "icd10:E11.9")),
        ("restricted data in the content", WithholdReason.Restriction, Lawful.Treatment with { FieldLabels = ["medications"] }, Lawful.Head, Lawful.Restricted(RestrictionKinds.Data, "rxnorm:860975")),
        ("a plan's message about care paid for by the patient", WithholdReason.Restriction, Lawful.Campaign(Purpose.PlanBenefit), Lawful.Head, Lawful.Restricted(RestrictionKinds.SelfPay, null)),
        ("marketing without an authorization", WithholdReason.NeverAuthorized, Lawful.Marketing, Lawful.Head, Lawful.State),
        ("treatment mail paid for by the maker", WithholdReason.NeverAuthorized, Lawful.Treatment with { Remuneration = Lawful.Paid }, Lawful.Head, Lawful.State),
        ("a refill reminder paid above its cost", WithholdReason.NeverAuthorized, Lawful.Campaign(Purpose.Refill) with { Remuneration = Lawful.Paid }, Lawful.Head, Lawful.State),
        ("a refill reminder whose cost nobody wrote down", WithholdReason.NeverAuthorized, Lawful.Campaign(Purpose.Refill) with { Remuneration = Lawful.Paid with { DocumentedCost = null } }, Lawful.Head, Lawful.State),
        ("fundraising by diagnosis", WithholdReason.NeverAuthorized, Lawful.Campaign(Purpose.Fundraising) with { SelectionKinds = new HashSet<string> { "condition" } }, Lawful.Head, Lawful.State),
        ("an authorization past its last day", WithholdReason.AuthorizationExpired, Lawful.Marketing, Lawful.Head, With(Lawful.Authorization with { ExpiresOn = Lawful.Today.AddDays(-1) })),
        ("an authorization whose event occurred", WithholdReason.AuthorizationExpired, Lawful.Marketing, Lawful.Head, With(Lawful.Authorization with { ExpiresOn = null, ExpiryEvent = "end of enrolment", ExpiryEventOn = Lawful.Today })),
        ("an authorization signed for a minor who has grown up", WithholdReason.AuthorizationExpired, Lawful.Marketing, Lawful.Head with { BirthDate = new DateOnly(2008, 2, 15) }, With(Lawful.Authorization with { SignedByRepresentative = true, RepresentativeAuthority = "parent" })),
        ("a revoked authorization", WithholdReason.AuthorizationRevoked, Lawful.Marketing, Lawful.Head, With(Lawful.Authorization with { RevokedAt = Lawful.Now.AddDays(-1) })),
        ("an authorization for something else", WithholdReason.AuthorizationScope, Lawful.Marketing, Lawful.Head, With(Lawful.Authorization with { Purposes = [Purpose.Fundraising] })),
        ("an authorization that does not name the category", WithholdReason.AuthorizationScope, Lawful.Marketing with { Categories = new HashSet<string> { "hiv" } }, Lawful.Head, Lawful.Authorized),
        ("an authorization silent about payment", WithholdReason.AuthorizationRemuneration, Lawful.Marketing with { Remuneration = Lawful.Paid }, Lawful.Head, Lawful.Authorized),
        ("paid marketing on an authorization for unpaid", WithholdReason.AuthorizationRemuneration, Lawful.Campaign(Purpose.MarketingPaid) with { Remuneration = Lawful.Paid }, Lawful.Head, Lawful.Authorized),
        ("an authorization without a recipient", WithholdReason.AuthorizationDefective, Lawful.Marketing, Lawful.Head, With(Lawful.Authorization with { Recipients = [] })),
        ("an authorization signed tomorrow", WithholdReason.AuthorizationDefective, Lawful.Marketing, Lawful.Head, With(Lawful.Authorization with { SignedOn = Lawful.Today.AddDays(1) })),
        ("a sensitive category", WithholdReason.Sensitive, Lawful.Treatment with { Categories = new HashSet<string> { "hiv" } }, Lawful.Head, Lawful.State),
        ("sensitive words for another purpose than care", WithholdReason.Sensitive, Lawful.Campaign(Purpose.OwnProduct, MessageClass.N3), Lawful.Head, Lawful.State),
        ("sensitive words that somebody pays for", WithholdReason.Sensitive, Lawful.Campaign(Purpose.Refill, MessageClass.N3) with { Remuneration = Lawful.Paid with { Amount = 50 } }, Lawful.Head, Lawful.State),
        ("substance use, whose own consents are not read", WithholdReason.Sensitive, Lawful.Campaign(Purpose.Treatment, MessageClass.N3) with { Categories = new HashSet<string> { "substance-use" } }, Lawful.Head, Lawful.State),
        ("clinical words for a patient whose record is restricted", WithholdReason.Sensitive, Lawful.Campaign(Purpose.Treatment, MessageClass.N2), Lawful.Head with { SecurityLabels = ["R"] }, Lawful.State),
        ("an opt-out of everything", WithholdReason.Suppressed, Lawful.Treatment, Lawful.Head, Lawful.Suppressed(SuppressionScope.All, SuppressionSource.Staff)),
        ("an opt-out of marketing", WithholdReason.Suppressed, Lawful.Campaign(Purpose.OwnProduct), Lawful.Head, Lawful.Suppressed(SuppressionScope.Marketing)),
        ("a complaint, then fundraising", WithholdReason.Suppressed, Lawful.Campaign(Purpose.Fundraising), Lawful.Head, Lawful.Suppressed(SuppressionScope.Marketing, SuppressionSource.Complaint)),
        ("a mailbox that bounced", WithholdReason.Suppressed, Lawful.Treatment, Lawful.Head, Lawful.Suppressed(SuppressionScope.All, SuppressionSource.Bounce, Lawful.Mailbox)),
        ("an opt-out of fundraising", WithholdReason.FundraisingOptOut, Lawful.Campaign(Purpose.Fundraising), Lawful.Head, Lawful.Suppressed(SuppressionScope.Fundraising)),
        ("a fifth message in a week", WithholdReason.FrequencyCap, Lawful.Treatment, Lawful.Head, Lawful.State with { RecentMessages = [.. Enumerable.Range(1, 4).Select(day => Lawful.Now.AddDays(-day))] }),
    ];

    public static TheoryData<string> Cases => [.. Rows.Select(row => row.Case)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_unlawful_message_is_withheld_for_its_reason(string name)
    {
        var (_, reason, basis, head, state) = Rows.Single(row => row.Case == name);

        var withhold = Assert.IsType<ConsentDecision.Withhold>(Lawful.Decide(basis, head, state));

        Assert.Equal(reason, withhold.Reason);
        Assert.Matches("CFR|USC|FR |RFC|policy", withhold.Citation);
    }

    [Fact]
    public void Every_reason_of_the_gate_has_a_row() =>
        Assert.Equal(
            Enum.GetValues<WithholdReason>().Where(reason => reason < WithholdReason.MissingValue),
            Rows.Select(row => row.Reason).Distinct().Order());

    [Fact]
    public void What_the_rows_spoil_was_lawful_before()
    {
        Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(Lawful.Treatment, Lawful.Head, Lawful.State));
        Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(Lawful.Marketing, Lawful.Head, Lawful.Authorized));
        var sensitive = Lawful.Campaign(Purpose.Treatment, MessageClass.N3) with { Categories = new HashSet<string> { "hiv" } };
        Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(sensitive, Lawful.Head, Lawful.State));
        Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(sensitive with { Purpose = Purpose.Marketing }, Lawful.Head, With(Lawful.Authorization with { Categories = ["hiv"] })));
    }

    private static ConsentState With(MarketingAuthorization authorization) => Lawful.State with { Authorizations = [authorization] };
}
