using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>The OpenID Connect provider at which people of this installation may sign in.</summary>
/// <param name="Name">Name on the button.</param>
/// <param name="Authority">Issuer; its <c>/.well-known/openid-configuration</c> is read.</param>
/// <param name="ClientId">Client id registered there.</param>
/// <param name="ClientSecret">Client secret; sealed in the store.</param>
internal sealed record Provider(string Name, Uri Authority, string ClientId, string ClientSecret)
{
    public override string ToString() => $"{Name} ({Authority})"; // Never the secret.
}

/// <summary>Settings of the provider. They hold for the whole installation, so only its operators and the folder's owner change them.</summary>
internal sealed class ProviderSettings(PeopleContext context)
{
    private static readonly string[] Names = ["provider-name", "provider-authority", "provider-client-id", "provider-client-secret"];

    /// <summary>The provider; null where there is none.</summary>
    public async Task<Provider?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT name, value FROM sign_in_setting");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            values[reader.GetString(0)] = Encoding.UTF8.GetString(context.Keys.Open(Binding(reader.GetString(0)), reader.GetFieldValue<byte[]>(1)));
        return Names.All(values.ContainsKey) ? new Provider(values[Names[0]], new Uri(values[Names[1]]), values[Names[2]], values[Names[3]]) : null;
    }

    /// <summary>Checks what a person typed.</summary>
    /// <param name="name">Name on the button.</param>
    /// <param name="authority">Issuer.</param>
    /// <param name="clientId">Client id.</param>
    /// <param name="clientSecret">Client secret.</param>
    /// <exception cref="RefusedException">Says what cannot be used.</exception>
    public static Provider Check(string name, string authority, string clientId, string clientSecret)
    {
        if (!Uri.TryCreate(authority.Trim(), UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.IsLoopback && address.Scheme == Uri.UriSchemeHttp)))
            throw new RefusedException("Give the provider's issuer address; it begins with https://, such as https://login.clinic.example/realms/staff.");
        if (name.Trim().Length is 0 or > 60)
            throw new RefusedException("Give the provider a name of at most 60 letters; people see it on the button.");
        return clientId.Trim().Length > 0 && clientSecret.Trim().Length > 0
            ? new Provider(name.Trim(), address, clientId.Trim(), clientSecret.Trim())
            : throw new RefusedException("Give the client id and the client secret that the provider shows for this application.");
    }

    /// <summary>Sets the provider as an operator, or takes it away with null.</summary>
    /// <exception cref="RefusedException">The person is no operator of the installation.</exception>
    public Task SetAsync(Provider? provider, Session session, CancellationToken cancellationToken) =>
        session.IsOperator
            ? SetAsync(provider, session.Person, cancellationToken)
            : throw new RefusedException("Sign-in is set for the whole installation: only the person who set it up may change it, or the owner of the server (`sealpost sign-in`).") { Kind = RefusalKind.NotPermitted };

    /// <summary>As above, as the folder's owner.</summary>
    /// <exception cref="RefusedException">The actor is not the folder's owner.</exception>
    public Task SetAsync(Provider? provider, Actor by, CancellationToken cancellationToken) =>
        by.Id == Actor.LocalOwner.Id
            ? SetAsync(provider, by.Id, cancellationToken)
            : throw new RefusedException("Sign-in is set for the whole installation: unset SEALPOST_TOKEN to act as the folder's owner.") { Kind = RefusalKind.NotPermitted };

    private Task<int> SetAsync(Provider? provider, string by, CancellationToken cancellationToken) => context.WriteAsync(
        async (work, token) =>
        {
            await work.ExecuteAsync("DELETE FROM sign_in_setting", [], token).ConfigureAwait(false);
            string[] values = provider is null ? [] : [provider.Name, provider.Authority.AbsoluteUri, provider.ClientId, provider.ClientSecret];
            foreach (var (name, value) in Names.Zip(values))
            {
                await work.ExecuteAsync(
                    "INSERT INTO sign_in_setting (name, value) VALUES (@name, @value)",
                    [("@name", name), ("@value", context.Keys.Seal(Binding(name), Encoding.UTF8.GetBytes(value)))],
                    token).ConfigureAwait(false);
            }

            await work.NoteAsync(new AuditEvent(PeopleContext.Installation, "signin.provider", by, null, null, "done", provider?.Authority.Host ?? "none"), token).ConfigureAwait(false);
            return 0;
        },
        cancellationToken);

    private static string Binding(string name) => "sign-in:" + name;
}
