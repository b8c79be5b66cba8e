using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Patients;

/// <summary>Destroys patients' keys and rows, in the transaction that records it.</summary>
internal sealed class EraseCharts(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    /// <summary>Erases one patient; false where there is none.</summary>
    public async Task<bool> RunAsync(PatientNumber patient, string actor, CancellationToken cancellationToken)
    {
        var erased = await database.WriteAsync(
            async (transaction, token) =>
            {
                if ((await ChartTables.PatientsAsync(transaction.Connection!, keys.Organisation, [patient], token)).Count == 0)
                    return false;
                await RemoveAsync([patient], actor, transaction, token);
                await ledger.AppendAsync(Event(patient, actor), transaction, token);
                return true;
            },
            cancellationToken);
        if (erased)
            await database.ScrubAsync("keys.patient_key", cancellationToken);
        return erased;
    }

    /// <summary>Finishes erasures whose key is destroyed while rows are there: after a crash between two files' commits, or after an old backup of the data was restored.</summary>
    public async Task<IReadOnlyList<PatientNumber>> FinishAsync(CancellationToken cancellationToken)
    {
        var finished = await database.WriteAsync(
            async (transaction, token) =>
            {
                var due = await DueAsync(transaction, token);
                await ChartTables.DeleteAsync(transaction, keys.Organisation, [.. due.Select(patient => patient.Patient)], token);
                if (due.Count > 0)
                    await ledger.AppendAsync([.. due.Select(patient => Event(patient.Patient, patient.Actor) with { Detail = "45 CFR 164.310(d)(2)(i); finished later" })], transaction, token);
                return due;
            },
            cancellationToken);
        if (finished.Count > 0)
            await database.ScrubAsync("keys.patient_key", cancellationToken);
        return [.. finished.Select(patient => patient.Patient)];
    }

    /// <summary>Removes patients in the caller's transaction and leaves the note by which the removal can be finished or repeated.</summary>
    public async Task RemoveAsync(IReadOnlyCollection<PatientNumber> patients, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var notes = new BulkTable("keys.patient_erased", ["org", "patient", "erased_at", "actor"], 2);
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        await database.BulkUpsertAsync(notes, [.. patients.Select(patient => new object?[] { (long)keys.Organisation.Value, (long)patient.Value, at, actor })], transaction, cancellationToken);
        await ChartTables.DeleteAsync(transaction, keys.Organisation, patients, cancellationToken);
    }

    private AuditEvent Event(PatientNumber patient, string actor) =>
        new(keys.Organisation, "patient.erased", actor, patient, Subject: null, "done", "45 CFR 164.310(d)(2)(i)");

    private async Task<List<(PatientNumber Patient, string Actor)>> DueAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "SELECT e.patient, e.actor FROM keys.patient_erased e JOIN patient p ON p.org = e.org AND p.patient = e.patient WHERE e.org = @org ORDER BY e.patient",
            ("org", keys.Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<(PatientNumber, string)> due = [];
        while (await reader.ReadAsync(cancellationToken))
            due.Add((new PatientNumber((int)reader.GetInt64(0)), reader.GetString(1)));
        return due;
    }
}
