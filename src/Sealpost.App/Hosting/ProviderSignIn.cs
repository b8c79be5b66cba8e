using System.Globalization;
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

    /// <summary>The page that leads there.</summary>
    public const string PagePath = "/sign-in/provider";

    private const string Callback = PagePath + "/done";

    private const string Again = "sealpost:again";

    private const string SignedInAt = "auth_time";

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

    /// <summary>Leads to signing in there again.</summary>
    public static string AgainPath(string to) => PagePath + QueryString.Create([KeyValuePair.Create<string, string?>("to", to), KeyValuePair.Create<string, string?>("again", "true")]);

    /// <summary>Where the browser is to go, with a state that is good in this browser alone (RFC 9700 §4.7); null where there is no provider, or it does not answer.</summary>
    /// <param name="http">The request; cookies go out with its answer.</param>
    /// <param name="to">Where the person goes afterwards.</param>
    /// <param name="again">The provider is to ask who sits there, whoever signed in before. OpenID Connect Core §3.1.2.1.</param>
    public async Task<string?> LeaveAsync(HttpContext http, string? to, bool again)
    {
        if (!IsOn)
            return null;
        var asked = new OpenIdConnectChallengeProperties { RedirectUri = LocalAddress.Of(to) };
        if (again)
            (asked.Prompt, asked.MaxAge, asked.Items[Again]) = (OpenIdConnectPrompt.Login, TimeSpan.Zero, "");
        try
        {
            await http.ChallengeAsync(SchemeName, asked).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException or TaskCanceledException)
        {
            // The provider is away; what we keep ourselves still lets people in. 45 CFR 164.312(a)(2)(ii).
            return null;
        }

        // Not as the answer to a form: Chromium and Safari hold form-action against redirects too, and where the provider leads people on to is not ours to list. CSP Level 3 §6.4.1.
        var address = http.Response.Headers.Location.ToString();
        http.Response.Headers.Location = default;
        http.Response.StatusCode = StatusCodes.Status200OK;
        return address;
    }

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
        options.ClaimActions.Remove(SignedInAt); // Is left out otherwise.
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
        if (_provider is not { } provider || IdentityOf(provider, context.Principal) is not { } identity)
        {
            context.Response.Redirect(SessionAuthentication.SignInPath + "?why=provider");
            return;
        }

        if (context.Properties?.Items.ContainsKey(Again) == true && !identity.IsFresh(people.Context.Time.GetUtcNow()))
        {
            context.Response.Redirect(AgainPath(LocalAddress.Of(context.ReturnUri)) + "&why=unasked");
            return;
        }

        var outcome = await people.Provider.SignInAsync(identity, Device.Of(context.HttpContext), context.HttpContext.RequestAborted).ConfigureAwait(false);
        if (outcome is SignInOutcome.Done done)
            SessionAuthentication.Give(context.HttpContext, done.Cookie);
        context.Response.Redirect(outcome is SignInOutcome.Done ? LocalAddress.Of(context.ReturnUri) : SessionAuthentication.SignInPath + "?why=provider");
    }

    private static ProviderIdentity? IdentityOf(Provider provider, ClaimsPrincipal? claims)
    {
        if (claims?.FindFirstValue("sub") is not { Length: > 0 } subject)
            return null;
        var isVerified = bool.TryParse(claims.FindFirstValue("email_verified"), out var verified) && verified;
        return new ProviderIdentity(provider.Authority.AbsoluteUri, subject, isVerified ? claims.FindFirstValue("email") : null)
        {
            SignedInAt = long.TryParse(claims.FindFirstValue(SignedInAt), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? DateTimeOffset.FromUnixTimeSeconds(at) : null,
        };
    }
}
