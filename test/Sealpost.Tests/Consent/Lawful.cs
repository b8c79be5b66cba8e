using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Consent;

/// <summary>A campaign, a patient and a state that are lawful together; each test spoils one thing.</summary>
internal static class Lawful
{
    public static readonly DateTimeOffset Now = new(2026, 3, 10, 15, 0, 0, TimeSpan.Zero);
    public static readonly DateOnly Today = new(2026, 3, 10);
    public const string Mailbox = "maria.lopez@example.com";

    public static readonly ConsentPolicy Policy = new() { AttestedSources = new HashSet<string> { "fhir" } };

    public static readonly ContactPoint Email = new() { Kind = "email", Value = Mailbox, Use = "home", Source = "fhir" };

    public static readonly ChartHead Head = new()
    {
        SourceIds = [new Identifier { System = "fhir", Value = "Patient/1" }],
        Identifiers = [new Identifier { System = "http://hospital.example/mrn", Value = "MRN-1", Type = "MR" }],
        BirthDate = new DateOnly(1960, 5, 1),
        Addresses = [new PostalAddress { City = "Boston", State = "MA", PostalCode = "02139" }],
        ContactPoints = [Email],
    };

    public static readonly MarketingAuthorization Authorization = new()
    {
        Id = 7,
        Purposes = [Purpose.Marketing],
        InfoDescription = "My contact details and visits",
        Disclosers = ["Green Valley Clinic"],
        Recipients = ["Green Valley Clinic and its mail relay"],
        ExpiresOn = new DateOnly(2027, 1, 31),
        SignedOn = new DateOnly(2026, 2, 1),
        SignatureKind = "electronic",
        StatesRevocation = true,
        StatesNoConditioning = true,
        StatesRedisclosure = true,
        Standalone = true,
        PlainLanguage = true,
        CopyGivenOn = new DateOnly(2026, 2, 1),
        DocumentHash = new string('a', 64),
    };

    public static readonly Remuneration Paid = new("Acme Optics", RemunerationKinds.Financial, RemunerationKinds.CoveredEntity, 500, 100, true);

    public static readonly ConsentState State = new() { Patient = new PatientNumber(1), Version = 5 };

    public static readonly ConsentState Authorized = State with { Authorizations = [Authorization] };

    public static readonly CampaignBasis Treatment = Campaign(Purpose.Treatment);

    public static readonly CampaignBasis Marketing = Campaign(Purpose.Marketing);

    public static CampaignBasis Campaign(Purpose purpose, MessageClass messageClass = MessageClass.N1) =>
        new(42, purpose, null, messageClass, new HashSet<string>(), ["patient.given_name"], new HashSet<string> { "age" }) { AudienceCodes = [] };

    public static ChartHead WithEmails(params ContactPoint[] points) => Head with { ContactPoints = points };

    public static ConsentState Restricted(string kind, string? value) => State with { Restrictions = [new Restriction(1, kind, value, Now)] };

    public static ConsentState Suppressed(SuppressionScope scope, SuppressionSource source = SuppressionSource.Unsubscribe, string? address = null) =>
        State with { Suppressions = [new Suppression(scope, source, Now) { Address = address }] };

    public static ConsentDecision Decide(CampaignBasis basis, ChartHead head, ConsentState state, ConsentPolicy? policy = null) =>
        new ConsentGate(policy ?? Policy).Decide(basis, head, state, GateMoment.BeforeData, Now);

    public static WithholdReason? Reason(CampaignBasis basis, ChartHead head, ConsentState state, ConsentPolicy? policy = null) =>
        (Decide(basis, head, state, policy) as ConsentDecision.Withhold)?.Reason;
}
