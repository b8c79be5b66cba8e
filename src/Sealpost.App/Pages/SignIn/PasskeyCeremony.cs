using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sealpost.People;

namespace Sealpost.App.Pages.SignIn;

/// <summary>The server's side of making and using passkeys (Web Authentication Level 3 §7): gives challenges out, checks what comes back.</summary>
internal sealed class PasskeyCeremony(PeopleDesk people, ShortCookie cookies)
{
    private const string Creating = "passkey-new";
    private const string Asking = "passkey";

    private static readonly IOptions<IdentityPasskeyOptions> Rules = Options.Create(new IdentityPasskeyOptions
    {
        AuthenticatorTimeout = TimeSpan.FromMinutes(2),
        ResidentKeyRequirement = "required", // Signing in asks for no name first.
        UserVerificationRequirement = "required", // Possession and fingerprint, face or PIN: two factors. 45 CFR 164.312(d).
        AttestationConveyancePreference = "none",
    });

    /// <summary>Options for making a passkey, as JSON for the browser.</summary>
    public Task<string> CreateAsync(HttpContext http, PasskeyUserEntity person, CancellationToken cancellationToken) => people.Context.ReadAsync(
        async (users, _) =>
        {
            var made = await Handler(users).MakeCreationOptionsAsync(person, http).ConfigureAwait(false);
            cookies.Put(http, Creating, new Carried(Secrets.Token(), made.AttestationState));
            return made.CreationOptionsJson;
        },
        cancellationToken);

    /// <summary>The passkey that a browser made; null where it does not verify.</summary>
    public async Task<MadePasskey?> CreatedAsync(HttpContext http, string credentialJson, CancellationToken cancellationToken)
    {
        if (cookies.Take<Carried>(http, Creating) is not { } carried)
            return null;
        return await people.Context.ReadAsync(
            async (users, _) =>
            {
                var context = new PasskeyAttestationContext { HttpContext = http, CredentialJson = credentialJson, AttestationState = carried.State };
                var result = await Handler(users).PerformAttestationAsync(context).ConfigureAwait(false);
                return result.Succeeded ? new MadePasskey(result.UserEntity.Id, result.Passkey) : null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Options for showing a passkey; of one person where that is known.</summary>
    public Task<string> AskAsync(HttpContext http, string? person, CancellationToken cancellationToken) => people.Context.ReadAsync(
        async (users, _) =>
        {
            var known = person is null ? null : await users.FindByIdAsync(person).ConfigureAwait(false);
            var made = await Handler(users).MakeRequestOptionsAsync(known, http).ConfigureAwait(false);
            cookies.Put(http, Asking, new Carried(Secrets.Token(), made.AssertionState));
            return made.RequestOptionsJson;
        },
        cancellationToken);

    /// <summary>The passkey that a browser showed; null where it does not verify.</summary>
    public async Task<ShownPasskey?> ShownAsync(HttpContext http, string credentialJson, CancellationToken cancellationToken)
    {
        if (cookies.Take<Carried>(http, Asking) is not { } carried)
            return null;
        return await people.Context.ReadAsync(
            async (users, _) =>
            {
                var context = new PasskeyAssertionContext { HttpContext = http, CredentialJson = credentialJson, AssertionState = carried.State };
                var result = await Handler(users).PerformAssertionAsync(context).ConfigureAwait(false);
                return result.Succeeded ? new ShownPasskey(result.User.Id, result.Passkey, carried.Nonce) : null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static PasskeyHandler<Person> Handler(IdentityUsers users) => new(users, Rules);

    private sealed record Carried(string Nonce, string? State);
}

/// <summary>A new passkey, verified.</summary>
/// <param name="Person">Id that the authenticator keeps as user handle.</param>
/// <param name="Passkey">What to store.</param>
internal sealed record MadePasskey(string Person, UserPasskeyInfo Passkey);

/// <summary>A passkey whose signature verified.</summary>
/// <param name="Person">Whose.</param>
/// <param name="Passkey">What to store, its counter moved on.</param>
/// <param name="Challenge">Names the challenge, which counts once.</param>
internal sealed record ShownPasskey(string Person, UserPasskeyInfo Passkey, string Challenge);
