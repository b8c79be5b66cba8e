using System.Data.Common;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>The tables of <c>0030-consent.sql</c> and what several operations share.</summary>
internal static class ConsentTables
{
    /// <summary>Values that stand in one statement.</summary>
    public const int PerStatement = 500;

    /// <summary>The kind of an entry that is a suppression.</summary>
    public const string SuppressionKind = "suppression";

    private const int BlindBytes = 16;

    public static readonly BulkTable Message = new("consent_message", ["org", "patient", "at"], 3);
    public static readonly BulkTable Decision = new("consent_decision", ["org", "campaign", "patient", "attempt", "moment", "reason", "citation", "state_version", "authorization_id", "at"], 4);

    /// <summary>The blind index as <c>patient_lookup</c> and <c>consent_entry_blind</c> keep it.</summary>
    public static byte[] BlindOf(KeyRing keys, string kind, string value) => keys.BlindIndex(kind, value)[..BlindBytes];

    /// <summary>Seals a text with the organisation's key, bound to its place.</summary>
    public static byte[] SealText(KeyRing keys, string context, string text) => keys.Seal(context, Encoding.UTF8.GetBytes(text));

    /// <summary>Opens what <see cref="SealText"/> made.</summary>
    public static string OpenText(KeyRing keys, string context, byte[] bytes) => Encoding.UTF8.GetString(keys.Open(context, bytes));

    /// <summary>The next number of a kind of record; its row is locked until the transaction ends.</summary>
    public static async Task<long> NextAsync(DbTransaction transaction, OrganisationId organisation, string name, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            """
            INSERT INTO consent_number (org, name, next) VALUES (@org, @name, 2)
            ON CONFLICT (org, name) DO UPDATE SET next = consent_number.next + 1 RETURNING next - 1
            """,
            ("org", organisation.Value),
            ("name", name));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Conditions that follow a patient column, so that few statements cover all: a range where the numbers lie close, else lists.</summary>
    public static IEnumerable<string> Conditions(IReadOnlyCollection<PatientNumber> patients)
    {
        if (patients.Count == 0)
            return [];
        long least = patients.Min(patient => patient.Value);
        long most = patients.Max(patient => patient.Value);
        return patients.Count > PerStatement && most - least < patients.Count * 4L
            ? [$"BETWEEN {least} AND {most}"]
            : patients.Chunk(PerStatement).Select(chunk => $"IN ({string.Join(",", chunk)})");
    }

    /// <summary>Patients that a look-up key names, by blind index.</summary>
    public static async Task<HashSet<PatientNumber>> PatientsAsync(DbTransaction transaction, OrganisationId organisation, IEnumerable<byte[]> blinds, CancellationToken cancellationToken)
    {
        HashSet<PatientNumber> found = [];
        foreach (var chunk in blinds.Chunk(PerStatement))
        {
            await using var command = transaction.Command($"SELECT DISTINCT patient FROM patient_lookup WHERE org = @org AND blind IN ({Names(chunk.Length)})", ("org", organisation.Value));
            AddBlinds(command, chunk);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                found.Add(new PatientNumber((int)reader.GetInt64(0)));
        }

        return found;
    }

    /// <summary>Parameter names for <see cref="AddBlinds"/>.</summary>
    public static string Names(int count) => string.Join(",", Enumerable.Range(0, count).Select(i => "@b" + i));

    /// <summary>Adds blind indexes as the parameters of <see cref="Names"/>.</summary>
    public static void AddBlinds(DbCommand command, IReadOnlyList<byte[]> blinds)
    {
        for (var i = 0; i < blinds.Count; i++)
            command.With("b" + i, blinds[i]);
    }
}
