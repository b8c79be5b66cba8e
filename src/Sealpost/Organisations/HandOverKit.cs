using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Organisations;

/// <summary>Hands the recovery kit to a person, and remembers that it was put away. 45 CFR 164.308(a)(7)(ii)(B).</summary>
/// <remarks>Whoever has the kit and a copy of the data reads everything, so it is shown to an operator of the server who just proved who they are, and every showing is a ledger event.</remarks>
internal sealed class HandOverKit(FileKeySource source, IDatabase database, Ledger ledger, TimeProvider time)
{
    private const string Shown = "recovery-kit.shown";
    private const string Kept = "recovery-kit.kept";

    /// <summary>The kit's text. Show it and keep it nowhere.</summary>
    /// <exception cref="RefusedException">The person is no operator, or showed no passkey or code just now.</exception>
    public async Task<string> ShowAsync(Session session, CancellationToken cancellationToken)
    {
        RequireOperator(session);
        if (!session.IsFresh(time.GetUtcNow()))
            throw new RefusedException("Confirm that it is you to see the recovery kit: show your passkey or a code of your authenticator app, then try again.") { Kind = RefusalKind.Unconfirmed };
        await NoteAsync(Shown, session.Person, cancellationToken).ConfigureAwait(false);
        return source.MakeRecoveryKit().ToText();
    }

    /// <summary>Notes that a person has printed the kit and locked it away.</summary>
    /// <exception cref="RefusedException">The person is no operator.</exception>
    public Task NoteKeptAsync(Session session, CancellationToken cancellationToken)
    {
        RequireOperator(session);
        return NoteAsync(Kept, session.Person, cancellationToken);
    }

    /// <summary>Notes that the kit was printed to the folder's owner, who is told to put it away.</summary>
    public Task NotePrintedAsync(Actor owner, CancellationToken cancellationToken) => NoteAsync(Kept, owner.Id, cancellationToken);

    /// <summary>Whether anybody said that the kit of the present root key is put away.</summary>
    public async Task<bool> IsKeptAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT COUNT(*) FROM ledger_entry WHERE org = @org AND kind = @kind AND subject = @root",
            ("@org", PeopleContext.Installation.Value), ("@kind", Kept), ("@root", RootName()));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) > 0;
    }

    private static void RequireOperator(Session session)
    {
        if (!session.IsOperator)
            throw new RefusedException("The recovery kit opens everything on this server: only the person who set the server up sees it.") { Kind = RefusalKind.NotPermitted };
    }

    private Task<long> NoteAsync(string kind, string by, CancellationToken cancellationToken) => database.WriteAsync(
        (transaction, token) => ledger.AppendAsync(new AuditEvent(PeopleContext.Installation, kind, by, null, RootName(), "done"), transaction, token),
        cancellationToken);

    // A rotation of the root key makes a new kit, which has to be put away anew.
    private string RootName() => source.MakeRecoveryKit().Name;
}
