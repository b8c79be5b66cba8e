using System.Data.Common;
using System.Globalization;
using MemoryPack;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>Rows of <c>0033-disclosures.sql</c>. Nothing is ever changed or deleted.</summary>
internal sealed class DisclosureRows(OrganisationContext context)
{
    private static readonly BulkTable Patients = new("disclosure_patient", ["org", "patient", "id"], 3);

    private long Org => context.Organisation.Id.Value;

    /// <summary>Records a disclosure of some patients' information; returns its number. A ledger event.</summary>
    public async Task<long> AddAsync(Disclosure disclosure, IReadOnlyCollection<PatientNumber> patients, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var id = await ConsentTables.NextAsync(transaction, context.Organisation.Id, "disclosure", cancellationToken).ConfigureAwait(false);
        var sequence = await context.Ledger.AppendAsync(
            new AuditEvent(
                context.Organisation.Id, "disclosure.recorded", actor, patients.Count == 1 ? patients.First() : null, id.ToString(CultureInfo.InvariantCulture), "done",
                string.Create(CultureInfo.InvariantCulture, $"patients={patients.Count}")),
            transaction,
            cancellationToken).ConfigureAwait(false);
        var content = context.Keys.Seal(Context(id), MemoryPackSerializer.Serialize(disclosure with { Id = id }));
        await Sql.ExecuteAsync(
            transaction,
            "INSERT INTO disclosure (org, id, last_on, recorded_at, sealed, sequence) VALUES (@org, @id, @last, @at, @sealed, @sequence)",
            [("@org", Org), ("@id", id), ("@last", (disclosure.Until ?? disclosure.On).DayNumber), ("@at", Sql.Stored(context.Time.GetUtcNow())), ("@sealed", content), ("@sequence", sequence)],
            cancellationToken).ConfigureAwait(false);
        await context.Database.BulkUpsertAsync(Patients, [.. patients.Distinct().Select(patient => new object?[] { Org, (long)patient.Value, id })], transaction, cancellationToken).ConfigureAwait(false);
        return id;
    }

    /// <summary>Disclosures that concern any of some patient numbers (a person and the records merged into theirs), none that ended before a day, oldest first.</summary>
    public async Task<IReadOnlyList<Disclosure>> OfAsync(IReadOnlyCollection<PatientNumber> patients, DateOnly from, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT d.id, d.sealed, d.recorded_at FROM disclosure d
            WHERE d.org = @org AND d.last_on >= @from AND d.id IN (SELECT p.id FROM disclosure_patient p WHERE p.org = @org AND p.patient IN ({string.Join(',', patients)}))
            """,
            ("@org", Org), ("@from", from.DayNumber));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<Disclosure>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var disclosure = MemoryPackSerializer.Deserialize<Disclosure>(context.Keys.Open(Context(reader.GetInt64(0)), reader.GetFieldValue<byte[]>(1)))
                ?? throw new InvalidDataException($"Disclosure {reader.GetInt64(0)} cannot be read; restore it from a backup.");
            found.Add(disclosure with { RecordedAt = Sql.Instant(reader.GetInt64(2)) });
        }

        return [.. found.OrderBy(one => one.On).ThenBy(one => one.Id)];
    }

    /// <summary>A patient's own number and those of records merged into it, over several steps.</summary>
    public async Task<IReadOnlyCollection<PatientNumber>> PersonAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        HashSet<PatientNumber> person = [patient];
        var steps = new Queue<PatientNumber>(person);
        while (steps.TryDequeue(out var survivor))
        {
            await using var command = Sql.Command(connection, "SELECT patient FROM consent_merged WHERE org = @org AND survivor = @survivor", ("@org", Org), ("@survivor", survivor.Value));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var merged = new PatientNumber((int)reader.GetInt64(0));
                if (person.Add(merged))
                    steps.Enqueue(merged);
            }
        }

        return person;
    }

    private static string Context(long id) => string.Create(CultureInfo.InvariantCulture, $"disclosure:{id}");
}
