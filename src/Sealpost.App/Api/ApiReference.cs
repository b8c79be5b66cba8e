using System.Security.Cryptography;
using Scalar.AspNetCore;
using Sealpost.App.Hosting;

namespace Sealpost.App.Api;

/// <summary>The page <c>/api/docs</c>, which Scalar draws from the description of the API. It asks nobody but this server, and sends no request of the API's: whoever tries one holds a token, which is nothing to type into a page.</summary>
internal static class ApiReference
{
    public const string Path = "/api/docs";

    /// <summary>Where the description is.</summary>
    public const string Description = "/api/openapi/{documentName}.json";

    private const int NonceBytes = 16; // CSP Level 3 §7.1: at least 128 bits.

    public static void Configure(ScalarOptions options, HttpContext http)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        http.Response.Headers.ContentSecurityPolicy = Policy(nonce);

        // The library that checks its settings, Zod, would try whether it may make code out of text, which the policy stops and reports.
        options
            .WithNonce(nonce)
            .AddHeadContent($"<script nonce=\"{nonce}\">globalThis.__zod_globalConfig = {{ jitless: true }};</script>")
            .WithTitle("API reference · Sealpost")
            .WithOpenApiRoutePattern(Description)
            .DisableDefaultFonts() // They come from elsewhere.
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideTestRequestButton();
        options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
    }

    /// <summary>Scalar starts itself by a script in the page: that one may run and what it loads, no other. Styles it writes itself; they cannot run.</summary>
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; report-uri {Headers.ReportPath}";
}
