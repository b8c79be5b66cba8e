using System.IO.Compression;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Patients;

public sealed class ImportFhirTests : IAsyncLifetime
{
    private static readonly string[] ExportedTypes = ["Patient", "Condition", "Encounter", "Immunization", "MedicationRequest", "Observation", "Procedure", "Organization", "CarePlan"];

    private ImportStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await ImportStage.CreateAsync();

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task Three_hundred_patients_come_in_once_and_a_second_run_writes_nothing()
    {
        var folder = TestData.Require("fhir-synthea-r4");
        string[] files = [.. ExportedTypes.Select(type => Path.Combine(folder, type + ".ndjson.gz"))];
        var first = await _stage.FhirAsync(files);
        var expected = new Dictionary<string, long>
        {
            ["Patient"] = 300,
            ["Condition"] = 2_209,
            ["Encounter"] = 8_988,
            ["Immunization"] = 3_586,
            ["MedicationRequest"] = 2_179,
            ["Observation"] = 43_745,
            ["Procedure"] = 6_839,
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), first.Resources.ToDictionary(pair => pair.Key, pair => pair.Value.Created).OrderBy(pair => pair.Key));
        Assert.All(first.Resources.Values, count => Assert.Equal((0, 0), (count.Updated, count.Unchanged)));
        Assert.Equal(867, first.Skipped["CarePlan"][ImportReason.TypeNotUsed]);
        Assert.Equal((0L, 300L, 9), (first.ProblemCount, first.PatientsChanged, first.Files));
        Assert.Equal(300, _stage.Changed.Distinct().Count());
        var rows = await _stage.RowsAsync();

        var second = await _stage.FhirAsync(files);
        Assert.All(second.Resources.Values, count => Assert.Equal((0, 0), (count.Created, count.Updated)));
        Assert.Equal(expected.OrderBy(pair => pair.Key), second.Resources.ToDictionary(pair => pair.Key, pair => pair.Value.Unchanged).OrderBy(pair => pair.Key));
        Assert.Equal(0, second.PatientsChanged);
        Assert.Equal(rows, await _stage.RowsAsync());
        Assert.Equal(["import.begun", "import.finished", "import.begun", "import.finished"], await _stage.LedgerKindsAsync());
    }

    [Fact]
    public async Task Raw_transaction_bundles_give_the_same_charts_as_their_bulk_export()
    {
        var folder = TestData.Require("fhir-synthea-r4");
        await _stage.FhirAsync(Path.Combine(folder, "raw-bundles"));
        var bundled = (await _stage.ChartsAsync()).ToDictionary(chart => chart.Head.SourceIds[0].Value);
        Assert.Equal(12, bundled.Count);
        await using var other = await ImportStage.CreateAsync();
        await other.FhirAsync(Directory.GetFiles(folder, "*.ndjson.gz").Where(file => !file.Contains("icd10", StringComparison.Ordinal)).ToArray());
        foreach (var chart in (await other.ChartsAsync()).Where(chart => bundled.ContainsKey(chart.Head.SourceIds[0].Value)))
        {
            var same = bundled[chart.Head.SourceIds[0].Value];
            Assert.True(PackedEquality.Same(chart.Head, same.Head));
            Assert.Equal(Ids(chart), Ids(same));
        }
    }

    [Fact]
    public async Task Icd_coded_conditions_come_with_their_patients_into_an_organisation_of_their_own()
    {
        var folder = TestData.Require("fhir-synthea-r4");
        var result = await _stage.FhirAsync(Path.Combine(folder, "Condition.icd10cm-derived.ndjson.gz"), Path.Combine(folder, "Patient.ndjson.gz"));
        Assert.Equal((2_157L, 300L), (result.Resources["Condition"].Created, result.Resources["Patient"].Created));
        Assert.All((await _stage.ChartsAsync()).SelectMany(chart => chart.Facts).SelectMany(fact => fact.Codes), code => Assert.Equal("icd10", code.System));
    }

    [Theory]
    [InlineData("fhir-us-core-examples")]
    [InlineData("fhir-r4-core-examples")]
    public async Task Example_sets_come_in_and_what_is_left_out_has_a_reason(string folder)
    {
        var result = await _stage.FhirAsync(TestData.Require(folder));
        var counted = result.Resources.Values.Sum(count => count.Created + count.Updated + count.Unchanged);
        var skipped = result.Skipped.Values.Sum(reasons => reasons.Values.Sum());
        Assert.True(result.Resources["Patient"].Created >= 3);
        Assert.True(counted > 20 && skipped > 20);
        Assert.DoesNotContain(result.Skipped, type => type.Value.ContainsKey(ImportReason.Malformed) || type.Value.ContainsKey(ImportReason.InvalidElement));
        Assert.All(result.Problems, problem => Assert.True(problem.Line > 0 && problem.File.Length > 0));
        var rows = await _stage.RowsAsync();
        var second = await _stage.FhirAsync(TestData.Require(folder));
        Assert.All(second.Resources.Values, count => Assert.Equal((0, 0), (count.Created, count.Updated)));
        Assert.Equal(rows, await _stage.RowsAsync());
    }

    [Fact]
    public async Task The_dog_among_the_examples_is_no_patient() =>
        Assert.Equal(1, (await _stage.FhirAsync(TestData.Require("fhir-r4-core-examples", "Patient-animal.json"), TestData.Require("fhir-r4-core-examples", "Patient-f001.json"))).Skipped["Patient"][ImportReason.Animal]);

    [Fact]
    public async Task The_newer_synthea_set_comes_in()
    {
        var result = await _stage.FhirAsync(TestData.Require("fhir-synthea-kansas", "10-patients"));
        Assert.Equal((7L, 341L, 191L, 590L, 1_009L, 93L), (
            result.Resources["Patient"].Created, result.Resources["Encounter"].Created, result.Resources["Condition"].Created, result.Resources["MedicationRequest"].Created,
            result.Resources["Procedure"].Created, result.Resources["Immunization"].Created));
        Assert.All((await _stage.ChartsAsync()).SelectMany(chart => chart.Head.Addresses), address => Assert.Equal("KS", address.State));
    }

    [Fact]
    public async Task A_bad_line_is_reported_with_file_and_line_and_does_not_stop_the_rest()
    {
        var file = await _stage.FileAsync("mixed.ndjson", "\uFEFF{\"resourceType\":\"Patient\",\"id\":\"a\"}\r\n\n{\"resourceType\":\"Patient\",\"id\":\"b\"\n{\"resourceType\":\"Patient\",\"id\":\"c\"}\n{\"resourceType\":\"Condition\",\"id\":\"x\",\"code\":{\"coding\":[{\"code\":\"1\"}]},\"subject\":{\"reference\":\"Patient/zz\"}}");
        var result = await _stage.FhirAsync(file);
        Assert.Equal(2, result.Resources["Patient"].Created);
        Assert.Equal(
            [(file, 3L, ImportReason.Malformed), (file, 5L, ImportReason.PatientUnknown)],
            result.Problems.Select(problem => (problem.File, problem.Line, problem.Reason)));
    }

    [Fact]
    public async Task Later_facts_find_their_patient_in_the_store_and_changed_ones_replace_the_old()
    {
        await _stage.FhirAsync(await _stage.FileAsync("p.ndjson", """{"resourceType":"Patient","id":"a"}"""));
        await _stage.FhirAsync(await _stage.FileAsync("o1.ndjson", Panel(7.5, """,{"code":{"coding":[{"code":"y"}]},"valueQuantity":{"value":2}}""")));
        Assert.Equal([null, 7.5, 2], (await _stage.ChartAsync("fhir|Patient/a")).Facts.Select(fact => fact.Value));
        var update = await _stage.FhirAsync(await _stage.FileAsync("o2.ndjson", Panel(8.5, "")));
        Assert.Equal(new ImportCount(0, 1, 0), update.Resources["Observation"]);
        Assert.Equal([null, 8.5], (await _stage.ChartAsync("fhir|Patient/a")).Facts.Select(fact => fact.Value));
    }

    [Fact]
    public async Task The_newest_version_in_one_import_counts()
    {
        var file = await _stage.FileAsync(
            "v.ndjson",
            """
            {"resourceType":"Patient","id":"a","gender":"female","meta":{"lastUpdated":"2024-02-01T00:00:00Z"}}
            {"resourceType":"Patient","id":"a","gender":"male","meta":{"lastUpdated":"2023-02-01T00:00:00Z"}}
            """);
        var result = await _stage.FhirAsync(file);
        Assert.Equal("female", (await _stage.ChartAsync("fhir|Patient/a")).Head.Sex);
        Assert.Equal(1, result.Skipped["Patient"][ImportReason.Superseded]);
    }

    [Fact]
    public async Task Medications_payers_and_patients_named_by_identifier_are_found_across_files()
    {
        await _stage.FhirAsync(
            await _stage.FileAsync(
                "a.ndjson",
                """
                {"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"identifier":{"system":"http://h.example/mrn","value":"77"}},"medicationReference":{"reference":"Medication/x"}}
                {"resourceType":"Coverage","id":"c","status":"active","beneficiary":{"reference":"Patient/a"},"payor":[{"reference":"Organization/o"}]}
                {"resourceType":"Coverage","id":"d","status":"active","beneficiary":{"reference":"Patient/a"},"payor":[{"reference":"Organization/unknown"}]}
                """),
            await _stage.FileAsync(
                "b.ndjson",
                """
                {"resourceType":"Patient","id":"a","identifier":[{"system":"http://h.example/mrn","value":"77"}]}
                {"resourceType":"Medication","id":"x","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}]}}
                {"resourceType":"Organization","id":"o","name":"Acme Health Plan"}
                """));
        var facts = (await _stage.ChartAsync("fhir|Patient/a")).Facts.ToDictionary(fact => fact.SourceId);
        Assert.Equal("860975", facts["MedicationRequest/m"].Codes[0].Code);
        Assert.Equal(["Acme Health Plan", "Organization/unknown"], new[] { facts["Coverage/c"].Text, facts["Coverage/d"].Text });

        // A later export without the Medication does not take the codes away again.
        var again = await _stage.FhirAsync(await _stage.FileAsync("c.ndjson", """{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/a"},"medicationReference":{"reference":"Medication/x"}}"""));
        Assert.Equal(1, again.Resources["MedicationRequest"].Unchanged);
    }

    [Fact]
    public async Task A_merge_leaves_one_record_in_use_unites_consent_and_lets_death_win()
    {
        await _stage.FhirAsync(await _stage.FileAsync(
            "1.ndjson",
            """
            {"resourceType":"Patient","id":"old","deceasedBoolean":true}
            {"resourceType":"Patient","id":"older"}
            {"resourceType":"Patient","id":"new","deceasedBoolean":false}
            """));
        Assert.Empty(_stage.United);
        var merge = await _stage.FileAsync(
            "2.ndjson",
            """
            {"resourceType":"Patient","id":"new","deceasedBoolean":false,"link":[{"other":{"reference":"Patient/old"},"type":"replaces"}]}
            {"resourceType":"Patient","id":"older","active":false,"link":[{"other":{"reference":"Patient/new"},"type":"replaced-by"}]}
            """);
        await _stage.FhirAsync(merge);
        var (old, older, survivor) = (await _stage.ChartAsync("fhir|Patient/old"), await _stage.ChartAsync("fhir|Patient/older"), await _stage.ChartAsync("fhir|Patient/new"));
        Assert.Equal(("Patient/new", "Patient/new", null), (old.Head.ReplacedBy, older.Head.ReplacedBy, survivor.Head.ReplacedBy));
        Assert.True(survivor.Head.Deceased);
        Assert.Equal(new HashSet<(PatientNumber, PatientNumber)> { (old.Number, survivor.Number), (older.Number, survivor.Number) }, [.. _stage.United]);

        var rows = await _stage.RowsAsync();
        _stage.United.Clear();
        var again = await _stage.FhirAsync(merge);
        Assert.Equal(new ImportCount(0, 0, 2), again.Resources["Patient"]);
        Assert.Equal(rows, await _stage.RowsAsync());
        Assert.Empty(_stage.United);
    }

    [Fact]
    public async Task A_merge_is_completed_when_the_survivor_comes_later_and_a_circle_is_refused()
    {
        var alone = await _stage.FhirAsync(await _stage.FileAsync("1.ndjson", """{"resourceType":"Patient","id":"a","link":[{"other":{"reference":"Patient/b"},"type":"replaced-by"}]}"""));
        Assert.Equal(1, alone.Remarks["Patient"][ImportReason.SurvivorUnknown]);
        await _stage.FhirAsync(await _stage.FileAsync("2.ndjson", """{"resourceType":"Patient","id":"b","link":[{"other":{"reference":"Patient/a"},"type":"replaces"}]}"""));
        Assert.Single(_stage.United);
        var circle = await _stage.FhirAsync(await _stage.FileAsync(
            "3.ndjson",
            """
            {"resourceType":"Patient","id":"c","link":[{"other":{"reference":"Patient/d"},"type":"replaced-by"}]}
            {"resourceType":"Patient","id":"d","link":[{"other":{"reference":"Patient/c"},"type":"replaced-by"}]}
            """));
        Assert.Equal(2, circle.Skipped["Patient"][ImportReason.LinkCycle]);
        Assert.Single(_stage.United);
    }

    [Fact]
    public async Task A_large_set_spills_sealed_and_leaves_nothing_behind()
    {
        var folder = TestData.Require("fhir-synthea-r4");
        Directory.CreateDirectory(_stage.SpillFolder);
        await File.WriteAllTextAsync(Path.Combine(_stage.SpillFolder, "spill-00.sealed"), "left by a crash", ImportStage.Token);
        var request = new ImportFhirRequest { Paths = [Path.Combine(folder, "Patient.ndjson.gz"), Path.Combine(folder, "Condition.ndjson.gz")], Actor = "u1", MemoryBudgetBytes = 10_000 };
        var result = await new ImportFhir(_stage.Context).RunAsync(request, null, ImportStage.Token);
        Assert.Equal((300L, 2_209L), (result.Resources["Patient"].Created, result.Resources["Condition"].Created));
        Assert.Empty(Directory.GetFiles(_stage.SpillFolder));
    }

    [Fact]
    public async Task A_gzip_bomb_and_a_damaged_file_are_refused_and_the_rest_is_read()
    {
        var good = await _stage.FileAsync("good.ndjson", """{"resourceType":"Patient","id":"a"}""");
        var bomb = Path.Combine(Path.GetDirectoryName(good)!, "bomb.ndjson.gz");
        await using (var gzip = new GZipStream(File.Create(bomb), CompressionLevel.SmallestSize))
        {
            var spaces = new byte[1 << 20];
            Array.Fill(spaces, (byte)' ');
            for (var i = 0; i < 100; i++)
                await gzip.WriteAsync(spaces, ImportStage.Token);
        }

        var damaged = await _stage.FileAsync("damaged.ndjson.gz", "no gzip at all");
        var result = await _stage.FhirAsync(Path.GetDirectoryName(good)!);
        Assert.Equal(1, result.Resources["Patient"].Created);
        Assert.Equal([bomb, damaged], result.Problems.Where(problem => problem.Reason == ImportReason.BadCompression).Select(problem => problem.File));
    }

    [Fact]
    public async Task An_undone_import_leaves_what_was_there_before()
    {
        await _stage.FhirAsync(await _stage.FileAsync("1.ndjson", """{"resourceType":"Patient","id":"a","gender":"female"}"""));
        var before = await _stage.ChartAsync("fhir|Patient/a");
        var import = await _stage.FhirAsync(await _stage.FileAsync(
            "2.ndjson",
            """
            {"resourceType":"Patient","id":"a","gender":"male"}
            {"resourceType":"Patient","id":"b"}
            {"resourceType":"Condition","id":"x","subject":{"reference":"Patient/a"},"code":{"text":"x"}}
            """));
        _stage.Changed.Clear();
        var undo = await new RevertImport(_stage.Context).RunAsync(import.Import, "u1", ImportStage.Token);
        Assert.Equal((1, 1, 0), (undo.Removed, undo.Restored, undo.LeftAlone));
        Assert.Equal(2, _stage.Changed.Distinct().Count());
        Assert.True(PackedEquality.Same(before.Head, (await _stage.ChartAsync("fhir|Patient/a")).Head));
        Assert.Single(await _stage.ChartsAsync());
        await Assert.ThrowsAsync<ImportException>(() => new RevertImport(_stage.Context).RunAsync(import.Import, "u1", ImportStage.Token));
        await Assert.ThrowsAsync<ImportException>(() => new RevertImport(_stage.Context).RunAsync(99, "u1", ImportStage.Token));
    }

    [Fact]
    public async Task What_does_not_exist_or_holds_nothing_is_refused_before_anything_is_noted()
    {
        await Assert.ThrowsAsync<ImportException>(() => _stage.FhirAsync("/does/not/exist"));
        await _stage.FileAsync("notes.txt", "x");
        await Assert.ThrowsAsync<ImportException>(() => _stage.FhirAsync(Path.GetDirectoryName(_stage.SpillFolder) + "/input"));
        Assert.Empty(await _stage.LedgerKindsAsync());
    }

    private static string Panel(double value, string more) =>
        """{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/a"},"code":{"coding":[{"code":"p"}]},"component":[{"code":{"coding":[{"code":"x"}]},"valueQuantity":{"value":"""
        + value.ToString(System.Globalization.CultureInfo.InvariantCulture) + "}}" + more + "]}";

    private static IEnumerable<string> Ids(Chart chart) => chart.Facts.Select(fact => fact.SourceId).Order(StringComparer.Ordinal);
}
