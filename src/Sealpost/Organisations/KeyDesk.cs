using System.Data.Common;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Organisations;

/// <summary>Keys of an organisation as an administrator looks after them. 45 CFR 164.312(a)(2)(iv).</summary>
internal sealed class KeyDesk(OrganisationContext context, FileKeySource source)
{
    private const string ToDo = "manage keys";

    /// <summary>Versions, ages, and whether a rotation is unfinished.</summary>
    /// <exception cref="RefusedException">The actor may not see keys.</exception>
    public async Task<KeyStatus> StatusAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Auditor, ToDo);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await KeyStatus.ReadAsync(context.Organisation.Id, source, connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>New organisation and page keys; no chart is sealed anew. Cut off, it goes on when called again. Returns pages exchanged.</summary>
    /// <exception cref="RefusedException">The actor is no administrator, or showed no passkey or code just now.</exception>
    public Task<int> RotateAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, ToDo);
        actor.RequireFresh(context.Time.GetUtcNow(), "exchange keys");
        return new KeyRotation(context.Ledger, context.Time).RotateOrganisationAsync(context.Keys, source, actor.Id, Write, cancellationToken);
    }

    private Task<bool> Write(Func<DbTransaction, CancellationToken, Task<bool>> work, CancellationToken cancellationToken) => context.Database.WriteAsync(work, cancellationToken);
}
