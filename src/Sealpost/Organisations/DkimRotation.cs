using System.Data.Common;
using Sealpost.Delivery;
using Sealpost.Delivery.Domains;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Organisations;

/// <summary>A selector that signed before.</summary>
/// <param name="Name">DNS name of its public key.</param>
/// <param name="KeepUntil">UTC; until then it stays published.</param>
internal sealed record PastSelector(string Name, DateTimeOffset KeepUntil);

/// <summary>Where a change of DKIM keys stands.</summary>
/// <param name="Next">Public keys to publish before they sign; empty where no change is under way.</param>
/// <param name="Past">Selectors that signed before and are still remembered.</param>
internal sealed record DkimStanding(IReadOnlyList<ZoneRecord> Next, IReadOnlyList<PastSelector> Past);

/// <summary>Changes DKIM keys without a message that cannot be verified: publish, see that it is published, sign with it, keep the old one published. RFC 6376 §3.1, RFC 6376 appendix C.</summary>
/// <param name="context">The organisation.</param>
/// <param name="giveUpAfter">How long mail is retried: what was signed before the change may arrive that much later.</param>
internal sealed class DkimRotation(OrganisationContext context, TimeSpan giveUpAfter)
{
    private const string Seal = "dkim";

    // Receivers verify late too: mail lies in queues of theirs.
    private static readonly TimeSpan Spare = TimeSpan.FromDays(7);

    private long Org => context.Organisation.Id.Value;

    /// <summary>Where it stands.</summary>
    public async Task<DkimStanding> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var past = new List<PastSelector>();
        await using (var command = Sql.Command(connection, "SELECT name, keep_until FROM dkim_past WHERE org = @org ORDER BY keep_until, name", ("@org", Org)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                past.Add(new PastSelector(reader.GetString(0), Sql.Instant(reader.GetInt64(1))));
        }

        using var next = await NextAsync(Sql.Command(connection, "SELECT sealed FROM dkim_next WHERE org = @org", ("@org", Org)), cancellationToken).ConfigureAwait(false);
        return new DkimStanding(Records(next), past);
    }

    /// <summary>Makes the next pair, unless one waits already; returns what to publish. Mail goes on under the old one.</summary>
    /// <exception cref="RefusedException">No right.</exception>
    public async Task<IReadOnlyList<ZoneRecord>> PrepareAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "change signing keys");
        using var made = DkimKeys.Create(context.Organisation.Domain, context.Time);
        await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var added = await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO dkim_next (org, sealed, made_at) VALUES (@org, @sealed, @now) ON CONFLICT (org) DO NOTHING",
                    [("@org", Org), ("@sealed", context.Keys.Seal(Seal, made.Export())), ("@now", Sql.Stored(context.Time.GetUtcNow()))],
                    token).ConfigureAwait(false);
                if (added == 1)
                    await NoteAsync("dkim.made", actor, made.DnsRecords[0].Name, transaction, token).ConfigureAwait(false);
                return added;
            },
            cancellationToken).ConfigureAwait(false);
        return (await ReadAsync(cancellationToken).ConfigureAwait(false)).Next;
    }

    /// <summary>Signs with the next pair from now on, once DNS shows it; the old private keys are destroyed. The caller disposes the keys.</summary>
    /// <param name="used">The pair that signs until now.</param>
    /// <param name="dns">Whom to ask.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="RefusedException">No right, no pair waits, or DNS does not show it yet.</exception>
    public async Task<DkimKeys> UseAsync(DkimKeys used, AskDns dns, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "change signing keys");
        foreach (var record in (await ReadAsync(cancellationToken).ConfigureAwait(false)).Next)
        {
            var finding = CheckDkim.Judge(record.Name, record.Value, await dns.TextAsync(record.Name, cancellationToken).ConfigureAwait(false));
            if (finding.Standing != DomainStanding.Good)
                throw new RefusedException($"{finding.Says} {finding.Mend} Nothing was changed: mail goes on under the old keys.");
        }

        return await context.Database.WriteAsync((transaction, token) => SwitchAsync(used, actor, transaction, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<DkimKeys> SwitchAsync(DkimKeys used, Actor actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var next = await NextAsync(Sql.Command(transaction, "SELECT sealed FROM dkim_next WHERE org = @org", ("@org", Org)), cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("No new keys wait. `sealpost domain rotate` makes them.");
        var now = context.Time.GetUtcNow();
        await Sql.ExecuteAsync(transaction, "UPDATE organisation SET dkim = @sealed WHERE org = @org", [("@sealed", context.Keys.Seal(Seal, next.Export())), ("@org", Org)], cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(transaction, "DELETE FROM dkim_next WHERE org = @org", [("@org", Org)], cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(transaction, "DELETE FROM dkim_past WHERE org = @org AND keep_until < @now", [("@org", Org), ("@now", Sql.Stored(now))], cancellationToken).ConfigureAwait(false);
        foreach (var (name, _) in used.DnsRecords)
            await Sql.ExecuteAsync(transaction, "INSERT INTO dkim_past (org, name, keep_until) VALUES (@org, @name, @until)", [("@org", Org), ("@name", name), ("@until", Sql.Stored(now + giveUpAfter + Spare))], cancellationToken).ConfigureAwait(false);
        await NoteAsync("dkim.used", actor, next.DnsRecords[0].Name, transaction, cancellationToken).ConfigureAwait(false);
        return next;
    }

    private Task<long> NoteAsync(string kind, Actor actor, string name, DbTransaction transaction, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, actor.Id, null, name, "done"), transaction, cancellationToken);

    private async Task<DkimKeys?> NextAsync(DbCommand select, CancellationToken cancellationToken)
    {
        await using (select.ConfigureAwait(false))
            return await select.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] kept ? DkimKeys.Import(context.Keys.Open(Seal, kept)) : null;
    }

    private static IReadOnlyList<ZoneRecord> Records(DkimKeys? keys) => keys is null ? [] : [.. keys.DnsRecords.Select(record => new ZoneRecord(record.Name, "TXT", record.Value))];
}
