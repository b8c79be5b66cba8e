using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Sealpost.App.Pages.SignIn;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Hosting;

/// <summary>Signing in, as the web host takes it: services and the middleware that says who is here.</summary>
internal static class PeopleSetup
{
    private const string Either = "sealpost";

    public static void AddPeople(this WebApplicationBuilder builder, Installation installation) => builder.AddPeople(installation.People);

    /// <summary>As above, for any store of people.</summary>
    public static void AddPeople(this WebApplicationBuilder builder, PeopleDesk people)
    {
        var services = builder.Services;
        services.AddSingleton(people);
        services.AddSingleton<SignedIn>();
        services.AddSingleton(people.Context.Time);
        services.AddSingleton<ShortCookie>();
        services.AddSingleton<PasskeyCeremony>();
        services.AddSingleton<AppCode>();
        services.AddSingleton<TryLimit>();
        services.AddScoped<AuthenticationStateProvider, SessionState>();
        ProviderSignIn.AddTo(services);
        services.AddDataProtection().SetApplicationName("sealpost");
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new ProtectionKeys(new KeptKeys(people.Context)));
        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = http => TokenAuthentication.IsShown(http.Request) ? TokenAuthentication.SchemeName : SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
    }

    /// <summary>Address of a one-time link, below the server's own.</summary>
    public static string WelcomePath(string token) => "/welcome/" + token;

    /// <summary>A link that signs a made-up person of a demo in, once.</summary>
    /// <exception cref="RefusedException">The folder is no demo's: nobody signs in to real data without a passkey or code.</exception>
    public static async Task<string> DemoLinkAsync(Installation installation, OrganisationId organisation, Actor person, string email, CancellationToken cancellationToken) =>
        installation.Folder.IsDemo
            ? WelcomePath(await installation.People.Invitations.DemoAsync(organisation, person, email, cancellationToken).ConfigureAwait(false))
            : throw new RefusedException("Only a folder that `sealpost demo` made has links that sign in without a passkey.");

    /// <summary>Call after the headers are set and before anything that asks who is here.</summary>
    public static void UsePeople(this WebApplication web)
    {
        web.Use(web.Services.GetRequiredService<TryLimit>().CheckAsync);
        web.UseAuthentication();
    }

    /// <summary>Addresses that the sign-in pages' script and forms call.</summary>
    public static void MapPeople(this IEndpointRouteBuilder routes) => SignInRoutes.Map(routes);
}
