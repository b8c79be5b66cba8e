using System.Data.Common;
using System.Globalization;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>The organisation's part of the ledger, page by page: each page begins where the last one ended, so the oldest of a million costs what the newest does. 45 CFR 164.308(a)(1)(ii)(D), 164.312(b).</summary>
/// <param name="context">The organisation.</param>
internal sealed class LedgerDesk(OrganisationContext context)
{
    private const int LargestPage = 200;
    private const string Columns = "seq, at, kind, actor, outcome, subject, detail, patient";

    private int Org => context.Organisation.Id.Value;

    /// <summary>A page, newest first.</summary>
    public async Task<LedgerPage> PageAsync(LedgerQuestion question, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.LedgerReaders, "read the ledger");
        if (question.Until < question.From)
            throw new RefusedException("The last day is before the first one. Swap them.");
        var limit = Math.Clamp(question.Limit, 1, LargestPage);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var from = question.From is { } first ? await PlaceAsync(connection, Midnight(first), cancellationToken).ConfigureAwait(false) : 0;
        var until = question.Until is { } last ? await PlaceAsync(connection, Midnight(last.AddDays(1)), cancellationToken).ConfigureAwait(false) : long.MaxValue;
        var range = (From: from, Before: Math.Min(until, question.Before ?? long.MaxValue));
        var found = new List<LedgerEvent>();
        foreach (var kind in await KindsAsync(connection, question.Kind, cancellationToken).ConfigureAwait(false))
            found.AddRange(await ReadAsync(connection, kind, question.Actor, range, limit + 1, cancellationToken).ConfigureAwait(false));
        List<LedgerEvent> page = [.. found.OrderByDescending(one => one.Sequence).Take(limit)];
        return new LedgerPage(page, found.Count > limit ? page[^1].Sequence : null);
    }

    /// <summary>Id of the patient an entry concerns. An audited read; null where it concerns none, or the patient was erased.</summary>
    public async Task<string?> WhoAsync(long sequence, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.SeePatients, "see whom an entry concerns");
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT patient FROM ledger_entry WHERE seq = @seq AND org = @org", ("@seq", sequence), ("@org", Org));
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not long number)
            return null;
        var patient = new PatientNumber((int)number);
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, "ledger.who", "done"), transaction, token), cancellationToken).ConfigureAwait(false);
        return (await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false))?.Head.DisplayId;
    }

    /// <summary>The kinds asked for; one null stands for all. Each is read on its own index, so that a rare kind costs no walk past the common ones.</summary>
    private async Task<IReadOnlyList<string?>> KindsAsync(DbConnection connection, string? asked, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(asked))
            return [null];
        if (EventWords.Areas.FirstOrDefault(area => area.Key == asked) is not { Starts: { } starts })
            return [asked];

        // Kind after kind by the index: as many steps as there are kinds, however many entries.
        List<string?> kinds = [];
        var last = "";
        while (true)
        {
            await using var command = Sql.Command(connection, "SELECT kind FROM ledger_entry WHERE org = @org AND kind > @last ORDER BY kind LIMIT 1", ("@org", Org), ("@last", last));
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not string kind)
                return kinds;
            if (EventWords.Belongs(kind, starts))
                kinds.Add(kind);
            last = kind;
        }
    }

    private async Task<IReadOnlyList<LedgerEvent>> ReadAsync(DbConnection connection, string? kind, string? actor, (long From, long Before) range, int limit, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT {Columns} FROM ledger_entry
            WHERE org = @org AND seq >= @from AND seq < @before{(kind is null ? "" : " AND kind = @kind")}{(actor is null ? "" : " AND actor = @actor")}
            ORDER BY seq DESC LIMIT @limit
            """,
            ("@org", Org), ("@from", range.From), ("@before", range.Before), ("@limit", limit));
        if (kind is not null)
            command.With("@kind", kind);
        if (actor is not null)
            command.With("@actor", actor);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var events = new List<LedgerEvent>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            events.Add(new LedgerEvent(reader.GetInt64(0), Sql.Instant(reader.GetInt64(1)), reader.GetString(2), reader.GetString(3), reader.GetString(4))
            {
                Subject = await reader.IsDBNullAsync(5, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(5),
                Detail = await reader.IsDBNullAsync(6, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(6),
                OfPatient = !await reader.IsDBNullAsync(7, cancellationToken).ConfigureAwait(false),
            });
        }

        return events;
    }

    /// <summary>First place at or after an instant: entries stand in order of time, so halving finds it without an index on time.</summary>
    private static async Task<long> PlaceAsync(DbConnection connection, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var size = Sql.Command(connection, "SELECT COALESCE(MAX(seq), -1) + 1 FROM ledger_entry");
        var (low, high) = (0L, Convert.ToInt64(await size.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            await using var look = Sql.Command(connection, "SELECT at FROM ledger_entry WHERE seq >= @middle ORDER BY seq LIMIT 1", ("@middle", middle));
            if (Convert.ToInt64(await look.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture) < Sql.Stored(at))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private DateTimeOffset Midnight(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, context.Organisation.TimeZone.GetUtcOffset(local));
    }
}
