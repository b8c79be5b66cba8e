using System.Threading.RateLimiting;
using Sealpost.App.Pages.ForPatients;

namespace Sealpost.App.Hosting;

/// <summary>How often one address may try to sign in, or to open a waiting message. The lock-out protects one person; this protects everybody, and the ledger.</summary>
internal sealed class TryLimit : IAsyncDisposable
{
    private const int TriesPerMinute = 60;

    // Many patients may share the address of a carrier or a household; the wrong answers among them are counted apart.
    private const int PatientsPerMinute = 240;

    private static readonly string[] Guarded = ["/sign-in", "/welcome", "/session/confirm"];

    private readonly PartitionedRateLimiter<HttpContext> _limiter = Limiter(TriesPerMinute);
    private readonly PartitionedRateLimiter<HttpContext> _patients = Limiter(PatientsPerMinute);

    public async Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsPost(http.Request.Method) && LimiterOf(http.Request.Path) is { } limiter)
        {
            using var lease = limiter.AttemptAcquire(http);
            if (!lease.IsAcquired)
            {
                http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                http.Response.Headers.RetryAfter = "60";
                if (limiter == _patients)
                    await PatientPages.Busy(http.Request).ExecuteAsync(http).ConfigureAwait(false);
                return;
            }
        }

        await next(http).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _limiter.DisposeAsync().ConfigureAwait(false);
        await _patients.DisposeAsync().ConfigureAwait(false);
    }

    private PartitionedRateLimiter<HttpContext>? LimiterOf(PathString path) =>
        path.StartsWithSegments("/m", StringComparison.Ordinal) ? _patients
        : Guarded.Any(guarded => path.StartsWithSegments(guarded, StringComparison.OrdinalIgnoreCase)) ? _limiter
        : null;

    private static PartitionedRateLimiter<HttpContext> Limiter(int permits) => PartitionedRateLimiter.Create<HttpContext, string>(http =>
        RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = TimeSpan.FromMinutes(1) }));
}
