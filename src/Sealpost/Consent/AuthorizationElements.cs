namespace Sealpost.Consent;

/// <summary>The elements that 45 CFR 164.508(b) and (c) require of an authorization, one check each.</summary>
internal static class AuthorizationElements
{
    private static readonly HashSet<string> NoExpiry = new(StringComparer.OrdinalIgnoreCase)
    {
        "none", "never", "no expiration", "no expiry", "does not expire", "indefinite", "unlimited", "n/a", "na",
    };

    private static readonly (string Element, string Citation, Func<MarketingAuthorization, bool> Present)[] Required =
    [
        ("description of the information", "45 CFR 164.508(c)(1)(i)", a => Says(a.InfoDescription)),
        ("who may disclose", "45 CFR 164.508(c)(1)(ii)", a => a.Disclosers.Any(Says)),
        ("recipients", "45 CFR 164.508(c)(1)(iii)", a => a.Recipients.Any(Says)),
        ("purposes", "45 CFR 164.508(c)(1)(iv)", a => a.Purposes.Count > 0 && a.Purposes.All(Enum.IsDefined)),
        ("expiration date or event (\"none\" is not valid)", "45 CFR 164.508(c)(1)(v)", HasExpiry),
        ("date of signature", "45 CFR 164.508(c)(1)(vi)", a => a.SignedOn is not null),
        ("kind of signature, paper or electronic", "45 CFR 164.508(c)(1)(vi)", a => a.SignatureKind is "paper" or "electronic"),
        ("authority of the representative who signed", "45 CFR 164.508(c)(1)(vi)", a => !a.SignedByRepresentative || Says(a.RepresentativeAuthority)),
        ("statement of the right to revoke", "45 CFR 164.508(c)(2)(i)", a => a.StatesRevocation),
        ("statement that care is not conditioned on it", "45 CFR 164.508(c)(2)(ii)(A)", a => a.StatesNoConditioning),
        ("statement on redisclosure", "45 CFR 164.508(c)(2)(iii)", a => a.StatesRedisclosure),
        ("standing alone, not part of another form", "45 CFR 164.508(b)(3)", a => a.Standalone),
        ("plain language", "45 CFR 164.508(c)(3)", a => a.PlainLanguage),
        ("date on which the signed copy was given", "45 CFR 164.508(c)(4)", a => a.CopyGivenOn is not null),
        ("SHA-256 of the signed document, 64 hexadecimal digits", "45 CFR 164.508(b)(6)", a => a.DocumentHash is { Length: 64 } hash && hash.All(char.IsAsciiHexDigit)),
        ("no statement known to be false", "45 CFR 164.508(b)(2)(v)", a => !a.KnownFalse),
    ];

    /// <summary>Elements that are missing or contradict each other, with their clauses; empty where the document is complete.</summary>
    public static IReadOnlyList<(string Element, string Citation)> Missing(MarketingAuthorization authorization) =>
        [.. Required.Where(element => !element.Present(authorization)).Select(element => (element.Element, element.Citation))];

    /// <summary>Why nobody may rely on an authorization on a day, whatever the campaign; null where it holds. 45 CFR 164.508(b)(2).</summary>
    public static (WithholdReason Reason, string Citation)? Defect(MarketingAuthorization authorization, DateOnly today)
    {
        // 164.508(b)(2)(ii): not filled out completely, no authorization.
        if (Missing(authorization) is [var (_, citation), ..])
            return (WithholdReason.AuthorizationDefective, citation);
        if (authorization.SignedOn > today)
            return (WithholdReason.AuthorizationDefective, "45 CFR 164.508(c)(1)(vi)");

        // 164.508(b)(2)(iii): known to have been revoked, whatever moment the record gives.
        if (authorization.RevokedAt is not null)
            return (WithholdReason.AuthorizationRevoked, "45 CFR 164.508(b)(5)");
        return authorization.ExpiresOn < today || authorization.ExpiryEventOn <= today
            ? (WithholdReason.AuthorizationExpired, "45 CFR 164.508(b)(2)(i)")
            : null;
    }

    private static bool HasExpiry(MarketingAuthorization authorization) =>
        authorization.ExpiresOn is { } last
            ? authorization.SignedOn is not { } signed || last >= signed
            : Says(authorization.ExpiryEvent) && !NoExpiry.Contains(authorization.ExpiryEvent!.Trim().TrimEnd('.'));

    private static bool Says(string? text) => !string.IsNullOrWhiteSpace(text);
}
