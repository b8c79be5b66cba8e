using System.Globalization;
using System.Text;
using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class ImportCsvTests : IAsyncLifetime
{
    private const string OverlayMap =
        """
        source: portal
        match:
          - {column: patient_id, source: fhir, prefix: Patient/}
        contacts:
          - {column: email, use: home, verified: true}
        """;

    private const string ClinicMap =
        """
        source: clinic
        create: true
        match:
          - {column: MRN, system: "http://clinic.example/mrn"}
          - {column: Email}
        identifiers:
          - {column: MRN, system: "http://clinic.example/mrn", type: MR}
        name: {family: Last, given: First}
        birthDate: {column: Born, formats: [M/d/yyyy, yyyy-MM-dd]}
        sex: {column: Sex, values: {F: female, M: male}}
        language: {column: Lang, values: {Spanish: es}}
        address: {lines: [Street], city: City, state: State, postalCode: Zip}
        contacts:
          - {column: Email, verifiedColumn: Checked, verifiedValues: [ja]}
          - {kind: phone, column: Phone, use: mobile}
        facts:
          - {kind: condition, column: Dx, system: icd10, separator: ","}
          - {kind: observation, code: 4548-4, system: loinc, value: A1c, unit: "%", date: {column: A1cOn}}
          - {kind: coverage, text: Payer}
        """;

    private const string ClinicHeader = "MRN;Last;First;Born;Sex;Lang;Street;City;State;Zip;Email;Checked;Phone;Dx;A1c;A1cOn;Payer";

    private ImportStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await ImportStage.CreateAsync();

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task Addresses_are_laid_over_imported_patients_and_a_second_run_writes_nothing()
    {
        await _stage.FhirAsync(TestData.Require("fhir-synthea-r4", "Patient.ndjson.gz"));
        var overlay = TestData.Require("fhir-synthea-r4", "contact-overlay.csv");
        var quirks = (await File.ReadAllLinesAsync(overlay, ImportStage.Token)).Skip(1).Select(line => line[(line.LastIndexOf(',') + 1)..]).ToLookup(quirk => quirk);
        var dry = await _stage.CsvAsync(overlay, OverlayMap, dryRun: true);
        Assert.Equal((true, 0L), (dry.DryRun, dry.Import));
        Assert.DoesNotContain(await _stage.ChartsAsync(), chart => chart.Head.ContactPoints.Any(point => point.Kind == "email"));

        var result = await _stage.CsvAsync(overlay, OverlayMap);
        Assert.Equal(new ImportCount(0, 300, 0), result.Resources["Patient"]);
        Assert.Equal(dry.Resources, result.Resources);
        Assert.Equal(Counts(dry), Counts(result));
        var unusable = quirks.Where(group => group.Key.StartsWith("malformed", StringComparison.Ordinal) || group.Key is "placeholder" or "quoted-local-part").Sum(group => group.Count());
        Assert.Equal(unusable, result.Remarks["Row"][ImportReason.BadMailbox]);
        Assert.Equal(2 * quirks["shared-with-another-patient"].Count(), result.Remarks["Row"][ImportReason.SharedMailbox]);
        var mailboxes = (await _stage.ChartsAsync()).SelectMany(chart => chart.Head.ContactPoints).Where(point => point.Kind == "email").ToList();
        Assert.Equal(300 - unusable - quirks["missing"].Count(), mailboxes.Count);
        Assert.All(mailboxes, point => Assert.Equal(("portal", true), (point.Source, point.Verified)));
        Assert.Equal(quirks["idn-domain"].Count(), mailboxes.Count(point => EmailAddress.Normalise(point.Value)!.EndsWith("@xn--bcher-kva.example", StringComparison.Ordinal)));
        Assert.Equal(quirks["plus-tag"].Count(), mailboxes.Count(point => point.Value.Contains("+health@", StringComparison.Ordinal)));

        var rows = await _stage.RowsAsync();
        var second = await _stage.CsvAsync(overlay, OverlayMap);
        Assert.Equal(new ImportCount(0, 0, 300), second.Resources["Patient"]);
        Assert.Equal(Counts(result), Counts(second));
        Assert.Equal(rows, await _stage.RowsAsync());

        // The overlay survives the next export of the record system, byte for byte.
        Assert.Equal(new ImportCount(0, 0, 300), (await _stage.FhirAsync(TestData.Require("fhir-synthea-r4", "Patient.ndjson.gz"))).Resources["Patient"]);
        Assert.Equal(rows, await _stage.RowsAsync());
    }

    [Fact]
    public async Task A_row_becomes_a_patient_with_facts()
    {
        var file = await _stage.FileAsync("c.csv", ClinicHeader + "\r\nM1;Muster;Ada;7/4/1980;F;Spanish;\"1 Main St; rear\";Boston;Massachusetts;02115;ada@example.com;ja;555-0100;\"E11.9, I10\";7.5;2026-01-02;Acme\r\n");
        var result = await _stage.CsvAsync(file, ClinicMap);
        Assert.Equal((1L, 2L, 1L, 1L), (result.Resources["Patient"].Created, result.Resources["Condition"].Created, result.Resources["Observation"].Created, result.Resources["Coverage"].Created));
        var chart = await _stage.ChartAsync("clinic|Patient/M1");
        Assert.Equal(("M1", new DateOnly(1980, 7, 4), "female", "es"), (chart.Head.DisplayId, chart.Head.BirthDate, chart.Head.Sex, chart.Head.Language));
        Assert.Equal(("1 Main St; rear", "MA"), (chart.Head.Addresses[0].Lines[0], chart.Head.Addresses[0].State));
        Assert.Equal([("ada@example.com", true), ("555-0100", false)], chart.Head.ContactPoints.Select(point => (point.Value, point.Verified)));
        Assert.Equal(["icd10:E11.9", "icd10:I10", "loinc:4548-4", ""], chart.Facts.Select(fact => fact.Codes.Count == 0 ? "" : fact.Codes[0].System + ":" + fact.Codes[0].Code));
        Assert.All(chart.Facts, fact => Assert.True(fact.Counts));
        Assert.Equal((7.5, "%", new DateOnly(2026, 1, 2)), (chart.Facts.ElementAt(2).Value, chart.Facts.ElementAt(2).Unit, chart.Facts.ElementAt(2).On));
        Assert.Equal(new ImportCount(0, 0, 1), (await _stage.CsvAsync(file, ClinicMap)).Resources["Patient"]);
    }

    [Fact]
    public async Task A_patient_of_the_record_system_is_recognised_by_number_and_not_overwritten()
    {
        await _stage.FhirAsync(await _stage.FileAsync("p.ndjson", """{"resourceType":"Patient","id":"a","gender":"male","birthDate":"1980-07-04","identifier":[{"system":"http://clinic.example/mrn","value":"M1","type":{"coding":[{"code":"MR"}]}}],"name":[{"family":"Right"}]}"""));
        await _stage.CsvAsync(await _stage.FileAsync("c.csv", ClinicHeader + "\nM1;Wrong;;1/1/1900;F;Spanish;;;;;ada@example.com;;;;;;\n"), ClinicMap);
        var chart = await _stage.ChartAsync("fhir|Patient/a");
        Assert.Equal(("Right", "male", new DateOnly(1980, 7, 4), "es"), (chart.Head.Names[0].Family, chart.Head.Sex, chart.Head.BirthDate, chart.Head.Language));
        Assert.Equal("ada@example.com", Assert.Single(chart.Head.ContactPoints).Value);
        Assert.Equal("a", chart.Head.DisplayId);
    }

    [Fact]
    public async Task A_record_system_that_comes_later_joins_the_patient_by_number_unless_birth_dates_disagree()
    {
        await _stage.CsvAsync(await _stage.FileAsync("c.csv", ClinicHeader + "\nM1;Muster;Ada;1980-07-04;F;;;;;;;;;;;;\nM2;Other;Bea;1990-01-01;F;;;;;;;;;;;;\n"), ClinicMap);
        await _stage.FhirAsync(await _stage.FileAsync(
            "p.ndjson",
            """
            {"resourceType":"Patient","id":"a","birthDate":"1980-07-04","identifier":[{"system":"http://clinic.example/mrn","value":"M1"}]}
            {"resourceType":"Patient","id":"b","birthDate":"1955-05-05","identifier":[{"system":"http://clinic.example/mrn","value":"M2"}]}
            {"resourceType":"Condition","id":"x","subject":{"reference":"Patient/a"},"code":{"coding":[{"code":"1"}]}}
            """));
        Assert.Equal(3, (await _stage.ChartsAsync()).Count);
        var joined = await _stage.ChartAsync("fhir|Patient/a");
        Assert.Equal(["clinic", "fhir"], joined.Head.SourceIds.Select(id => id.System));
        Assert.Equal("Condition/x", Assert.Single(joined.Facts).SourceId);
    }

    [Fact]
    public async Task Bad_values_are_reported_by_line_and_column_and_broken_rows_left_out()
    {
        var file = await _stage.FileAsync(
            "c.csv",
            ClinicHeader + "\n"
            + "M1;Muster;Ada;31.12.1980;X;;;;;;nobody@@example.com;;;;high;2026-01-02;\n"
            + "M2;too;few\n"
            + ";;;;;;;;;;;;;;;;\n"
            + "M3;Muster;\"Bea\"x;1990-01-01;F;;;;;;;;;;;;\n"
            + "M4;Muster;Cleo;1990-01-01;F;;;;;;;;;;;;\n");
        var result = await _stage.CsvAsync(file, ClinicMap);
        Assert.Equal(2, result.Resources["Patient"].Created);
        Assert.Equal(
            [(2L, ImportReason.BadColumn, "A1c"), (2, ImportReason.BadColumn, "Born"), (2, ImportReason.BadMailbox, "Email"), (2, ImportReason.BadColumn, "Sex"), (3, ImportReason.Malformed, "FieldCountMismatch"), (4, ImportReason.NoPatient, "MRN"), (5, ImportReason.Malformed, "TextAfterClosingQuote")],
            result.Problems.Select(problem => (problem.Line, problem.Reason, problem.Where)).OrderBy(problem => problem.Line).ThenBy(problem => problem.Where, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Several_rows_of_one_patient_add_up_whatever_key_found_them()
    {
        await _stage.CsvAsync(await _stage.FileAsync("a.csv", ClinicHeader + "\nM1;Muster;Ada;;;;;;;;ada@example.com;;;;;;\n"), ClinicMap);
        var file = await _stage.FileAsync("b.csv", ClinicHeader + "\nM1;;;;;;;;;;ada@example.com;;;E11.9;;;\nM1;;;;;;;;;;second@example.com;;;I10;;;\n;;;;;;;;;;ada@example.com;;;J45;;;\n");
        await _stage.CsvAsync(file, ClinicMap);
        var chart = Assert.Single(await _stage.ChartsAsync());
        Assert.Equal(["E11.9", "I10", "J45"], chart.Facts.Select(fact => fact.Codes[0].Code).Order(StringComparer.Ordinal));
        Assert.Equal(["ada@example.com", "second@example.com"], chart.Head.ContactPoints.Select(point => point.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_shared_mailbox_names_nobody()
    {
        await _stage.CsvAsync(await _stage.FileAsync("a.csv", ClinicHeader + "\nM1;A;;;;;;;;;family@example.com;;;;;;\nM2;B;;;;;;;;;family@example.com;;;;;;\n"), ClinicMap);
        var result = await _stage.CsvAsync(await _stage.FileAsync("b.csv", ClinicHeader + "\n;;;;;;;;;;family@example.com;;;E11.9;;;\n"), ClinicMap);
        Assert.Equal(1, result.Skipped["Row"][ImportReason.AmbiguousPatient]);
        Assert.Empty((await _stage.ChartsAsync()).SelectMany(chart => chart.Facts));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public async Task Encoding_is_known_by_its_mark_and_the_separator_by_the_first_lines(string encoding)
    {
        var file = await _stage.FileAsync("x.csv", "");
        await File.WriteAllTextAsync(file, "patient_id\temail\nné\ta@bücher.example\n", Encoding.GetEncoding(encoding), ImportStage.Token);
        await _stage.FhirAsync(await _stage.FileAsync("p.ndjson", """{"resourceType":"Patient","id":"a"}"""));
        var result = await _stage.CsvAsync(file, OverlayMap.Replace("match:", "create: true\nmatch:", StringComparison.Ordinal));
        Assert.Equal(1, result.Resources["Patient"].Created);
        Assert.Equal("a@bücher.example", (await _stage.ChartAsync("portal|Patient/né")).Head.ContactPoints[0].Value);
    }

    [Fact]
    public async Task An_unknown_row_is_reported_and_makes_nobody_unless_the_map_says_so()
    {
        var file = await _stage.FileAsync("x.csv", "patient_id,email\nzz,a@example.com\n");
        Assert.Equal(1, (await _stage.CsvAsync(file, OverlayMap)).Skipped["Row"][ImportReason.PatientUnknown]);
        Assert.Empty(await _stage.ChartsAsync());
    }

    [Fact]
    public async Task An_endless_record_is_cut_off_and_what_came_before_it_kept()
    {
        var file = await _stage.FileAsync("x.csv", "patient_id,email\na,a@example.com\nb,\"" + new string('x', 3 << 20));
        var result = await _stage.CsvAsync(file, OverlayMap.Replace("match:", "create: true\nmatch:", StringComparison.Ordinal));
        Assert.Equal((1L, 1L), (result.Resources["Patient"].Created, result.Skipped["Row"].Values.Sum()));
    }

    [Fact]
    public async Task A_csv_import_is_undone()
    {
        await _stage.FhirAsync(await _stage.FileAsync("p.ndjson", """{"resourceType":"Patient","id":"a"}"""));
        var import = await _stage.CsvAsync(await _stage.FileAsync("x.csv", "patient_id,email\na,a@example.com\n"), OverlayMap);
        await new RevertImport(_stage.Context).RunAsync(import.Import, "u1", ImportStage.Token);
        Assert.Empty((await _stage.ChartAsync("fhir|Patient/a")).Head.ContactPoints);
    }

    [Theory]
    [InlineData("match: [{column: a}]", "source")]
    [InlineData("source: x", "match")]
    [InlineData("source: fhir\nmatch: [{column: a}]", "source")]
    [InlineData("source: x\nmatch: [{column: a}]\ncolour: red", "line 3")]
    [InlineData("source: x\nmatch: [{column: a}]\nfacts: [{kind: horoscope, column: b, system: x}]", "horoscope")]
    [InlineData("source: x\nmatch: [{column: a}]\nfacts: [{kind: condition, column: b}]", "system")]
    [InlineData("source: x\nmatch: [{column: a}]\nfacts: [{kind: observation, code: b, system: loinc}]", "value")]
    [InlineData("source: [", "line")]
    [InlineData("", "empty")]
    public void A_map_that_cannot_work_is_refused_with_what_is_wrong(string map, string says) =>
        Assert.Contains(says, Assert.Throws<ImportException>(() => CsvMap.Parse(map)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public async Task Missing_columns_are_named_and_the_files_own_first_line_is_not_shown()
    {
        var file = await _stage.FileAsync("x.csv", "9823384d,Ada Muster,1980\n");
        var refused = await Assert.ThrowsAsync<ImportException>(() => _stage.CsvAsync(file, OverlayMap));
        Assert.Contains("'patient_id', 'email'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await _stage.LedgerKindsAsync());
    }

    private static string Counts(ImportResult result) => string.Join(
        ';',
        result.Skipped.Concat(result.Remarks).SelectMany(type => type.Value.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{type.Key} {reason.Key} {reason.Value}"))).Order(StringComparer.Ordinal));
}
