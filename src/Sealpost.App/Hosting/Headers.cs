namespace Sealpost.App.Hosting;

/// <summary>Response headers: each part of the site has the narrowest policy it can work under.</summary>
internal static class Headers
{
    /// <summary>Where browsers report what a policy stopped.</summary>
    public const string ReportPath = "/csp-report";

    // Patients: plain HTML, one style sheet, nothing else at all.
    private const string PatientPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri " + ReportPath;

    // Staff: scripts from us alone, none inline. Style attributes are how components place menus and bars, and cannot run.
    private const string StaffPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'; report-uri " + ReportPath;

    /// <summary>Parts of the site that patients reach.</summary>
    public static readonly string[] PatientPaths = ["/u/", "/p/", "/a/", "/r/", "/m/", "/patient.css"];

    public static bool IsForPatients(PathString path) => PatientPaths.Any(start => path.Value?.StartsWith(start, StringComparison.Ordinal) == true);

    public static Task SecureAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = IsForPatients(http.Request.Path) ? PatientPolicy : StaffPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = IsForPatients(http.Request.Path) ? "no-referrer" : "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()";
        headers["X-Robots-Tag"] = "noindex";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000"; // RFC 6797 §6.1
        return next(http);
    }
}
