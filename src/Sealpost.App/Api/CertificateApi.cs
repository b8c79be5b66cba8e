using System.Text;
using Sealpost.Certificates;

namespace Sealpost.App.Api;

/// <summary>S/MIME: patients' certificates and the organisation's own. A patient is named in the body of a POST, never in an address.</summary>
internal static class CertificateApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var certificates = api.MapGroup("/organisations/{org}/certificates").WithTags("S/MIME");
        certificates.MapPost("/find", async (Caller caller, NamedPatient asked, CancellationToken token) =>
            await caller.Organisation.Certificates.ListAsync(await AuthorizationApi.PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), caller.Actor, token).ConfigureAwait(false))
            .WithSummary("A patient's certificates in use, and what is wrong with them; an audited read");
        certificates.MapPost("", async (Caller caller, GivenCertificate given, CancellationToken token) =>
            new NumberAnswer(await caller.Organisation.Certificates.AddAsync(
                await AuthorizationApi.PatientAsync(caller, given.Patient, token).ConfigureAwait(false), FileOf(given.Certificate), given.Confirmed, caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("Add a certificate (PEM, or DER in base64) after every check; one for the same address is replaced");
        certificates.MapPost("/remove", async (Caller caller, PatientThing asked, CancellationToken token) =>
        {
            await caller.Organisation.Certificates.RemoveAsync(await AuthorizationApi.PatientAsync(caller, asked.Patient, token).ConfigureAwait(false), asked.Number, caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("End a certificate's use at once");
        var signing = api.MapGroup("/organisations/{org}/smime").WithTags("S/MIME");
        signing.MapGet("", (Caller caller) => new SigningAnswer(caller.Organisation.SigningKeys.Read(caller.Actor))).WithSummary("The organisation's signing certificate; null where there is none");
        signing.MapPut("", async (Caller caller, GivenSigningKey given, CancellationToken token) =>
            new SigningAnswer(await caller.Organisation.SigningKeys.ImportAsync(FileOf(given.File), given.Password ?? "", caller.Actor, token).ConfigureAwait(false)))
            .WithSummary("Sign with this certificate from now on: PKCS#12 in base64, or PEM with certificate and private key");
        signing.MapDelete("", async (Caller caller, CancellationToken token) =>
        {
            await caller.Organisation.SigningKeys.RemoveAsync(caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Sign no more; the private key is destroyed");
    }

    private static byte[] FileOf(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new RefusedException("Send the file: PEM as it is, anything else in base64.");
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(text);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw new RefusedException("The file is neither PEM nor base64.");
    }
}

/// <summary>A certificate to add.</summary>
internal sealed record GivenCertificate(string? Patient, string? Certificate, FingerprintConfirmed? Confirmed)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A signing key to import.</summary>
internal sealed record GivenSigningKey(string? File, string? Password)
{
    /// <summary>Never the key.</summary>
    public override string ToString() => "signing key";
}

/// <summary>The signing certificate in use.</summary>
internal sealed record SigningAnswer(SigningCertificate? Certificate);
