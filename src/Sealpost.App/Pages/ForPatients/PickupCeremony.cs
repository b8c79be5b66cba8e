using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sealpost.Campaigns.Pickup;
using Sealpost.ForPatients;
using Sealpost.Trust.Sealing;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>What a page gives to the browser so that it asks for a passkey.</summary>
/// <param name="Options">For the browser: JSON of Web Authentication Level 3 §5.1.9 and §5.1.8.</param>
/// <param name="State">Comes back with the answer; sealed.</param>
internal sealed record AskedPasskey(string Options, string State);

/// <summary>The server's side of a patient's passkey (Web Authentication Level 3 §7), for one link. No session is kept: the challenge travels sealed in the form, and the link, which counts once, makes its answer count once.</summary>
internal sealed class PickupCeremony(HttpContext http, PageVisit visit, PickupMessage pickup)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private static readonly IOptions<IdentityPasskeyOptions> Rules = Options.Create(new IdentityPasskeyOptions
    {
        AuthenticatorTimeout = TimeSpan.FromMinutes(5), // WCAG 2.2, 2.2.1: nobody has to hurry.
        ResidentKeyRequirement = "required", // The page names no credential, so that the link alone reveals none. §14.6.3.
        UserVerificationRequirement = "required", // Possession and fingerprint, face or PIN: two factors. 45 CFR 164.312(d).
        AttestationConveyancePreference = "none",

        // These pages send no referrer, and so browsers send no origin with their forms: the signed one is compared with the address that was asked.
        ValidateOrigin = check => ValueTask.FromResult(!check.CrossOrigin && check.Origin == $"{check.HttpContext.Request.Scheme}://{check.HttpContext.Request.Host}"),
    });

    /// <summary>Options for showing a passkey; the same for every patient but for the challenge.</summary>
    public async Task<AskedPasskey> AskAsync()
    {
        using var users = await UsersAsync(CancellationToken.None).ConfigureAwait(false);
        var made = await Handler(users).MakeRequestOptionsAsync(null, http).ConfigureAwait(false);
        return new AskedPasskey(made.RequestOptionsJson, Seal("ask", made.AssertionState));
    }

    /// <summary>The passkey that a browser showed; null where it does not verify or is not this patient's.</summary>
    public async Task<UserPasskeyInfo?> ShownAsync(string credentialJson, string state, CancellationToken cancellationToken)
    {
        if (credentialJson.Length == 0 || Open("ask", state) is not { } opened)
            return null;
        using var users = await UsersAsync(cancellationToken).ConfigureAwait(false);
        var result = await Handler(users).PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = credentialJson, AssertionState = opened }).ConfigureAwait(false);
        return result.Succeeded ? result.Passkey : null;
    }

    /// <summary>Options for making a passkey.</summary>
    /// <param name="name">What the patient's device calls it: the organisation, never the patient or a message.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<AskedPasskey> CreateAsync(string name, CancellationToken cancellationToken)
    {
        using var users = await UsersAsync(cancellationToken).ConfigureAwait(false);
        var entity = new PasskeyUserEntity { Id = pickup.Passkeys.HandleOf(visit.Visit.Patient), Name = name, DisplayName = name };
        var made = await Handler(users).MakeCreationOptionsAsync(entity, http).ConfigureAwait(false);
        return new AskedPasskey(made.CreationOptionsJson, Seal("create", made.AttestationState));
    }

    /// <summary>The passkey that a browser made; null where it does not verify.</summary>
    public async Task<UserPasskeyInfo?> CreatedAsync(string credentialJson, string state, CancellationToken cancellationToken)
    {
        if (credentialJson.Length == 0 || Open("create", state) is not { } opened)
            return null;
        using var users = await UsersAsync(cancellationToken).ConfigureAwait(false);
        var result = await Handler(users).PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = credentialJson, AttestationState = opened }).ConfigureAwait(false);
        return result.Succeeded && result.UserEntity.Id == pickup.Passkeys.HandleOf(visit.Visit.Patient) ? result.Passkey : null;
    }

    private static PasskeyHandler<PasskeyOwner> Handler(UserManager<PasskeyOwner> users) => new(users, Rules);

    private async Task<UserManager<PasskeyOwner>> UsersAsync(CancellationToken cancellationToken)
    {
        var owner = new PasskeyOwner(
            pickup.Passkeys.HandleOf(visit.Visit.Patient),
            [.. (await pickup.Passkeys.OfAsync(visit.Visit.Patient, cancellationToken).ConfigureAwait(false)).Select(one => one.Info)]);
        return new UserManager<PasskeyOwner>(
            new PasskeyOwners(owner), Options.Create(new IdentityOptions { Stores = { SchemaVersion = IdentitySchemaVersions.Version3 } }), new PasswordHasher<PasskeyOwner>(), [], [],
            new UpperInvariantLookupNormalizer(), new IdentityErrorDescriber(), http.RequestServices, NullLogger<UserManager<PasskeyOwner>>.Instance);
    }

    private string Place(string act) => $"pickup-passkey:{act}:{visit.Token}";

    private string Seal(string act, string? state)
    {
        var until = (visit.Visit.Organisation.Time.GetUtcNow() + Life).ToUnixTimeSeconds();
        return Convert.ToBase64String(visit.Visit.Organisation.Keys.Seal(Place(act), Encoding.UTF8.GetBytes(FormattableString.Invariant($"{until}|{state}"))));
    }

    private string? Open(string act, string sealedState)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(visit.Visit.Organisation.Keys.Open(Place(act), Convert.FromBase64String(sealedState))).Split('|', 2);
            return long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture) > visit.Visit.Organisation.Time.GetUtcNow().ToUnixTimeSeconds() ? parts[1] : null;
        }
        catch (Exception exception) when (exception is FormatException or SealException or CryptographicException)
        {
            return null;
        }
    }
}
