using System.Globalization;
using System.Text;
using System.Text.Json;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Patients;

/// <summary>The imports of one organisation: when, of what kind, with what result. The source's name is sealed, since file names tell.</summary>
public sealed class ImportLog(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    /// <summary>Notes that an import begins; returns its id, from 1, under which <see cref="PatientStore.SaveAsync"/> keeps what is needed to undo. A ledger event.</summary>
    /// <param name="kind"><c>fhir</c> or <c>csv</c>.</param>
    /// <param name="source">What is imported (file, folder); sealed.</param>
    /// <param name="actor">User id.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public Task<long> BeginAsync(string kind, string source, string actor, CancellationToken cancellationToken) => database.WriteAsync(
        async (transaction, token) =>
        {
            await using var command = transaction.Command("SELECT COALESCE(MAX(import), 0) + 1 FROM import WHERE org = @org", ("org", keys.Organisation.Value));
            var id = (long)(await command.ExecuteScalarAsync(token))!;
            await transaction.ExecuteAsync(
                "INSERT INTO import (org, import, kind, source, started_at, created, updated, unchanged, skipped) VALUES (@org, @import, @kind, @source, @at, 0, 0, 0, 0)",
                [("org", keys.Organisation.Value),
                ("import", id),
                ("kind", kind),
                ("source", keys.Seal(SourceContext(id), Encoding.UTF8.GetBytes(source))),
                ("at", time.GetUtcNow().ToUnixTimeMilliseconds())],
                token);
            await ledger.AppendAsync(Event("import.begun", actor, id, kind), transaction, token);
            return id;
        },
        cancellationToken);

    /// <summary>Notes that an import ended and what it did. A ledger event.</summary>
    public Task FinishAsync(long importId, ImportCounts counts, ImportResult result, string actor, CancellationToken cancellationToken) => database.WriteAsync(
        async (transaction, token) =>
        {
            await transaction.ExecuteAsync(
                "UPDATE import SET finished_at = @at, created = @created, updated = @updated, unchanged = @unchanged, skipped = @skipped WHERE org = @org AND import = @import",
                [("at", time.GetUtcNow().ToUnixTimeMilliseconds()),
                ("created", counts.Created),
                ("updated", counts.Updated),
                ("unchanged", counts.Unchanged),
                ("skipped", counts.Skipped),
                ("org", keys.Organisation.Value),
                ("import", importId)],
                token);
            await transaction.ExecuteAsync(
                "INSERT INTO import_result (org, import, sealed) VALUES (@org, @import, @sealed)",
                [("org", keys.Organisation.Value), ("import", importId), ("sealed", keys.Seal(ResultContext(importId), JsonSerializer.SerializeToUtf8Bytes(result)))],
                token);
            var detail = string.Create(CultureInfo.InvariantCulture, $"created {counts.Created}, updated {counts.Updated}, unchanged {counts.Unchanged}, skipped {counts.Skipped}");
            await ledger.AppendAsync(Event("import.finished", actor, importId, detail), transaction, token);
            return true;
        },
        cancellationToken);

    /// <summary>All imports, newest first.</summary>
    public async Task<IReadOnlyList<ImportEntry>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command(
            "SELECT import, kind, source, started_at, finished_at, created, updated, unchanged, skipped, undone_at FROM import WHERE org = @org ORDER BY import DESC",
            ("org", keys.Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<ImportEntry> entries = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetInt64(0);
            DateTimeOffset? InstantAt(int column) => reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
            entries.Add(new ImportEntry(id, reader.GetString(1), Encoding.UTF8.GetString(keys.Open(SourceContext(id), reader.GetFieldValue<byte[]>(2))))
            {
                StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
                FinishedAt = InstantAt(4),
                Counts = new ImportCounts(reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8)),
                UndoneAt = InstantAt(9),
            });
        }

        return entries;
    }

    /// <summary>What an import did, in full; null where it was cut off, or ran before results were kept.</summary>
    public async Task<ImportResult?> ResultAsync(long importId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT sealed FROM import_result WHERE org = @org AND import = @import", ("org", keys.Organisation.Value), ("import", importId));
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] stored ? JsonSerializer.Deserialize<ImportResult>(keys.Open(ResultContext(importId), stored)) : null;
    }

    private static string ResultContext(long importId) => string.Create(CultureInfo.InvariantCulture, $"import:{importId}:result");

    private static string SourceContext(long importId) => string.Create(CultureInfo.InvariantCulture, $"import:{importId}:source");

    private AuditEvent Event(string kind, string actor, long importId, string detail) =>
        new(keys.Organisation, kind, actor, Patient: null, importId.ToString(CultureInfo.InvariantCulture), "done", detail);
}

/// <summary>What an import did.</summary>
/// <param name="Created">Patients made.</param>
/// <param name="Updated">Patients changed.</param>
/// <param name="Unchanged">Patients found as they were; no row was written.</param>
/// <param name="Skipped">Lines or resources left out, each reported with its reason.</param>
public sealed record ImportCounts(long Created, long Updated, long Unchanged, long Skipped);

/// <summary>One import.</summary>
/// <param name="Id">From 1.</param>
/// <param name="Kind"><c>fhir</c> or <c>csv</c>.</param>
/// <param name="Source">What was imported.</param>
public sealed record ImportEntry(long Id, string Kind, string Source)
{
    /// <summary>UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>UTC; null while it runs, or where it was cut off.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What it did; zeros until it finished.</summary>
    public ImportCounts Counts { get; init; } = new(0, 0, 0, 0);

    /// <summary>UTC, where it was undone.</summary>
    public DateTimeOffset? UndoneAt { get; init; }

    /// <summary>Id and kind; the source's name may tell.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"import {Id} ({Kind})");
}
