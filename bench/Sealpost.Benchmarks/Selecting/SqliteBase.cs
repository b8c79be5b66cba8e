using Microsoft.Data.Sqlite;
using Sealpost.Audience;
using Sealpost.Patients;

namespace Sealpost.Benchmarks.Selecting;

/// <summary>The same patients in clear text in SQLite in memory, with the indexes its queries want: the base of the ratios.</summary>
internal sealed class SqliteBase : IDisposable
{
    private const string Age = "SELECT COUNT(*) FROM patient p WHERE p.birth > @a76 AND p.birth <= @a50 AND ";
    private const string Diabetes = "EXISTS (SELECT 1 FROM fact f WHERE f.kind = 0 AND f.code >= 'E11' AND f.code < 'E12' AND f.patient = p.id AND f.active = 1)";

    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public SqliteBase() => _connection.Open();

    public static readonly string[] Queries =
    [
        Age + Diabetes,
        Age + Diabetes + " AND EXISTS (SELECT 1 FROM fact f WHERE f.kind = 1 AND f.code = '860975' AND f.patient = p.id AND f.active = 1) AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.kind = 1 AND f.code = '274783' AND f.patient = p.id AND f.active = 1)",
        Age + Diabetes + " AND (SELECT f.value FROM fact f WHERE f.kind = 3 AND f.code = '4548-4' AND f.patient = p.id AND f.day >= @d180 AND f.day <= @today ORDER BY f.day DESC, f.value DESC LIMIT 1) > 9",
        Age + Diabetes + " AND p.zip IN (SELECT zip FROM near)",
        "SELECT COUNT(*) FROM patient p WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.kind = 4 AND f.code = '185349003' AND f.patient = p.id AND f.day >= @y1 AND f.day <= @today)",
        """
        SELECT COUNT(*) FROM patient p WHERE
        (EXISTS (SELECT 1 FROM fact f WHERE f.kind = 0 AND f.code = 'I10' AND f.patient = p.id AND f.active = 1)
         OR EXISTS (SELECT 1 FROM fact f WHERE f.kind = 0 AND f.code >= 'E78' AND f.code < 'E79' AND f.patient = p.id AND f.active = 1)
         OR EXISTS (SELECT 1 FROM fact f WHERE f.kind = 1 AND f.code = '860975' AND f.patient = p.id AND f.active = 1))
        AND NOT (EXISTS (SELECT 1 FROM fact f WHERE f.kind = 6 AND f.code = '140' AND f.patient = p.id AND f.day >= @y1 AND f.day <= @today)
         OR EXISTS (SELECT 1 FROM fact f WHERE f.kind = 5 AND f.code = '45001' AND f.patient = p.id AND f.day >= @y10 AND f.day <= @today))
        OR p.sex = 'female' AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.kind = 4 AND f.code = '185349003' AND f.patient = p.id AND f.day >= @y1 AND f.day <= @today)
        """,
    ];

    public void Begin(IEnumerable<string> near)
    {
        Run("CREATE TABLE patient (id INTEGER PRIMARY KEY, birth INTEGER, sex TEXT, zip TEXT); CREATE TABLE fact (patient INTEGER, kind INTEGER, code TEXT, active INTEGER, day INTEGER, value REAL); CREATE TABLE near (zip TEXT PRIMARY KEY); BEGIN");
        foreach (var zip in near)
            Run($"INSERT INTO near VALUES ('{zip}')");
    }

    public void Add(PatientView view)
    {
        if (view.Chart.Head.Deceased)
            return;
        using var patient = Command("INSERT INTO patient VALUES (@id, @birth, @sex, @zip)", ("@id", view.Chart.Number.Value), ("@birth", view.Chart.Head.BirthDate!.Value.DayNumber), ("@sex", view.Chart.Head.Sex!), ("@zip", view.Chart.Head.Addresses[0].PostalCode!));
        patient.ExecuteNonQuery();
        using var insert = Command("INSERT INTO fact VALUES (@patient, @kind, @code, @active, @day, @value)", ("@patient", view.Chart.Number.Value), ("@kind", 0), ("@code", ""), ("@active", 0), ("@day", 0), ("@value", DBNull.Value));
        foreach (var fact in view.Chart.Facts.Where(fact => fact.Kind != FactKind.Coverage))
        {
            insert.Parameters[1].Value = (int)fact.Kind;
            insert.Parameters[2].Value = fact.Codes[0].Code;
            insert.Parameters[3].Value = fact.Active ? 1 : 0;
            insert.Parameters[4].Value = fact.On!.Value.DayNumber;
            insert.Parameters[5].Value = (object?)fact.Value ?? DBNull.Value;
            insert.ExecuteNonQuery();
        }
    }

    public void Finish() => Run("COMMIT; CREATE INDEX fact_patient ON fact (patient, kind, code, active, day, value); CREATE INDEX fact_code ON fact (kind, code, active, patient); CREATE INDEX patient_birth ON patient (birth); ANALYZE");

    public long Count(string sql)
    {
        var today = SyntheticPatients.Today;
        using var command = Command(sql);
        foreach (var (name, day) in new[] { ("@a76", today.AddYears(-76)), ("@a50", today.AddYears(-50)), ("@d180", today.AddDays(-180)), ("@today", today), ("@y1", today.AddYears(-1)), ("@y10", today.AddYears(-10)) })
            command.Parameters.AddWithValue(name, day.DayNumber);
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose() => _connection.Dispose();

    private void Run(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The texts are constants of this benchmark.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
