using Sealpost.Consent;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Sealpost.App.Commands;

/// <summary>The elements of a signed form as a YAML file. Missing elements are the consent slice's to refuse; here only the shape is read.</summary>
internal static class AuthorizationFile
{
    /// <exception cref="RefusedException">The YAML or a value in it cannot be read; says the line.</exception>
    public static MarketingAuthorization Read(string yaml)
    {
        Form form;
        try
        {
            form = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<Form>(yaml)
                ?? throw new RefusedException("The authorization file is empty.");
        }
        catch (YamlException exception)
        {
            throw new RefusedException($"Line {exception.Start.Line} of the authorization file: not understood. Keys and values are described in docs/authorization.md.", exception);
        }

        return new MarketingAuthorization
        {
            Purposes = [.. form.Purposes.Select(name => PurposeNames.Parse(name)
                ?? throw new RefusedException($"'{name}' is no purpose. Purposes are {string.Join(", ", Enum.GetValues<Purpose>().Select(PurposeNames.Of))}."))],
            InfoDescription = form.Information ?? "",
            Categories = form.Categories,
            Disclosers = form.Disclosers,
            Recipients = form.Recipients,
            ExpiresOn = Date(form.ExpiresOn, "expiresOn"),
            ExpiryEvent = form.ExpiryEvent,
            SignedOn = Date(form.SignedOn, "signedOn"),
            SignatureKind = form.Signature,
            SignedByRepresentative = form.RepresentativeAuthority is not null,
            RepresentativeAuthority = form.RepresentativeAuthority,
            StatesRevocation = form.States.Contains("revocation"),
            StatesNoConditioning = form.States.Contains("no-conditioning"),
            StatesRedisclosure = form.States.Contains("redisclosure"),
            StatesRemuneration = form.States.Contains("remuneration"),
            Standalone = form.Standalone,
            PlainLanguage = form.PlainLanguage,
            CopyGivenOn = Date(form.CopyGivenOn, "copyGivenOn"),
            DocumentHash = form.DocumentSha256,
        };
    }

    private static DateOnly? Date(string? text, string key) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var date) ? date
        : throw new RefusedException($"{key}: '{text}' is no date. Write 2026-12-31.");

    private sealed class Form
    {
        public List<string> Purposes { get; set; } = [];

        public string? Information { get; set; }

        public List<string> Categories { get; set; } = [];

        public List<string> Disclosers { get; set; } = [];

        public List<string> Recipients { get; set; } = [];

        public string? ExpiresOn { get; set; }

        public string? ExpiryEvent { get; set; }

        public string? SignedOn { get; set; }

        public string? Signature { get; set; }

        public string? RepresentativeAuthority { get; set; }

        public List<string> States { get; set; } = [];

        public bool Standalone { get; set; }

        public bool PlainLanguage { get; set; }

        public string? CopyGivenOn { get; set; }

        public string? DocumentSha256 { get; set; }
    }
}
