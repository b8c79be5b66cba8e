using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>A source and whether its addresses are attested.</summary>
/// <param name="Source">Name of the import source.</param>
/// <param name="Attested">False once it was withdrawn.</param>
/// <param name="At">UTC instant of the last change.</param>
internal sealed record AttestedSource(string Source, bool Attested, DateTimeOffset At);

/// <summary>Import sources whose addresses the organisation attests as verified.</summary>
internal sealed class SourceAttestations(KeyRing keys, Ledger ledger, TimeProvider time)
{
    private const string Context = "attested-source";

    private OrganisationId Organisation => keys.Organisation;

    /// <summary>Records an attestation or its withdrawal; returns every patient, since each state has a new version. None where nothing changed.</summary>
    public async Task<IReadOnlyCollection<PatientNumber>> WriteAsync(string source, bool attested, string statement, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var blind = keys.BlindIndex(Context, source);
        await using (var find = transaction.Command("SELECT attested FROM consent_attestation WHERE org = @org AND blind = @blind", ("org", Organisation.Value), ("blind", blind)))
        {
            if ((await find.ExecuteScalarAsync(cancellationToken) is 1L) == attested)
                return [];
        }

        var kind = attested ? "consent.source-attested" : "consent.source-withdrawn";
        var detail = ConsentTables.SealText(keys, "ledger:attestation", $"{source}: {statement}");
        var sequence = await ledger.AppendAsync(new AuditEvent(Organisation, kind, actor, null, null, "done", SealedDetail: detail), transaction, cancellationToken);
        await transaction.ExecuteAsync(
            """
            INSERT INTO consent_attestation (org, blind, sealed, attested, at, sequence) VALUES (@org, @blind, @sealed, @attested, @at, @sequence)
            ON CONFLICT (org, blind) DO UPDATE SET attested = excluded.attested, at = excluded.at, sequence = excluded.sequence
            """,
            [("org", Organisation.Value), ("blind", blind), ("sealed", ConsentTables.SealText(keys, Context, source)), ("attested", attested ? 1 : 0), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("sequence", sequence)],
            cancellationToken);
        return await PatientsAsync(transaction, cancellationToken);
    }

    /// <summary>Attested sources.</summary>
    public async Task<IReadOnlySet<string>> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT sealed FROM consent_attestation WHERE org = @org AND attested = 1", ("org", Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        HashSet<string> sources = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            sources.Add(ConsentTables.OpenText(keys, Context, reader.GetFieldValue<byte[]>(0)));
        return sources;
    }

    /// <summary>Every source that was ever attested, by name.</summary>
    public async Task<IReadOnlyList<AttestedSource>> ListAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT sealed, attested, at FROM consent_attestation WHERE org = @org", ("org", Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<AttestedSource> sources = [];
        while (await reader.ReadAsync(cancellationToken))
            sources.Add(new AttestedSource(ConsentTables.OpenText(keys, Context, reader.GetFieldValue<byte[]>(0)), reader.GetInt64(1) == 1, DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2))));
        return [.. sources.OrderBy(source => source.Source, StringComparer.OrdinalIgnoreCase)];
    }

    private async Task<List<PatientNumber>> PatientsAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT patient FROM keys.patient_key WHERE org = @org", ("org", Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<PatientNumber> patients = [];
        while (await reader.ReadAsync(cancellationToken))
            patients.Add(new PatientNumber((int)reader.GetInt64(0)));
        return patients;
    }
}
