using Microsoft.AspNetCore.Diagnostics;
using Sealpost.App.Api;

namespace Sealpost.App.Hosting;

/// <summary>What is said where something went wrong: to a person the page <c>/problem</c>, to a program problem details (RFC 9457), each with the status it has.</summary>
internal static class ProblemAnswers
{
    private const string Page = "/problem";

    public static void Use(WebApplication web)
    {
        web.UseExceptionHandler(Page);
        web.UseStatusCodePagesWithReExecute(Page, "?status={0}");
        web.UseWhen(http => !IsLook(http), others =>
        {
            others.Use(ShowAsync);
            others.UseExceptionHandler();
        });
        web.UseWhen(IsApi, api => api.UseStatusCodePages());
    }

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments(ApiRoutes.Root, StringComparison.Ordinal);

    // The page is asked for with the request's own method, and takes no other than these.
    private static bool IsLook(HttpContext http) => (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) && !IsApi(http);

    /// <summary>A form that was refused without a word, such as one without proof that it is ours: the person is led to the page that says so.</summary>
    private static async Task ShowAsync(HttpContext http, RequestDelegate next)
    {
        http.Features.Get<IStatusCodePagesFeature>()!.Enabled = false;
        await next(http).ConfigureAwait(false);
        var response = http.Response;
        if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null && !IsApi(http) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            response.Redirect(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Page}?status={response.StatusCode}"));
    }
}
