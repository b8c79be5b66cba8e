using System.Data.Common;
using Microsoft.AspNetCore.Identity;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>One work on people inside a transaction.</summary>
internal sealed class PeopleWork(PeopleContext context, IdentityUsers users, DbTransaction transaction)
{
    public IdentityUsers Users => users;

    public DbTransaction Transaction => transaction;

    public DateTimeOffset Now => context.Time.GetUtcNow();

    public Task<int> ExecuteAsync(string sql, (string Name, object? Value)[] parameters, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(transaction, sql, parameters, cancellationToken);

    /// <summary>A person by id.</summary>
    /// <exception cref="RefusedException">Gone since.</exception>
    public async Task<Person> FindAsync(string person, CancellationToken cancellationToken) =>
        await users.FindByIdAsync(person).WaitAsync(cancellationToken).ConfigureAwait(false) ?? throw new RefusedException("This person is gone. Load the page again.");

    /// <summary>Turns Identity's refusal into ours.</summary>
    public static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new RefusedException(string.Join(' ', result.Errors.Select(error => error.Description)));
    }

    /// <summary>Notes what a person did, in the ledger of every organisation the person belongs to, under the name the person has there. 45 CFR 164.312(b).</summary>
    public async Task NoteAsync(string kind, Person person, string? subject, string outcome, string? detail, CancellationToken cancellationToken)
    {
        var events = new List<AuditEvent>();
        await using (var command = Sql.Command(transaction, "SELECT org, actor FROM membership WHERE person = @person ORDER BY org", ("@person", person.Id)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                events.Add(new AuditEvent(new OrganisationId(checked((int)reader.GetInt64(0))), kind, reader.GetString(1), null, subject, outcome, detail));
        }

        if (events.Count == 0)
            events.Add(new AuditEvent(PeopleContext.Installation, kind, person.Id, null, subject, outcome, detail));
        await context.Ledger.AppendAsync(events, transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes an event of one organisation.</summary>
    public Task NoteAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => context.Ledger.AppendAsync(auditEvent, transaction, cancellationToken);

    /// <summary>Uses a value up; false where it was used before.</summary>
    public async Task<bool> UseOnceAsync(string value, TimeSpan life, CancellationToken cancellationToken)
    {
        await ExecuteAsync("DELETE FROM used_once WHERE expires_at < @now", [("@now", Sql.Stored(Now))], cancellationToken).ConfigureAwait(false);
        return await ExecuteAsync(
            "INSERT INTO used_once (hash, expires_at) VALUES (@hash, @expires) ON CONFLICT (hash) DO NOTHING",
            [("@hash", Secrets.Hash(value)), ("@expires", Sql.Stored(Now + life))],
            cancellationToken).ConfigureAwait(false) == 1;
    }
}
