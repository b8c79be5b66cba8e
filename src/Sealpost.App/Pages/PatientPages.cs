using System.Net;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sealpost.App.Hosting;
using Sealpost.Consent;

namespace Sealpost.App.Pages;

/// <summary>Pages that patients reach from an email: no account, no cookie, no script; GET never changes anything.</summary>
internal static class PatientPages
{
    private const int LargestBodyBytes = 16 * 1024;

    public static WebApplication Build(Installation installation, string urls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        Logging.Configure(builder.Logging);
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(Limit);
        var web = builder.Build();
        web.Use(SecureAsync);
        web.MapGet("/healthz", () => Results.Json(new { status = "ok" }));
        web.MapGet("/", () => Page(PatientTexts.For(null), "Sealpost", "<p>This server sends messages for a healthcare organisation. Links in its emails lead to pages here.</p>"));
        web.MapGet(PatientPage.StylePath, () => Results.Text(PatientPage.Style, "text/css"));
        web.MapGet("/u/{token}", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
            Ask(PatientTexts.For(request.Headers.AcceptLanguage), await installation.FindUnsubscribeAsync(token, cancellationToken).ConfigureAwait(false) is not null));

        // RFC 8058 §3.2: POST without cookies or credentials, no redirect. The body may be form data of either kind; the token alone decides.
        web.MapPost("/u/{token}", async (string token, HttpRequest request, CancellationToken cancellationToken) =>
            Done(PatientTexts.For(request.Headers.AcceptLanguage), await UnsubscribeAsync(installation, token, cancellationToken).ConfigureAwait(false)));
        return web;
    }

    private static async Task<bool> UnsubscribeAsync(Installation installation, string token, CancellationToken cancellationToken)
    {
        if (await installation.FindUnsubscribeAsync(token, cancellationToken).ConfigureAwait(false) is not { } organisation)
            return false;
        var sending = await organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        return await sending.UnsubscribeAsync(token, SuppressionScope.Marketing, cancellationToken).ConfigureAwait(false);
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestBodyBytes;
        options.Limits.MaxRequestLineSize = 4 * 1024;
    }

    private static Task SecureAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "interest-cohort=()";
        return next(http);
    }

    // A scanner that follows the link lands here and changes nothing.
    private static IResult Ask(PatientTexts texts, bool known) => known
        ? Page(texts, texts.AskTitle, $"""<p>{Encode(texts.AskText)}</p><form method="post"><button type="submit" name="List-Unsubscribe" value="One-Click">{Encode(texts.AskButton)}</button></form><p class="small">{Encode(texts.CareText)}</p>""")
        : Unknown(texts);

    private static IResult Done(PatientTexts texts, bool known) => known
        ? Page(texts, texts.DoneTitle, $"""<p>{Encode(texts.DoneText)}</p><p class="small">{Encode(texts.CareText)}</p>""")
        : Unknown(texts);

    private static IResult Unknown(PatientTexts texts) =>
        Page(texts, texts.UnknownTitle, $"<p>{Encode(texts.UnknownText)}</p>", StatusCodes.Status404NotFound);

    private static IResult Page(PatientTexts texts, string title, string bodyHtml, int status = StatusCodes.Status200OK) =>
        Results.Text(PatientPage.Of(texts.Language, title, bodyHtml), "text/html", Encoding.UTF8, status);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
