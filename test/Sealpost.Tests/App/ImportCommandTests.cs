using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Sealpost.Tests.App;

/// <summary>The 300-patient set of the test data, through the executable.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private static readonly string[] Types = ["Patient", "Condition", "MedicationRequest", "Observation", "Encounter", "Procedure", "Immunization"];

    // What an import may write, whole: sealed charts, their indexes, keys, consent.
    private static readonly string[] Tables =
        ["main.patient", "main.chart_part", "main.patient_lookup", "main.patient_shard", "main.consent_entry", "main.consent_merged", "keys.patient_key", "keys.page_key", "keys.patient_number"];

    private readonly SealpostProcess _sealpost = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sealpost.Dispose();

    [Fact]
    public async Task A_second_import_of_the_same_files_creates_and_updates_nothing_and_rewrites_no_row()
    {
        var folder = TestData.Require("fhir-synthea-r4");
        await InitAsync();
        string[] import = ["import", "fhir", .. Types.Select(type => Path.Combine(folder, type + ".ndjson.gz")), "--json"];
        var first = await _sealpost.DoAsync(import, Token);
        Assert.Equal(300, first.Json.GetProperty("byType").GetProperty("Patient").GetProperty("created").GetInt32());
        Assert.True(first.Json.GetProperty("created").GetInt64() > 60_000);
        var before = Rows();
        var second = await _sealpost.DoAsync(import, Token);
        Assert.Equal(
            (0, 0, first.Json.GetProperty("created").GetInt64()),
            (second.Json.GetProperty("created").GetInt32(), second.Json.GetProperty("updated").GetInt32(), second.Json.GetProperty("unchanged").GetInt64()));
        Assert.Equal(before, Rows());
    }

    [Fact]
    public async Task Icd_coded_conditions_in_an_organisation_of_their_own_answer_prefix_queries()
    {
        var patients = TestData.Require("fhir-synthea-r4", "Patient.ndjson.gz");
        var conditions = TestData.Require("fhir-synthea-r4", "Condition.icd10cm-derived.ndjson.gz");
        await InitAsync();
        await _sealpost.DoAsync(["org", "add", "Second Clinic", "--domain", "mail.second.test", "--address", "2 Orchard Road, Springfield, MA 01103", "--time-zone", "America/New_York"], Token);
        await _sealpost.DoAsync(["import", "fhir", patients, conditions, "--org", "Second Clinic"], Token);
        var living = Lines(patients).Where(patient => !patient.TryGetProperty("deceasedDateTime", out _)).Select(patient => patient.GetProperty("id").GetString()!).ToHashSet(StringComparer.Ordinal);
        var coded = Lines(conditions).Select(one => (Patient: one.GetProperty("subject").GetProperty("reference").GetString()![8..], Code: one.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString()!)).ToList();
        foreach (var prefix in new[] { "E11", "I1", "J", "O03.9" })
        {
            var expected = coded.Where(one => living.Contains(one.Patient) && one.Code.StartsWith(prefix, StringComparison.Ordinal)).Select(one => one.Patient).Distinct().Count();
            Assert.InRange(expected, 1, living.Count - 1);
            var counted = await _sealpost.DoAsync(["audience", "count", $"ever condition in (icd10:{prefix}*)", "--org", "Second Clinic", "--json"], Token);
            Assert.Equal(expected, counted.Json.GetProperty("count").GetInt32());
        }

        var other = await _sealpost.DoAsync(["audience", "count", "ever condition in (icd10:E11*)", "--org", "Green Valley Clinic", "--json"], Token);
        Assert.Equal(0, other.Json.GetProperty("count").GetInt32());
    }

    private static IEnumerable<JsonElement> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return JsonDocument.Parse(line).RootElement;
    }

    private Task<CommandResult> InitAsync() => _sealpost.DoAsync(
        ["init", "--org", "Green Valley Clinic", "--domain", "mail.greenvalley.test", "--address", "1 Orchard Road, Springfield, MA 01103", "--time-zone", "America/New_York"], Token);

    /// <summary>Rows and hash of every table that an import may write.</summary>
    private Dictionary<string, (int Rows, string Hash)> Rows()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_sealpost.Data, "sealpost.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using (var attach = connection.CreateCommand())
        {
            attach.CommandText = "ATTACH DATABASE $keys AS keys";
            attach.Parameters.AddWithValue("$keys", Path.Combine(_sealpost.Data, "keys.db"));
            attach.ExecuteNonQuery();
        }

        return Tables.ToDictionary(table => table, table => Read(connection, table));
    }

    private static (int Rows, string Hash) Read(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {table}";
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture))));
        rows.Sort(StringComparer.Ordinal);
        return (rows.Count, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows)))));
    }
}
