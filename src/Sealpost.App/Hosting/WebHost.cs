using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sealpost.App.Api;
using Sealpost.App.Hosting.Health;
using Sealpost.App.Pages;
using Sealpost.App.Pages.ForPatients;
using Sealpost.App.Pages.Shared;

namespace Sealpost.App.Hosting;

/// <summary>The web server of an installation: pages for staff, plain pages for patients, the API.</summary>
internal static class WebHost
{
    private const int LargestHeadersBytes = 32 * 1024;
    private const long LargestBodyBytes = 64L * 1024 * 1024;

    public static WebApplication Build(Installation installation, string urls)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "sealpost", ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
        builder.Configuration.Sources.Clear(); // Settings live in the store; a stray appsettings.json changes nothing.
        builder.Configuration.AddInMemoryCollection();
        Logging.Configure(builder.Logging);
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(Limit);
        builder.AddPeople(installation);
        AddServices(builder.Services, installation);
        var web = builder.Build();
        ProblemAnswers.Use(web);
        web.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedFor }); // From a proxy on this machine only.
        web.UseCookiePolicy(new CookiePolicyOptions { Secure = CookieSecurePolicy.Always });
        web.Use(Headers.SecureAsync);
        web.UsePeople();
        web.UseAuthorization();
        web.Use(MembershipCheck.RunAsync);
        web.UseAntiforgery();
        web.UseWhen(http => http.Request.Path.StartsWithSegments(ApiRoutes.Root, StringComparison.Ordinal), api => api.Use(IdempotentWrites.RunAsync));
        WebAssets.Map(web);
        CspReports.Map(web);
        ContentRoutes.Map(web);
        ImportRoutes.Map(web);
        HealthRoutes.Map(web);
        CampaignDownloads.Map(web);
        AttachmentRoutes.Map(web);
        PatientPages.Map(web, installation);
        LinkPages.Map(web, installation);
        MovedPages.Map(web);
        ApiRoutes.Map(web);
        web.MapPeople();
        web.MapRazorComponents<Pages.Shared.App>().AddInteractiveServerRenderMode(options => options.DisableWebSocketCompression = true);
        return web;
    }

    private static void AddServices(IServiceCollection services, Installation installation)
    {
        services.AddSingleton(installation);
        services.AddSingleton<MembershipLookup>();
        services.AddSingleton<CspReports>();
        services.AddSingleton<OpenPages>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenPages>());
        var board = new HealthBoard(installation);
        services.AddSingleton(_ => board);
        services.AddOpenTelemetry().WithMetrics(board.Configure);
        services.AddSingleton<PreviewShelf>();
        services.AddScoped<Workplace>();
        services.AddScoped<Toasts>();
        services.AddScoped<Crumbs>();
        services.AddScoped<RecentPlaces>();
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddRazorComponents().AddInteractiveServerComponents(options =>
        {
            options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(10);
            options.DisconnectedCircuitMaxRetained = 200;
            options.DetailedErrors = false;
        });
        services.AddSignalR(options => options.MaximumReceiveMessageSize = 1024 * 1024);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddAntiforgery(ConfigureAntiforgery);
        ApiRoutes.AddServices(services);
    }

    private static void ConfigureAntiforgery(AntiforgeryOptions options)
    {
        options.Cookie.Name = "sealpost-form";
        options.Cookie.SameSite = SameSiteMode.Strict; // Secure by the cookie policy: its own check would refuse http://localhost.
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestHeadersTotalSize = LargestHeadersBytes;
        options.Limits.MaxRequestBodySize = LargestBodyBytes;
        options.Limits.MaxRequestLineSize = 8 * 1024;
    }
}
