using System.Text;
using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

/// <summary>Maps FHIR text with the shipped reader.</summary>
internal sealed class FhirSample
{
    private readonly FhirTables _tables = new();

    public ImportTally Tally { get; } = new();

    public FhirTables Tables => _tables;

    public ImportResult Result => Tally.Result(1, 1, 0, dryRun: false);

    public IReadOnlyList<ImportedRecord> Read(string json)
    {
        List<ImportedRecord> records = [];
        new FhirReader(new FhirMapping("fhir", new DateOnly(2026, 11, 24), _tables, Tally), Tally).Read(Encoding.UTF8.GetBytes(json), new ImportPlace(0, "sample.json", 1), records);
        return records;
    }

    public Fact Fact(string json) => Assert.Single(Assert.Single(Read(json)).Facts);

    public ChartHead Head(string json) => Assert.Single(Read(json)).Head!;

    public long Skipped(string type, ImportReason reason) => Result.Skipped.GetValueOrDefault(type)?.GetValueOrDefault(reason) ?? 0;

    public long Remarked(string type, ImportReason reason) => Result.Remarks.GetValueOrDefault(type)?.GetValueOrDefault(reason) ?? 0;
}
