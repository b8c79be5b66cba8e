using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Sealpost.Trust.Keys;

namespace Sealpost.People;

/// <summary>Identity's store over our tables. Authenticator keys are sealed; recovery codes are hashed, then sealed.</summary>
internal sealed class PersonRows(PeopleModel model, KeyRing keys) : UserOnlyStore<Person, PeopleModel>(model)
{
    private const string Provider = "sealpost";
    private const string CodesName = "recovery-codes";

    public override Task SetTokenAsync(Person user, string loginProvider, string name, string? value, CancellationToken cancellationToken) =>
        base.SetTokenAsync(user, loginProvider, name, value is null ? null : Convert.ToBase64String(keys.Seal(Binding(user, name), Encoding.UTF8.GetBytes(value))), cancellationToken);

    public override async Task<string?> GetTokenAsync(Person user, string loginProvider, string name, CancellationToken cancellationToken)
    {
        var stored = await base.GetTokenAsync(user, loginProvider, name, cancellationToken).ConfigureAwait(false);
        return stored is null ? null : Encoding.UTF8.GetString(keys.Open(Binding(user, name), Convert.FromBase64String(stored)));
    }

    public override Task ReplaceCodesAsync(Person user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        SetTokenAsync(user, Provider, CodesName, string.Join(';', recoveryCodes.Select(code => Hash(user, code))), cancellationToken);

    public override async Task<bool> RedeemCodeAsync(Person user, string code, CancellationToken cancellationToken)
    {
        var hashes = await CodesAsync(user, cancellationToken).ConfigureAwait(false);
        if (!hashes.Remove(Hash(user, code)))
            return false;
        await SetTokenAsync(user, Provider, CodesName, string.Join(';', hashes), cancellationToken).ConfigureAwait(false);
        return true;
    }

    public override async Task<int> CountCodesAsync(Person user, CancellationToken cancellationToken) =>
        (await CodesAsync(user, cancellationToken).ConfigureAwait(false)).Count;

    private async Task<List<string>> CodesAsync(Person user, CancellationToken cancellationToken) =>
        [.. (await GetTokenAsync(user, Provider, CodesName, cancellationToken).ConfigureAwait(false) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)];

    private static string Binding(Person user, string name) => $"person:{user.Id}:{name}";

    private static string Hash(Person user, string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user.Id + "|" + RecoveryCode.Normalise(code))));
}
