using System.Data.Common;
using System.Globalization;
using MemoryPack;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>Kinds of requests.</summary>
public static class PatientRequestKinds
{
    /// <summary>Another address or channel, 45 CFR 164.522(b). A provider may not ask why and must accommodate what is reasonable.</summary>
    public const string Address = "address";

    /// <summary>An answer to a message, written on our page or mailed.</summary>
    public const string Reply = "reply";

    /// <summary>Not asked by the patient but by us: mail to the address came back, and staff is to find the right one.</summary>
    public const string AddressFailed = "address-failed";

    /// <summary>Asked by us: the patient marked a message about care as unwanted, and staff is to find out what is wished.</summary>
    public const string Complaint = "complaint";
}

/// <summary>Which requests are meant.</summary>
public enum RequestGroup
{
    /// <summary>All.</summary>
    All = 0,

    /// <summary>What patients asked themselves: replies, wishes about the address.</summary>
    Patients = 1,

    /// <summary>Addresses that failed.</summary>
    Addresses = 2,

    /// <summary>Complaints about messages on care.</summary>
    Complaints = 3,
}

/// <summary>Something a patient asked of staff on a page of ours.</summary>
/// <param name="Id">Number within the organisation.</param>
/// <param name="Patient">Who asks.</param>
/// <param name="Kind">One of <see cref="PatientRequestKinds"/>.</param>
/// <param name="Campaign">Campaign whose message led there; 0 for none.</param>
/// <param name="Text">In the patient's words. PHI.</param>
/// <param name="At">UTC.</param>
/// <param name="SettledAt">UTC; null while open.</param>
/// <param name="SettledBy">User id.</param>
public sealed record PatientRequest(long Id, PatientNumber Patient, string Kind, long Campaign, string Text, DateTimeOffset At, DateTimeOffset? SettledAt, string? SettledBy)
{
    /// <summary>Its number only.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"request {Id}");
}

/// <summary>Keeps what patients ask until a person has settled it; sealed with the patient's key. Nothing is done on its own: an unverified new address must not receive health information. 45 CFR 164.530(c).</summary>
internal sealed class PatientRequests(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    /// <summary>Longest text kept, in characters.</summary>
    public const int LongestText = 4_000;

    /// <summary>Open requests one patient may have; more are refused until staff has settled some.</summary>
    public const int MostOpen = 20;

    private long Organisation => keys.Organisation.Value;

    /// <summary>Records a request; null where the patient has too many open ones or was erased.</summary>
    public Task<long?> AddAsync(PatientNumber patient, string kind, long campaign, string text, CancellationToken cancellationToken) =>
        database.WriteAsync((transaction, token) => AddAsync(patient, kind, campaign, text, "patient", transaction, token), cancellationToken);

    /// <summary>Asks staff for something about a patient, unless the same is asked already; null then, and where the patient has too many open requests or was erased.</summary>
    public Task<long?> AskAsync(PatientNumber patient, string kind, long campaign, string text, CancellationToken cancellationToken) =>
        database.WriteAsync((transaction, token) => AskAsync(patient, kind, campaign, text, transaction, token), cancellationToken);

    /// <summary>The same in the caller's transaction.</summary>
    public async Task<long?> AskAsync(PatientNumber patient, string kind, long campaign, string text, DbTransaction transaction, CancellationToken cancellationToken) =>
        await IsOpenAsync(patient, kind, transaction, cancellationToken) ? null : await AddAsync(patient, kind, campaign, text, "system", transaction, cancellationToken);

    /// <summary>Requests in order of number, open ones or all; those of erased patients are absent.</summary>
    public Task<IReadOnlyList<PatientRequest>> ListAsync(bool openOnly, long after, int limit, CancellationToken cancellationToken) => ListAsync(openOnly, RequestGroup.All, after, limit, cancellationToken);

    /// <summary>The same of one group.</summary>
    public async Task<IReadOnlyList<PatientRequest>> ListAsync(bool openOnly, RequestGroup group, long after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command(
            $"""
            SELECT r.id, r.patient, r.kind, r.campaign, r.sealed, r.at, r.settled_at, r.settled_by, k.wrapped
            FROM patient_request r JOIN keys.patient_key k ON k.org = r.org AND k.patient = r.patient
            WHERE r.org = @org AND r.id > @after {(openOnly ? "AND r.settled_at IS NULL" : "")}{Of(group)} ORDER BY r.id LIMIT @limit
            """,
            ("org", Organisation), ("after", after), ("limit", (long)limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<PatientRequest> requests = [];
        while (await reader.ReadAsync(cancellationToken))
            requests.Add(await ReadAsync(reader, cancellationToken));
        return requests;
    }

    /// <summary>One open request; null where it is settled, or its patient was erased.</summary>
    public async Task<PatientRequest?> FindOpenAsync(long id, CancellationToken cancellationToken) =>
        (await ListAsync(openOnly: true, id - 1, 1, cancellationToken)).FirstOrDefault(request => request.Id == id);

    /// <summary>Settles a request whose text is where it belongs now: the text kept here is emptied. False where it was settled meanwhile.</summary>
    public async Task<bool> EmptyAsync(PatientRequest request, string note, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await PatientKeys.WrappedAsync(transaction, keys.Organisation, request.Patient, cancellationToken) is not { } wrapped)
            return false;
        using var key = keys.UnwrapPatientKey(request.Patient, wrapped);
        return await transaction.ExecuteAsync(
            "UPDATE patient_request SET sealed = @sealed, settled_at = @at, settled_by = 'system', note = @note WHERE org = @org AND id = @id AND settled_at IS NULL",
            [
                ("sealed", key.Seal(Part(request.Id), 1, MemoryPackSerializer.Serialize(""))), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()),
                ("note", ConsentTables.SealText(keys, Part(request.Id) + ":note", note)), ("org", Organisation), ("id", request.Id),
            ],
            cancellationToken) == 1;
    }

    /// <summary>Marks a request settled, with what was done; false where there is no such open one.</summary>
    public Task<bool> SettleAsync(long id, string note, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (transaction, token) =>
            {
                var changed = await transaction.ExecuteAsync(
                    "UPDATE patient_request SET settled_at = @at, settled_by = @by, note = @note WHERE org = @org AND id = @id AND settled_at IS NULL",
                    [("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("by", actor), ("note", ConsentTables.SealText(keys, Part(id) + ":note", note)), ("org", Organisation), ("id", id)],
                    token);
                if (changed == 1)
                    await ledger.AppendAsync(new AuditEvent(keys.Organisation, "request.settled", actor, null, id.ToString(CultureInfo.InvariantCulture), "done"), transaction, token);
                return changed == 1;
            },
            cancellationToken);

    /// <summary>How many more requests a patient may have open; 0 where the patient was erased.</summary>
    public async Task<int> RoomAsync(PatientNumber patient, DbTransaction transaction, CancellationToken cancellationToken) =>
        await PatientKeys.WrappedAsync(transaction, keys.Organisation, patient, cancellationToken) is null ? 0 : Math.Max(0, MostOpen - checked((int)await OpenAsync(patient, transaction, cancellationToken)));

    private async Task<long> OpenAsync(PatientNumber patient, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var count = transaction.Command("SELECT COUNT(*) FROM patient_request WHERE org = @org AND patient = @patient AND settled_at IS NULL", ("org", Organisation), ("patient", patient.Value));
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<bool> IsOpenAsync(PatientNumber patient, string kind, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "SELECT COUNT(*) FROM patient_request WHERE org = @org AND patient = @patient AND kind = @kind AND settled_at IS NULL", ("org", Organisation), ("patient", patient.Value), ("kind", kind));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! > 0;
    }

    /// <summary>Records a request in the caller's transaction; null where the patient has too many open ones or was erased.</summary>
    public async Task<long?> AddAsync(PatientNumber patient, string kind, long campaign, string text, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await PatientKeys.WrappedAsync(transaction, keys.Organisation, patient, cancellationToken) is not { } wrapped)
            return null;
        if (await OpenAsync(patient, transaction, cancellationToken) >= MostOpen)
            return null;
        var id = await ConsentTables.NextAsync(transaction, keys.Organisation, "request", cancellationToken);
        using var key = keys.UnwrapPatientKey(patient, wrapped);
        var sealedText = key.Seal(Part(id), 1, MemoryPackSerializer.Serialize(text[..Math.Min(text.Length, LongestText)]));
        await ledger.AppendAsync(new AuditEvent(keys.Organisation, "request.made", actor, patient, id.ToString(CultureInfo.InvariantCulture), "done", $"kind={kind}"), transaction, cancellationToken);
        await transaction.ExecuteAsync(
            "INSERT INTO patient_request (org, id, patient, kind, campaign, sealed, at) VALUES (@org, @id, @patient, @kind, @campaign, @sealed, @at)",
            [("org", Organisation), ("id", id), ("patient", patient.Value), ("kind", kind), ("campaign", campaign), ("sealed", sealedText), ("at", time.GetUtcNow().ToUnixTimeMilliseconds())],
            cancellationToken);
        return id;
    }

    private async Task<PatientRequest> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var (id, patient) = (reader.GetInt64(0), new PatientNumber((int)reader.GetInt64(1)));
        using var key = keys.UnwrapPatientKey(patient, reader.GetFieldValue<byte[]>(8));
        return new PatientRequest(
            id,
            patient,
            reader.GetString(2),
            reader.GetInt64(3),
            MemoryPackSerializer.Deserialize<string>(key.Open(Part(id), 1, reader.GetFieldValue<byte[]>(4))) ?? "",
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
            await reader.IsDBNullAsync(6, cancellationToken) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
            await reader.IsDBNullAsync(7, cancellationToken) ? null : reader.GetString(7));
    }

    private static string Of(RequestGroup group) => group switch
    {
        RequestGroup.Patients => $" AND r.kind IN ('{PatientRequestKinds.Reply}', '{PatientRequestKinds.Address}')",
        RequestGroup.Addresses => $" AND r.kind = '{PatientRequestKinds.AddressFailed}'",
        RequestGroup.Complaints => $" AND r.kind = '{PatientRequestKinds.Complaint}'",
        _ => "",
    };

    private static string Part(long id) => string.Create(CultureInfo.InvariantCulture, $"request:{id}");
}
