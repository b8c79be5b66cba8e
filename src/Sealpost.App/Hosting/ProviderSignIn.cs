using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Sealpost.App.Pages.SignIn;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>Signing in at an OpenID Connect provider: switched on and off while the server runs.</summary>
internal sealed class ProviderSignIn(PeopleDesk people, IAuthenticationSchemeProvider schemes, IOptionsMonitorCache<OpenIdConnectOptions> options) : IHostedService, IConfigureNamedOptions<OpenIdConnectOptions>
{
    public const string SchemeName = "provider";

    private const string Callback = "/sign-in/provider/done";

    private Provider? _provider;

    public bool IsOn => _provider is not null;

    /// <summary>Name on the button.</summary>
    public string Name => _provider?.Name ?? "";

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<ProviderSignIn>();
        services.AddHostedService(all => all.GetRequiredService<ProviderSignIn>());
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>>(all => all.GetRequiredService<ProviderSignIn>());
        services.AddSingleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>();
        services.AddTransient<OpenIdConnectHandler>();
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sign-in/provider", async (HttpContext http, ProviderSignIn provider, string? to) =>
    {
        if (!provider.IsOn)
            return Results.NotFound();
        try
        {
            await http.ChallengeAsync(SchemeName, new AuthenticationProperties { RedirectUri = LocalAddress.Of(to) }).ConfigureAwait(false);
            return Results.Empty;
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException or TaskCanceledException)
        {
            // The provider is away; what we keep ourselves still lets people in. 45 CFR 164.312(a)(2)(ii).
            return Results.LocalRedirect(SessionAuthentication.SignInPath + "?why=provider");
        }
    }).AllowAnonymous().ExcludeFromDescription();

    public Task StartAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes the settings up as they are now.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var provider = await people.ProviderSettings.ReadAsync(cancellationToken).ConfigureAwait(false);
        schemes.RemoveScheme(SchemeName);
        options.TryRemove(SchemeName);
        _provider = provider;
        if (provider is not null)
            schemes.AddScheme(new AuthenticationScheme(SchemeName, provider.Name, typeof(OpenIdConnectHandler)));
    }

    public void Configure(OpenIdConnectOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (name != SchemeName || _provider is not { } provider)
            return;
        options.Authority = provider.Authority.AbsoluteUri;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        options.RequireHttpsMetadata = !provider.Authority.IsLoopback;
        options.SignInScheme = SessionAuthentication.SchemeName;
        options.CallbackPath = Callback;
        options.ResponseType = OpenIdConnectResponseType.Code; // With PKCE: RFC 9700 §2.1.1.
        options.UsePkce = true;
        options.ResponseMode = OpenIdConnectResponseMode.Query; // So that our cookies stay SameSite=Lax.
        options.Scope.Clear();
        foreach (var scope in new[] { "openid", "profile", "email" })
            options.Scope.Add(scope);
        options.GetClaimsFromUserInfoEndpoint = true;
        options.MapInboundClaims = false;
        options.ClaimActions.MapUniqueJsonKey("email", "email");
        options.ClaimActions.MapUniqueJsonKey("email_verified", "email_verified");
        options.DisableTelemetry = true;
        options.BackchannelTimeout = TimeSpan.FromSeconds(10);
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
            (cookie.SameSite, cookie.SecurePolicy, cookie.HttpOnly) = (SameSiteMode.Lax, CookieSecurePolicy.Always, true);
        options.Events.OnTicketReceived = ReceiveAsync;
        options.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            context.Response.Redirect(SessionAuthentication.SignInPath + "?why=provider");
            return Task.CompletedTask;
        };
    }

    private async Task ReceiveAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        var claims = context.Principal;
        var isVerified = bool.TryParse(claims?.FindFirstValue("email_verified"), out var verified) && verified;
        var outcome = claims?.FindFirstValue("sub") is { Length: > 0 } subject && _provider is { } provider
            ? await people.Provider.SignInAsync(
                new ProviderIdentity(provider.Authority.AbsoluteUri, subject, isVerified ? claims.FindFirstValue("email") : null),
                Device.Of(context.HttpContext),
                context.HttpContext.RequestAborted).ConfigureAwait(false)
            : new SignInOutcome.Refused();
        if (outcome is SignInOutcome.Done done)
            SessionAuthentication.Give(context.HttpContext, done.Cookie);
        context.Response.Redirect(outcome is SignInOutcome.Done ? LocalAddress.Of(context.ReturnUri) : SessionAuthentication.SignInPath + "?why=provider");
    }
}
