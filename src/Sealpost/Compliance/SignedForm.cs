using System.Globalization;
using Sealpost.Consent;

namespace Sealpost.Compliance;

/// <summary>The elements of a signed authorization as people and scripts write them (docs/authorization.md). Missing elements are the consent slice's to refuse; here only the shape is read.</summary>
internal sealed class SignedForm
{
    public List<string> Purposes { get; set; } = [];

    public string? Information { get; set; }

    public List<string> Categories { get; set; } = [];

    public List<string> Disclosers { get; set; } = [];

    public List<string> Recipients { get; set; } = [];

    public string? ExpiresOn { get; set; }

    public string? ExpiryEvent { get; set; }

    public string? SignedOn { get; set; }

    /// <summary><c>paper</c> or <c>electronic</c>.</summary>
    public string? Signature { get; set; }

    public string? RepresentativeAuthority { get; set; }

    /// <summary><c>revocation</c>, <c>no-conditioning</c>, <c>redisclosure</c>, <c>remuneration</c>.</summary>
    public List<string> States { get; set; } = [];

    public bool Standalone { get; set; }

    public bool PlainLanguage { get; set; }

    public string? CopyGivenOn { get; set; }

    public string? DocumentSha256 { get; set; }

    /// <summary>As the store takes it.</summary>
    /// <exception cref="RefusedException">A purpose or date cannot be read; says which.</exception>
    public MarketingAuthorization ToAuthorization() => new()
    {
        Purposes = ReadPurposes(Purposes),
        InfoDescription = Information ?? "",
        Categories = Categories,
        Disclosers = Disclosers,
        Recipients = Recipients,
        ExpiresOn = ReadDate(ExpiresOn, "expiresOn"),
        ExpiryEvent = ExpiryEvent,
        SignedOn = ReadDate(SignedOn, "signedOn"),
        SignatureKind = Signature,
        SignedByRepresentative = RepresentativeAuthority is not null,
        RepresentativeAuthority = RepresentativeAuthority,
        StatesRevocation = States.Contains("revocation"),
        StatesNoConditioning = States.Contains("no-conditioning"),
        StatesRedisclosure = States.Contains("redisclosure"),
        StatesRemuneration = States.Contains("remuneration"),
        Standalone = Standalone,
        PlainLanguage = PlainLanguage,
        CopyGivenOn = ReadDate(CopyGivenOn, "copyGivenOn"),
        DocumentHash = DocumentSha256,
    };

    /// <summary>Purposes by name.</summary>
    /// <exception cref="RefusedException">One is none; the known ones are named.</exception>
    public static IReadOnlyList<Purpose> ReadPurposes(IEnumerable<string> names) => [.. names.Select(name => PurposeNames.Parse(name)
        ?? throw new RefusedException($"'{name}' is no purpose. Purposes are {string.Join(", ", Enum.GetValues<Purpose>().Select(PurposeNames.Of))}."))];

    /// <summary>A date.</summary>
    /// <exception cref="RefusedException">It is none.</exception>
    public static DateOnly? ReadDate(string? text, string key) =>
        string.IsNullOrWhiteSpace(text) ? null
        : DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw new RefusedException($"{key}: '{text}' is no date. Write 2026-12-31.");
}
