using Microsoft.AspNetCore.Identity;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>A patient as the passkey handler sees one: a handle and keys, no name.</summary>
internal sealed record PasskeyOwner(string Handle, IReadOnlyList<UserPasskeyInfo> Passkeys)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>The one patient of a link, as Identity's store: whoever else's passkey is shown is not found here. It only reads.</summary>
internal sealed class PasskeyOwners(PasskeyOwner owner) : IUserPasskeyStore<PasskeyOwner>
{
    public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult(user.Handle);

    public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Handle);

    public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Handle);

    public Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(userId == owner.Handle ? owner : null);

    public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => Task.FromResult<PasskeyOwner?>(null);

    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<IList<UserPasskeyInfo>>([.. user.Passkeys]);

    public Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) => Task.FromResult(Find(owner, credentialId) is null ? null : owner);

    public Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => Task.FromResult(Find(user, credentialId));

    public Task AddOrUpdatePasskeyAsync(PasskeyOwner user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw Reads();

    public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => throw Reads();

    public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) => throw Reads();

    public Task SetNormalizedUserNameAsync(PasskeyOwner user, string? normalizedName, CancellationToken cancellationToken) => throw Reads();

    public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw Reads();

    public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw Reads();

    public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw Reads();

    public void Dispose()
    {
        // Holds nothing.
    }

    private static UserPasskeyInfo? Find(PasskeyOwner user, byte[] credentialId) => user.Passkeys.FirstOrDefault(one => one.CredentialId.AsSpan().SequenceEqual(credentialId));

    private static NotSupportedException Reads() => new("Passkeys of patients are kept by PickupPasskeys.");
}
