using System.Security.Cryptography;
using Sealpost.Delivery.Smime;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Certificates;

/// <summary>The signing certificate as people are shown it.</summary>
/// <param name="Mailboxes">Senders that it signs for.</param>
/// <param name="ValidFrom">UTC.</param>
/// <param name="ValidUntil">UTC.</param>
/// <param name="Fingerprint">SHA-256, lower-case hex.</param>
public sealed record SigningCertificate(IReadOnlyList<string> Mailboxes, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil, string Fingerprint);

/// <summary>The organisation's own S/MIME signing certificate and key: imported, sealed, exchanged, removed. Optional: without it messages are sealed and not signed.</summary>
internal sealed class SigningKeys(OrganisationContext context, SmimeMail smime)
{
    private const string Seal = "smime";

    private int Org => context.Organisation.Id.Value;

    /// <summary>The stored key, opened; null where there is none.</summary>
    public async Task<SmimeSigner?> OpenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT sealed FROM smime_key WHERE org = @org", ("@org", Org));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] bytes ? Opened(bytes) : null;
    }

    /// <summary>The certificate in use; null where there is none.</summary>
    /// <exception cref="RefusedException">No right.</exception>
    public SigningCertificate? Read(Actor actor)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Compliance | Roles.Auditor, "see the signing certificate");
        return smime.Signer is { } signer ? Shown(signer) : null;
    }

    /// <summary>Signs with this key from now on.</summary>
    /// <param name="file">PKCS#12, or PEM with certificate and private key.</param>
    /// <param name="password">Password of the file; empty for none. Not kept.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="RefusedException">No right, or the file is not fit; the message says why.</exception>
    public async Task<SigningCertificate> ImportAsync(ReadOnlyMemory<byte> file, string password, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "change signing keys");
        var signer = SmimeSigner.Read(file.Span, password, context.Time.GetUtcNow());
        var clear = signer.Export();
        try
        {
            await context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await Sql.ExecuteAsync(
                        transaction,
                        "INSERT INTO smime_key (org, sealed) VALUES (@org, @sealed) ON CONFLICT (org) DO UPDATE SET sealed = excluded.sealed",
                        [("@org", Org), ("@sealed", context.Keys.Seal(Seal, clear))],
                        token).ConfigureAwait(false);
                    return await context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "smime.key-imported", actor.Id, null, signer.Fingerprint, "done"), transaction, token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }

        smime.Use(signer);
        return Shown(signer);
    }

    /// <summary>Signs no more; the private key is destroyed here.</summary>
    /// <exception cref="RefusedException">No right, or there is none.</exception>
    public async Task RemoveAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "change signing keys");
        await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (await Sql.ExecuteAsync(transaction, "DELETE FROM smime_key WHERE org = @org", [("@org", Org)], token).ConfigureAwait(false) == 0)
                    throw new RefusedException("There is no signing certificate.") { Kind = RefusalKind.NotFound };
                return await context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "smime.key-removed", actor.Id, null, smime.Signer?.Fingerprint, "done"), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        smime.Use((SmimeSigner?)null);
    }

    private SmimeSigner Opened(byte[] bytes)
    {
        var clear = context.Keys.Open(Seal, bytes);
        try
        {
            return SmimeSigner.Import(clear);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private static SigningCertificate Shown(SmimeSigner signer) => new(signer.Mailboxes, signer.ValidFrom, signer.ValidUntil, signer.Fingerprint);
}
