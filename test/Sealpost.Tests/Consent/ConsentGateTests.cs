using Sealpost.Consent;
using Sealpost.Patients;

namespace Sealpost.Tests.Consent;

public sealed class ConsentGateTests
{
    [Fact]
    public void A_permit_names_patient_campaign_address_version_and_authorization()
    {
        var permit = Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(Lawful.Marketing, Lawful.Head, Lawful.Authorized));

        Assert.Equal((1, 42L, Lawful.Mailbox, 5L, 7L), (permit.Patient.Value, permit.Campaign, permit.Address.Open(), permit.StateVersion, permit.Authorization));
        Assert.Equal("45 CFR 164.508(a)(3)", permit.Citation);
    }

    [Theory]
    [InlineData(Purpose.Treatment)]
    [InlineData(Purpose.CareCoordOps)]
    [InlineData(Purpose.Refill)]
    [InlineData(Purpose.AdminPayment)]
    public void Care_and_account_mail_continues_after_a_marketing_unsubscribe(Purpose purpose) =>
        Assert.Null(Lawful.Reason(Lawful.Campaign(purpose), Lawful.Head, Lawful.Suppressed(SuppressionScope.Marketing)));

    [Fact]
    public void Refill_mail_paid_within_its_cost_needs_no_authorization_but_stops_with_an_opt_out()
    {
        var refill = Lawful.Campaign(Purpose.Refill) with { Remuneration = Lawful.Paid with { Amount = 100 } };

        Assert.Null(Lawful.Reason(refill, Lawful.Head, Lawful.State));
        Assert.Equal(WithholdReason.Suppressed, Lawful.Reason(refill, Lawful.Head, Lawful.Suppressed(SuppressionScope.Marketing)));
    }

    [Theory]
    [InlineData(RemunerationKinds.InKind, true)]
    [InlineData(RemunerationKinds.Financial, false)]
    public void In_kind_help_and_payment_by_others_are_no_financial_remuneration(string kind, bool payerOwnsProduct) =>
        Assert.Null(Lawful.Reason(Lawful.Treatment with { Remuneration = Lawful.Paid with { Kind = kind, PayerOwnsProduct = payerOwnsProduct } }, Lawful.Head, Lawful.State));

    [Fact]
    public void What_a_business_associate_receives_counts_as_received_by_the_organisation() =>
        Assert.Equal(
            WithholdReason.NeverAuthorized,
            Lawful.Reason(Lawful.Treatment with { Remuneration = Lawful.Paid with { ReceivedBy = RemunerationKinds.BusinessAssociate } }, Lawful.Head, Lawful.State));

    [Fact]
    public void Paid_mail_goes_on_an_authorization_that_says_so()
    {
        var state = Lawful.State with { Authorizations = [Lawful.Authorization with { Purposes = [Purpose.MarketingPaid], StatesRemuneration = true }] };

        Assert.Null(Lawful.Reason(Lawful.Treatment with { Remuneration = Lawful.Paid }, Lawful.Head, state));
    }

    [Fact]
    public void Fundraising_within_the_six_elements_needs_no_authorization()
    {
        var fundraising = Lawful.Campaign(Purpose.Fundraising) with { SelectionKinds = new HashSet<string> { "age", "place", "encounter", "payer" } };

        Assert.Null(Lawful.Reason(fundraising, Lawful.Head, Lawful.State));
    }

    [Theory]
    [InlineData("conditions.name")]
    [InlineData("last_visit.description")]
    [InlineData("labs[\"4548-4\"].value")]
    [InlineData("patient.mrn")]
    [InlineData("anything.new")]
    public void Fundraising_that_shows_more_needs_one(string field) =>
        Assert.Equal(WithholdReason.NeverAuthorized, Lawful.Reason(Lawful.Campaign(Purpose.Fundraising) with { FieldLabels = [field] }, Lawful.Head, Lawful.State));

    [Fact]
    public void A_fundraising_opt_out_stops_fundraising_alone() =>
        Assert.Null(Lawful.Reason(Lawful.Campaign(Purpose.GeneralHealth), Lawful.Head, Lawful.Suppressed(SuppressionScope.Fundraising)));

    [Fact]
    public void The_confidential_address_goes_before_every_other_and_needs_no_source()
    {
        var permit = Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(Lawful.Treatment, Lawful.Head, Lawful.Restricted(RestrictionKinds.Address, " Safe@Example.com ")));

        Assert.Equal("safe@example.com", permit.Address.Open());
    }

    [Fact]
    public void The_preferred_verified_address_is_chosen()
    {
        var head = Lawful.WithEmails(
            Lawful.Email with { Value = "third@example.com", Rank = 3 },
            Lawful.Email with { Value = "unverified@example.com", Rank = 1, Source = "web" },
            Lawful.Email with { Value = "Second@Example.com", Rank = 2 },
            Lawful.Email with { Value = "unranked@example.com" });

        var permit = Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(Lawful.Treatment, head, Lawful.State));

        Assert.Equal("second@example.com", permit.Address.Open());
    }

    [Fact]
    public void A_verified_flag_stands_for_an_attested_source() =>
        Assert.Null(Lawful.Reason(Lawful.Treatment, Lawful.WithEmails(Lawful.Email with { Source = "old-crm", Verified = true }), Lawful.State));

    [Fact]
    public void A_work_mailbox_may_carry_words_without_health_details() =>
        Assert.Null(Lawful.Reason(Lawful.Treatment, Lawful.WithEmails(Lawful.Email with { Use = "work" }), Lawful.State));

    [Fact]
    public void A_shared_mailbox_may_carry_administrative_words() =>
        Assert.Null(Lawful.Reason(Lawful.Campaign(Purpose.AdminPayment), Lawful.Head, Lawful.State with { SharedAddresses = new HashSet<string> { Lawful.Mailbox } }));

    [Fact]
    public void A_bounce_of_another_mailbox_stops_nothing() =>
        Assert.Null(Lawful.Reason(Lawful.Treatment, Lawful.Head, Lawful.Suppressed(SuppressionScope.All, SuppressionSource.Bounce, "former@example.com")));

    [Fact]
    public void An_opt_out_stays_with_the_patient_whatever_address_it_came_from() =>
        Assert.Equal(WithholdReason.Suppressed, Lawful.Reason(Lawful.Marketing, Lawful.Head, Lawful.Authorized with { Suppressions = [new Suppression(SuppressionScope.Marketing, SuppressionSource.Unsubscribe, Lawful.Now) { Address = "former@example.com" }] }));

    [Fact]
    public void An_authorization_holds_through_its_last_day_in_the_organisations_time_zone()
    {
        var state = Lawful.State with { Authorizations = [Lawful.Authorization with { ExpiresOn = Lawful.Today }] };
        var auckland = Lawful.Policy with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland") };

        Assert.Null(Lawful.Reason(Lawful.Marketing, Lawful.Head, state));
        Assert.Equal(WithholdReason.AuthorizationExpired, Lawful.Reason(Lawful.Marketing, Lawful.Head, state, auckland));
    }

    [Fact]
    public void A_valid_authorization_beside_a_revoked_one_is_relied_on()
    {
        var state = Lawful.State with { Authorizations = [Lawful.Authorization with { Id = 9, RevokedAt = Lawful.Now }, Lawful.Authorization] };

        Assert.Equal(7, Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(Lawful.Marketing, Lawful.Head, state)).Authorization);
    }

    [Fact]
    public void A_patient_is_an_adult_on_the_birthday_itself() =>
        Assert.Null(Lawful.Reason(Lawful.Treatment, Lawful.Head with { BirthDate = Lawful.Today.AddYears(-18) }, Lawful.State));

    [Fact]
    public void A_restriction_of_other_data_stops_nothing() =>
        Assert.Null(Lawful.Reason(Lawful.Treatment with { AudienceCodes = [("icd10", "E11", true)], FieldLabels = ["conditions"] }, Lawful.Head, Lawful.Restricted(RestrictionKinds.Data, "rxnorm:860975")));

    [Fact]
    public void Messages_before_the_window_do_not_count_towards_the_cap() =>
        Assert.Null(Lawful.Reason(Lawful.Treatment, Lawful.Head, Lawful.State with { RecentMessages = [.. Enumerable.Repeat(Lawful.Now.AddDays(-7), 10)] }));

    [Fact]
    public void A_policy_out_of_range_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ConsentGate(new ConsentPolicy { AdultAge = 12 }));

    [Fact]
    public void What_is_not_evaluated_is_listed_with_what_to_check()
    {
        Assert.Contains(ConsentGate.NotEvaluatedFor(Purpose.Treatment), gate => gate.Gate == "state-law");
        Assert.DoesNotContain(ConsentGate.NotEvaluatedFor(Purpose.Treatment), gate => gate.Gate is "refill" or "sign-up");
        Assert.All([.. ConsentGate.NotEvaluatedFor(Purpose.Refill), .. ConsentGate.NotEvaluatedFor(Purpose.NewsletterNoPhi)], gate => Assert.Matches(@"CFR|FR |RFC", gate.Meaning + (gate.Gate == "state-law" ? "CFR" : "")));
    }

    [Fact]
    public void Nothing_of_the_gate_prints_what_it_looked_at()
    {
        var suppression = new Suppression(SuppressionScope.All, SuppressionSource.Bounce, Lawful.Now) { Address = Lawful.Mailbox };
        var printed = $"{Lawful.Authorized}{suppression}{Lawful.Authorization}{Lawful.Marketing}{Lawful.Decide(Lawful.Marketing, Lawful.Head, Lawful.Authorized)}";

        Assert.DoesNotContain("example.com", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("Marketing", printed, StringComparison.Ordinal);
    }
}
