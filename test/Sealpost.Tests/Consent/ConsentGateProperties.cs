using CsCheck;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Consent;

/// <summary>What holds for every campaign, patient and state, not for chosen ones only.</summary>
public sealed class ConsentGateProperties
{
    private static readonly Func<MarketingAuthorization, MarketingAuthorization>[] Spoilers =
    [
        a => a with { InfoDescription = "" },
        a => a with { Disclosers = [] },
        a => a with { Recipients = [" "] },
        a => a with { Purposes = [] },
        a => a with { ExpiresOn = null },
        a => a with { ExpiresOn = null, ExpiryEvent = "None." },
        a => a with { ExpiresOn = null, ExpiryEvent = "does not expire" },
        a => a with { ExpiresOn = new DateOnly(2026, 1, 31) },
        a => a with { SignedOn = null },
        a => a with { SignatureKind = null },
        a => a with { SignatureKind = "checkbox" },
        a => a with { SignedByRepresentative = true, RepresentativeAuthority = null },
        a => a with { StatesRevocation = false },
        a => a with { StatesNoConditioning = false },
        a => a with { StatesRedisclosure = false },
        a => a with { StatesRemuneration = false },
        a => a with { Standalone = false },
        a => a with { PlainLanguage = false },
        a => a with { CopyGivenOn = null },
        a => a with { DocumentHash = null },
        a => a with { DocumentHash = "see folder" },
        a => a with { KnownFalse = true },
        a => a with { RevokedAt = Lawful.Now.AddYears(1) },
    ];

    private static readonly Gen<string?> AnyValue = OneOf<string?>(null, "", "TREATMENT", "MARKETING", "icd10:E11", "rxnorm:1", "a@example.com", Lawful.Mailbox);

    private static readonly Gen<Restriction> AnyRestriction =
        Gen.Select(OneOf([.. RestrictionKinds.All, "other"]), AnyValue, (kind, value) => new Restriction(1, kind, value, Lawful.Now));

    private static readonly Gen<Suppression> AnySuppression = Gen.Select(
        Gen.Enum<SuppressionScope>(), Gen.Enum<SuppressionSource>(), OneOf(null, Lawful.Mailbox, "b@example.com"),
        (scope, source, address) => new Suppression(scope, source, Lawful.Now) { Address = address });

    private static readonly Gen<MarketingAuthorization> AnyAuthorization = Gen.Select(
        Gen.Enum<Purpose>().List[0, 3], Gen.Int[-1, 40], Gen.Bool,
        (purposes, spoiler, remuneration) => (spoiler >= 0 && spoiler < Spoilers.Length ? Spoilers[spoiler] : a => a)(Lawful.Authorization with { StatesRemuneration = remuneration, Purposes = purposes }));

    private static readonly Gen<ContactPoint> AnyEmail = Gen.Select(
        OneOf(Lawful.Mailbox, "b@example.com", "nonsense", ""), OneOf<string?>(null, "home", "work", "old"), OneOf("fhir", "web"), Gen.Bool, Gen.Int[0, 3],
        (value, use, source, verified, rank) => new ContactPoint { Kind = "email", Value = value, Use = use, Source = source, Verified = verified, Rank = rank == 0 ? null : rank });

    internal static readonly Gen<ChartHead> AnyHead = Gen.Select(
        AnyEmail.List[0, 3], Gen.Int[0, 11], OneOf<DateOnly?>(null, new DateOnly(1960, 1, 1), new DateOnly(1980, 1, 1), new DateOnly(2020, 1, 1), DateOnly.MaxValue, DateOnly.MinValue),
        (emails, flags, born) => Lawful.Head with { ContactPoints = emails, BirthDate = born, Active = flags != 9, Deceased = flags == 10, SecurityLabels = flags == 11 ? ["PSY"] : [] });

    internal static readonly Gen<ConsentState> AnyState = Gen.Select(
        AnyAuthorization.List[0, 2], AnySuppression.List[0, 2], AnyRestriction.List[0, 2], Gen.Bool, Gen.Int[0, 5],
        (authorizations, suppressions, restrictions, shared, recent) => new ConsentState
        {
            Patient = new PatientNumber(1),
            Authorizations = authorizations,
            Suppressions = suppressions,
            Restrictions = restrictions,
            SharedAddresses = shared ? new HashSet<string> { Lawful.Mailbox } : new HashSet<string>(),
            RecentMessages = [.. Enumerable.Repeat(Lawful.Now.AddHours(-1), recent)],
        });

    internal static readonly Gen<CampaignBasis> AnyBasis = Gen.Select(
        Gen.Enum<Purpose>(), Gen.Enum<MessageClass>(), OneOf<string?>(null, "hiv", "psychotherapy-notes"), OneOf<Remuneration?>(null, Lawful.Paid, Lawful.Paid with { Kind = "gift" }),
        OneOf("age", "condition"),
        (purpose, level, category, remuneration, kind) => new CampaignBasis(
            1, purpose, remuneration, level, category is null ? new HashSet<string>() : new HashSet<string> { category }, ["patient.given_name"], new HashSet<string> { kind })
        { AudienceCodes = kind == "condition" ? [("icd10", "E11", true)] : [] });

    public static TheoryData<int> SpoilerNumbers => [.. Enumerable.Range(0, Spoilers.Length)];

    [Theory]
    [MemberData(nameof(SpoilerNumbers))]
    public void An_authorization_without_any_one_required_element_permits_nothing(int spoiler)
    {
        var complete = Lawful.Authorization with { StatesRemuneration = true, Purposes = [.. Enum.GetValues<Purpose>()], Categories = ["hiv"] };
        var marketing = Lawful.Campaign(Purpose.MarketingPaid) with { Remuneration = Lawful.Paid };
        ConsentState With(MarketingAuthorization authorization) => Lawful.State with { Authorizations = [authorization] };

        Assert.IsType<ConsentDecision.Permit>(Lawful.Decide(marketing, Lawful.Head, With(complete)));
        Assert.IsType<ConsentDecision.Withhold>(Lawful.Decide(marketing, Lawful.Head, With(Spoilers[spoiler](complete))));
    }

    [Fact]
    public void Adding_a_suppression_never_turns_a_no_into_a_yes() =>
        Gen.Select(AnyBasis, AnyHead, AnyState, AnySuppression).Sample(
            (basis, head, state, added) =>
                Lawful.Decide(basis, head, state) is ConsentDecision.Permit
                || Lawful.Decide(basis, head, state with { Suppressions = [added, .. state.Suppressions] }) is ConsentDecision.Withhold,
            iter: 20_000);

    [Fact]
    public void Adding_a_restriction_never_turns_a_no_into_a_yes_except_by_naming_the_address() =>
        Gen.Select(AnyBasis, AnyHead, AnyState, AnyRestriction.Where(added => added.Kind != RestrictionKinds.Address)).Sample(
            (basis, head, state, added) =>
                Lawful.Decide(basis, head, state) is ConsentDecision.Permit
                || Lawful.Decide(basis, head, state with { Restrictions = [.. state.Restrictions, added] }) is ConsentDecision.Withhold,
            iter: 20_000);

    [Fact]
    public void A_permit_for_marketing_always_rests_on_an_authorization_in_force() =>
        Gen.Select(AnyBasis, AnyHead, AnyState).Sample(
            (basis, head, state) =>
                Lawful.Decide(basis, head, state) is not ConsentDecision.Permit permit
                || basis.Purpose is not (Purpose.Marketing or Purpose.MarketingPaid)
                || state.Authorizations.Any(authorization => authorization.Id == permit.Authorization && authorization.RevokedAt is null && authorization.ExpiresOn >= Lawful.Today),
            iter: 20_000);

    [Fact]
    public void Something_is_permitted_among_the_cases_tried() =>
        Assert.Contains(
            Enumerable.Range(0, 5_000).Select(_ => Gen.Select(AnyBasis, AnyHead, AnyState).Single()),
            made => Lawful.Decide(made.Item1, made.Item2, made.Item3) is ConsentDecision.Permit);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
