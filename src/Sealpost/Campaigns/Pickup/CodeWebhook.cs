using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sealpost.Organisations;
using Sealpost.Trust.Agreements;

namespace Sealpost.Campaigns.Pickup;

/// <summary>What became of a code.</summary>
internal enum CodeResult
{
    /// <summary>The provider took it.</summary>
    Sent,

    /// <summary>No agreement in force covers sending through the provider. 45 CFR 164.502(e).</summary>
    NoAgreement,

    /// <summary>The provider did not take it; nothing was sent.</summary>
    NotTaken,
}

/// <summary>Hands codes to the organisation's own provider of text messages or calls: one signed HTTPS POST, whatever the provider.</summary>
/// <remarks>
/// Body: <c>{"id","to","text","language"}</c>. Header <c>Sealpost-Signature: t=UNIX,v1=HEX</c>, the HMAC-SHA-256 of <c>UNIX.BODY</c> under <see cref="SecretOf"/>.
/// A number and "you have a message from" are PHI: the agreements gate is asked each time.
/// </remarks>
internal sealed class CodeWebhook(OrganisationContext context, Uri url) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A redirect would lead where no agreement reaches.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Patience };

    /// <summary>The secret that signs requests to a provider, hex.</summary>
    public static string SecretOf(OrganisationContext context, Uri url) => Convert.ToHexStringLower(context.Keys.BlindIndex("code-webhook", url.AbsoluteUri));

    /// <summary>Sends a code.</summary>
    /// <param name="agreements">The register's present content.</param>
    /// <param name="to">Telephone number, E.164.</param>
    /// <param name="text">What the patient reads or hears; names nothing about health.</param>
    /// <param name="language">BCP 47.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<CodeResult> SendAsync(IReadOnlyList<BusinessAssociateAgreement> agreements, string to, string text, string language, CancellationToken cancellationToken)
    {
        if (!AgreementRegister.Decide(agreements, PhiFlow.Send, PickupRules.EndpointOf(url), context.Today).IsGranted)
            return CodeResult.NoAgreement;
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), to, text, language });
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Sealpost-Signature", Sign(body));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? CodeResult.Sent : CodeResult.NotTaken;
        }
        catch (HttpRequestException)
        {
            return CodeResult.NotTaken;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CodeResult.NotTaken;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private string Sign(byte[] body)
    {
        var at = context.Time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(at + "."), .. body];
        var mac = HMACSHA256.HashData(Convert.FromHexString(SecretOf(context, url)), signed);
        return $"t={at},v1={Convert.ToHexStringLower(mac)}";
    }
}
