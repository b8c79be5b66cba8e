using System.IO.Compression;
using System.Text.Json;
using static Sealpost.Tests.Shards.RawPatient;

namespace Sealpost.Tests.Shards;

/// <summary>Every predicate against a plain loop over the files of the 300 synthetic patients, as of 2019-05-01. The loop uses no Sealpost type.</summary>
public sealed class SyntheaAudienceTests(SyntheaClinic clinic) : IClassFixture<SyntheaClinic>
{
    private const string Snomed = "http://snomed.info/sct";
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    private const string Loinc = "http://loinc.org";
    private const string Cvx = "http://hl7.org/fhir/sid/cvx";

    private static readonly Dictionary<string, Func<RawPatient, SyntheaClinic, bool>> Queries = new()
    {
        ["age = 40 or age = 41 or age = 42"] = (p, _) => p.IsBorn && p.Age is 40 or 41 or 42,
        ["age < 18"] = (p, _) => p.IsBorn && p.Age < 18,
        ["age <= 50"] = (p, _) => p.IsBorn && p.Age <= 50,
        ["age > 65"] = (p, _) => p.Age > 65,
        ["age >= 30"] = (p, _) => p.Age >= 30,
        ["age between 50 and 75"] = (p, _) => p.Age is >= 50 and <= 75,
        ["not age between 20 and 40"] = (p, _) => p.Age is < 20 or > 40,
        ["sex = female"] = (p, _) => p.Sex == "female",
        ["language = es"] = (p, _) => p.Language is "es",
        ["language = en or language = fr"] = (p, _) => p.Language is "en-US" or "fr" or "fr-FR",
        ["state in (MA) and not zip in (02*)"] = (p, _) => p.State == "Massachusetts" && p.Zip?.StartsWith("02", StringComparison.Ordinal) != true,
        ["zip in (02108, 01013)"] = (p, _) => p.Zip is "02108" or "01013",
        ["zip in (021*, 01801)"] = (p, _) => p.Zip?.StartsWith("021", StringComparison.Ordinal) == true || p.Zip == "01801",
        ["within 10 miles of 02139"] = (p, _) => Near(p, "02139", 10 * 1.609344),
        ["within 40 km of 01545 and not within 10 km of 01545"] = (p, _) => Near(p, "01545", 40) && !Near(p, "01545", 10),
        ["condition in (snomed:44054006)"] = (p, _) => Condition(p, "44054006", onlyActive: true, null),
        ["condition in (snomed:38341003, snomed:15777000)"] = (p, _) => Condition(p, "38341003", true, null) || Condition(p, "15777000", true, null),
        ["condition in (snomed:162864005, snomed:15777000) within 10 years"] = (p, _) => Condition(p, "162864005", true, AsOf.AddYears(-10)) || Condition(p, "15777000", true, AsOf.AddYears(-10)),
        ["ever condition in (snomed:444814009)"] = (p, _) => Condition(p, "444814009", false, null),
        ["ever condition in (snomed:444814009) within 5 years"] = (p, _) => Condition(p, "444814009", false, AsOf.AddYears(-5)),
        ["ever condition in (snomed:195662009) within 36 months"] = (p, _) => Condition(p, "195662009", false, AsOf.AddMonths(-36)),
        ["not ever condition in (snomed:271737000)"] = (p, _) => !Condition(p, "271737000", false, null),
        ["ever condition in (snomed:4*)"] = (p, _) => p["Condition"].Any(c => HasCode(c.GetProperty("code"), Snomed, code => code.StartsWith('4'))),
        ["medication in (rxnorm:316049)"] = (p, _) => Medication(p, "316049", onlyActive: true, null),
        ["medication in (rxnorm:316672, rxnorm:855332)"] = (p, _) => Medication(p, "316672", true, null) || Medication(p, "855332", true, null),
        ["medication in (rxnorm:316049) within 10 years"] = (p, _) => Medication(p, "316049", true, AsOf.AddYears(-10)),
        ["ever medication in (rxnorm:313782)"] = (p, _) => Medication(p, "313782", false, null),
        ["ever medication in (rxnorm:313782) within 60 months"] = (p, _) => Medication(p, "313782", false, AsOf.AddMonths(-60)),
        ["not ever medication in (rxnorm:3*)"] = (p, _) => !p["MedicationRequest"].Any(m => HasCode(m.GetProperty("medicationCodeableConcept"), RxNorm, code => code.StartsWith('3'))),
        ["lab loinc:39156-5 > 30"] = (p, _) => Latest(p, "39156-5", null, null) > 30,
        ["lab loinc:39156-5 >= 30 'kg/m2' within 2 years"] = (p, _) => Latest(p, "39156-5", "kg/m2", AsOf.AddYears(-2)) >= 30,
        ["lab loinc:4548-4 < 6.5 within 12 months"] = (p, _) => Latest(p, "4548-4", null, AsOf.AddMonths(-12)) < 6.5,
        ["lab loinc:2093-3 <= 200 'mg/dL' within 1000 days"] = (p, _) => Latest(p, "2093-3", "mg/dL", AsOf.AddDays(-1000)) <= 200,
        ["lab loinc:72514-3 = 2.38008313581507 or lab loinc:39156-5 = 27.60514375832799"] = (p, _) => Latest(p, "72514-3", null, null) is 2.38008313581507 || Latest(p, "39156-5", null, null) is 27.60514375832799,
        ["lab loinc:33914-3 < 90 'mL/min'"] = (p, _) => Latest(p, "33914-3", "mL/min", null) < 90,
        ["lab loinc:33914-3 < 60 'mL/min/{1.73_m2}'"] = (p, _) => Latest(p, "33914-3", "mL/min/{1.73_m2}", null) < 60,
        ["lab loinc:8480-6 > 130 within 3 years"] = (p, _) => Latest(p, "8480-6", null, AsOf.AddYears(-3)) > 130,
        ["lab loinc:2571-8 present within 12 months"] = (p, _) => Observed(p, "2571-8", AsOf.AddMonths(-12)),
        ["lab loinc:4548-4 missing"] = (p, _) => !Observed(p, "4548-4", null),
        ["lab loinc:2093-3 missing within 2 years"] = (p, _) => !Observed(p, "2093-3", AsOf.AddYears(-2)),
        ["encounter within 6 months"] = (p, _) => Seen(p, AsOf.AddMonths(-6)),
        ["not encounter within 1 years"] = (p, _) => !Seen(p, AsOf.AddYears(-1)),
        ["procedure in (snomed:73761001)"] = (p, _) => Procedure(p, "73761001", null),
        ["procedure in (snomed:428191000124101) within 24 months"] = (p, _) => Procedure(p, "428191000124101", AsOf.AddMonths(-24)),
        ["immunization in (cvx:140) within 1 years"] = (p, _) => Immunized(p, code => code == "140", AsOf.AddYears(-1)),
        ["immunization in (cvx:11*, cvx:33)"] = (p, _) => Immunized(p, code => code.StartsWith("11", StringComparison.Ordinal) || code == "33", null),
        ["not immunization in (cvx:121)"] = (p, _) => !Immunized(p, code => code == "121", null),
        ["appointment within next 14 days"] = (p, _) => Booked(p, AsOf.AddDays(14)),
        ["payer = \"AETNA\""] = (p, _) => Payer(p, "Aetna"),
        ["payer = \"Blue \\\"Cross\\\"\""] = (p, _) => Payer(p, "Blue \"Cross\""),
        ["authorization MARKETING"] = (p, clinic) => clinic.Authorized.Contains(p.Id) && !clinic.Revoked.Contains(p.Id),
        ["campaign spring opened"] = (p, clinic) => clinic.Opened.ContainsKey(p.Id),
        ["campaign autumn received within 90 days and not campaign autumn opened"] = (p, clinic) => clinic.Opened.TryGetValue(p.Id, out var day) && Inside(day, AsOf.AddDays(-90)),
        ["age between 40 and 80 and (condition in (snomed:38341003) or lab loinc:39156-5 > 30) and not (medication in (rxnorm:316049) or sex = male)"] = (p, _) =>
            p.Age is >= 40 and <= 80 && (Condition(p, "38341003", true, null) || Latest(p, "39156-5", null, null) > 30) && !(Medication(p, "316049", true, null) || p.Sex == "male"),
    };

    public static TheoryData<string> Texts => [.. Queries.Keys];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task The_audience_is_what_a_plain_loop_over_the_files_finds(string query)
    {
        Assert.SkipWhen(clinic.Absent is not null, clinic.Absent ?? "");
        var living = clinic.Raw.Where(patient => patient.IsAlive).ToList();
        var expected = living.Where(patient => Queries[query](patient, clinic)).Select(patient => patient.Id).ToHashSet();
        Assert.InRange(expected.Count, 1, living.Count - 1);
        Assert.Equal(expected.Order(), (await clinic.IdsAsync(query)).Order());
    }

    private static bool Condition(RawPatient patient, string code, bool onlyActive, DateOnly? from) => patient["Condition"].Any(condition =>
        HasCode(condition.GetProperty("code"), Snomed, found => found == code)
        && Text(condition, "verificationStatus", "coding", "code") is "confirmed"
        && (!onlyActive || Text(condition, "clinicalStatus", "coding", "code") is "active" or "recurrence" or "relapse")
        && (from is null || Inside(Date(Text(condition, "onsetDateTime")), from.Value)));

    private static bool Medication(RawPatient patient, string code, bool onlyActive, DateOnly? from) => patient["MedicationRequest"].Any(request =>
        HasCode(request.GetProperty("medicationCodeableConcept"), RxNorm, found => found == code)
        && Text(request, "intent") == "order"
        && (!onlyActive || Text(request, "status") == "active")
        && (from is null || Inside(Date(Text(request, "authoredOn")), from.Value)));

    private static IEnumerable<(DateOnly Day, JsonElement Part)> Observations(RawPatient patient, string code)
    {
        foreach (var observation in patient["Observation"].Where(observation => Text(observation, "status") is "final" or "amended" or "corrected"))
        {
            var day = Date(Text(observation, "effectiveDateTime"));
            if (HasCode(observation.GetProperty("code"), Loinc, found => found == code))
                yield return (day, observation);
            if (!observation.TryGetProperty("component", out var components))
                continue;
            foreach (var component in components.EnumerateArray())
            {
                if (HasCode(component.GetProperty("code"), Loinc, found => found == code))
                    yield return (day, component);
            }
        }
    }

    private static double? Latest(RawPatient patient, string code, string? unit, DateOnly? from) => Observations(patient, code)
        .Where(result => from is null || Inside(result.Day, from.Value))
        .Where(result => result.Part.TryGetProperty("valueQuantity", out var quantity) && (unit is null || Text(quantity, "code") == unit))
        .Select(result => (result.Day, Value: (double?)result.Part.GetProperty("valueQuantity").GetProperty("value").GetDouble()))
        .OrderByDescending(result => result.Day).ThenByDescending(result => result.Value)
        .FirstOrDefault().Value;

    private static bool Observed(RawPatient patient, string code, DateOnly? from) =>
        Observations(patient, code).Any(result => from is null || Inside(result.Day, from.Value));

    private static bool Seen(RawPatient patient, DateOnly from) =>
        patient["Encounter"].Any(encounter => Text(encounter, "status") == "finished" && Inside(Date(Text(encounter, "period", "start")), from));

    private static bool Procedure(RawPatient patient, string code, DateOnly? from) => patient["Procedure"].Any(procedure =>
        HasCode(procedure.GetProperty("code"), Snomed, found => found == code)
        && (from is null || Inside(Date(Text(procedure, "performedPeriod", "start")), from.Value)));

    private static bool Immunized(RawPatient patient, Func<string, bool> code, DateOnly? from) => patient["Immunization"].Any(immunization =>
        HasCode(immunization.GetProperty("vaccineCode"), Cvx, code) && (from is null || Inside(Date(Text(immunization, "occurrenceDateTime")), from.Value)));

    private static bool Booked(RawPatient patient, DateOnly to) => patient["Appointment"].Any(appointment =>
        Text(appointment, "status") == "booked" && Date(Text(appointment, "start")) >= AsOf && Date(Text(appointment, "start")) <= to);

    private static bool Payer(RawPatient patient, string name) => patient["Coverage"].Any(coverage =>
        Text(coverage, "status") == "active" && Text(coverage, "payor", "display") == name);

    private static bool Near(RawPatient patient, string zip, double kilometres) =>
        patient.Zip is { } own && Centroids.Value.TryGetValue(own, out var here) && Kilometres(here, Centroids.Value[zip]) <= kilometres;

    /// <summary>The textbook haversine, on the centroids of the test data.</summary>
    private static double Kilometres((double Latitude, double Longitude) a, (double Latitude, double Longitude) b)
    {
        var (phi1, phi2) = (double.DegreesToRadians(a.Latitude), double.DegreesToRadians(b.Latitude));
        var half = Math.Pow(Math.Sin((phi2 - phi1) / 2), 2)
            + (Math.Cos(phi1) * Math.Cos(phi2) * Math.Pow(Math.Sin(double.DegreesToRadians(b.Longitude - a.Longitude) / 2), 2));
        return 2 * 6371.0088 * Math.Asin(Math.Sqrt(half));
    }

    private static readonly Lazy<Dictionary<string, (double Latitude, double Longitude)>> Centroids = new(() =>
    {
        using var stream = new GZipStream(File.OpenRead(TestData.Require("us-zcta", "zcta_centroids.csv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).ToDictionary(
            parts => parts[0],
            parts => (double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), double.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)));
    });
}
