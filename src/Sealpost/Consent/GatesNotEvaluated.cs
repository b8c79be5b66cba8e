namespace Sealpost.Consent;

/// <summary>What the law asks and this version leaves to a person.</summary>
internal static class GatesNotEvaluated
{
    /// <summary>Those that a message of a purpose has to do with.</summary>
    public static IReadOnlyList<(string Gate, string Meaning)> For(Purpose purpose) => [.. All.Where(gate => gate.Gate switch
    {
        "refill" => purpose == Purpose.Refill,
        "sign-up" => purpose == Purpose.NewsletterNoPhi,
        _ => true,
    })];

    private static readonly IReadOnlyList<(string Gate, string Meaning)> All =
    [
        ("representative", "No mail goes to or about minors, or to personal representatives; reach them another way (45 CFR 164.502(g))."),
        ("part-2", "Consents under 42 CFR Part 2 are not read. Substance use data is withheld from mail; check that no source of this audience is a Part 2 programme."),
        ("state-law", "State overlays are not evaluated (such as California Civil Code 56.11: authorizations of at most one year; Texas H&S 181.152). Check the states in the forecast. Only the age of majority is applied by state."),
        ("notice", "Check that the notice of privacy practices in force mentions this use; fundraising needs its statement (45 CFR 164.520(b)(1)(iii), 164.502(i))."),
        ("refill", "Check that the audience holds only drugs currently prescribed or lapsed at most 90 days (45 CFR 164.501 \"marketing\" (2)(i))."),
        ("sign-up", "Check that these people signed up outside the patient relationship; a list made from patients is health information (45 CFR 160.103)."),
        ("sponsored-content", "Check that the text names no product of a third party beyond what the payment questions declare (45 CFR 164.501 \"marketing\" (1))."),
        ("minimum-necessary", "Check that the audience and the fields used are the least that the purpose needs (45 CFR 164.502(b), 164.514(d))."),
        ("restriction-synonyms", "A restriction of data is compared within its own code system: record one per system in which the data may be coded (45 CFR 164.522(a))."),
        ("re-verification", "Addresses are not verified anew after twelve months of silence (45 CFR 164.530(c))."),
        ("complaint-review", "After a complaint marketing and fundraising stop at once; a person must decide whether treatment mail goes on (RFC 5965)."),
        ("breach-notice", "Breach notices are not sent by this path: they need an agreement to electronic notice (45 CFR 164.404(d)(1)(i))."),
    ];
}
