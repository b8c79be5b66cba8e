using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>A copy of a signed document, given to the patient. 45 CFR 164.508(c)(4).</summary>
/// <param name="At">UTC.</param>
/// <param name="Method"><c>page</c>, <c>download</c> or <c>email</c>.</param>
internal readonly record struct GivenCopy(DateTimeOffset At, string Method);

/// <summary>The texts that patients signed on pages of ours, sealed with the organisation's key: 45 CFR 164.530(j) keeps them six years, beyond an erasure too.</summary>
internal sealed class SignedDocuments(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    public const string OnPage = "page";
    public const string ByDownload = "download";
    public const string ByEmail = "email";

    private long Organisation => keys.Organisation.Value;

    /// <summary>SHA-256 of a document's UTF-8 text, hex.</summary>
    public static string Hash(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));

    /// <summary>Adds the document of a new authorization; the page that answers the signature shows it.</summary>
    public async Task AddAsync(PatientNumber patient, long authorization, string document, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(
            "INSERT INTO authorization_document (org, id, sealed, sha256) VALUES (@org, @id, @sealed, @sha256)",
            [("org", Organisation), ("id", authorization), ("sealed", ConsentTables.SealText(keys, Context(authorization), document)), ("sha256", Hash(document))],
            cancellationToken);
        await NoteCopyAsync(patient, authorization, OnPage, "patient", transaction, cancellationToken);
    }

    /// <summary>The signed text; null where the authorization was signed elsewhere.</summary>
    /// <exception cref="InvalidDataException">The text is not what was signed.</exception>
    public async Task<string?> ReadAsync(long authorization, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT sealed, sha256 FROM authorization_document WHERE org = @org AND id = @id", ("org", Organisation), ("id", authorization));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var document = ConsentTables.OpenText(keys, Context(authorization), reader.GetFieldValue<byte[]>(0));
        return Hash(document) == reader.GetString(1) ? document : throw new InvalidDataException($"The document of authorization {authorization} is not what was signed: restore the row from a backup.");
    }

    /// <summary>Notes that a copy was given. A ledger event.</summary>
    public Task GiveCopyAsync(PatientNumber patient, long authorization, string method, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync((transaction, token) => NoteCopyAsync(patient, authorization, method, actor, transaction, token), cancellationToken);

    /// <summary>Copies given of some authorizations, oldest first.</summary>
    public async Task<ILookup<long, GivenCopy>> CopiesAsync(IReadOnlyCollection<long> authorizations, CancellationToken cancellationToken)
    {
        List<(long Id, GivenCopy Copy)> copies = [];
        await using var connection = await database.OpenReadAsync(cancellationToken);
        foreach (var chunk in authorizations.Chunk(ConsentTables.PerStatement))
        {
            await using var command = connection.Command($"SELECT id, at, method FROM authorization_copy WHERE org = @org AND id IN ({string.Join(',', chunk)}) ORDER BY at", ("org", Organisation));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                copies.Add((reader.GetInt64(0), new GivenCopy(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), reader.GetString(2))));
        }

        return copies.ToLookup(copy => copy.Id, copy => copy.Copy);
    }

    private async Task<long> NoteCopyAsync(PatientNumber patient, long authorization, string method, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var sequence = await ledger.AppendAsync(
            new AuditEvent(keys.Organisation, "consent.copy-given", actor, patient, authorization.ToString(CultureInfo.InvariantCulture), "done", $"method={method}"), transaction, cancellationToken);
        await transaction.ExecuteAsync(
            "INSERT INTO authorization_copy (org, id, at, method, sequence) VALUES (@org, @id, @at, @method, @sequence) ON CONFLICT (org, id, at, method) DO NOTHING",
            [("org", Organisation), ("id", authorization), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("method", method), ("sequence", sequence)],
            cancellationToken);
        return sequence;
    }

    private static string Context(long authorization) => string.Create(CultureInfo.InvariantCulture, $"authorization-document:{authorization}");
}
