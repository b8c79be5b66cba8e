using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Patients;

/// <summary>Charts of made-up people, each different and the same in every run.</summary>
internal static class SampleCharts
{
    /// <summary>A chart with pages of some facts.</summary>
    public static Chart Chart(PatientNumber number, int pages = 1, string? city = null, int factsPerPage = 3) =>
        new(number, Head(number.Value, city), [.. Enumerable.Range(0, pages).Select(page => Page(number.Value, page, factsPerPage))]);

    /// <summary>A head; MRN, source id and mailbox follow from the seed.</summary>
    public static ChartHead Head(int seed, string? city = null) => new()
    {
        SourceIds = [new Identifier { System = "fhir", Value = $"Patient/{seed}" }],
        Identifiers = [new Identifier { System = "http://hospital.example.com/mrn", Value = $"MRN-{seed:D7}", Type = "MR" }],
        Names = [new PersonName { Use = "official", Family = $"Sample{seed}", Given = ["Pat", "Q."] }],
        BirthDate = new DateOnly(1950, 1, 1).AddDays(seed % 20_000),
        Sex = seed % 2 == 0 ? "female" : "male",
        Addresses = [new PostalAddress { Use = "home", Lines = [$"{seed} Main Street"], City = city ?? "Springfield", State = "MA", PostalCode = "02139", Country = "US" }],
        ContactPoints =
        [
            new ContactPoint { Kind = "email", Value = $"Pat.{seed}@Example.com", Source = "fhir", Rank = 1 },
            new ContactPoint { Kind = "email", Value = "not a mailbox", Source = "fhir" },
            new ContactPoint { Kind = "phone", Value = $"555-01{seed % 100:D2}", Source = "fhir" },
        ],
        Language = "en",
    };

    /// <summary>A page of facts; <paramref name="text"/> tells versions of it apart.</summary>
    public static FactPage Page(int seed, int page, int facts = 3, string text = "as sent") => new()
    {
        Number = page,
        Facts = [.. Enumerable.Range(0, facts).Select(fact => new Fact
        {
            Kind = FactKind.Observation,
            SourceId = $"Observation/{seed}-{page}-{fact}",
            Codes = [new Concept { System = "loinc", Code = "4548-4", Display = "Hemoglobin A1c" }],
            Status = "final",
            Counts = true,
            On = new DateOnly(2019, 1, 1).AddDays(fact),
            Value = 5 + (fact / 10.0),
            Unit = "%",
            Text = text,
        })],
    };

    /// <summary>A new patient to be saved.</summary>
    public static ChartChange Created(Chart chart) => new(chart, IsNew: true, HeadChanged: true, [.. chart.Pages.Select(page => page.Number)]);

    /// <summary>What a chart says, for comparison.</summary>
    public static string Text(Chart? chart) => chart is null ? "none" : System.Text.Json.JsonSerializer.Serialize(new { chart.Number, chart.Head, chart.Pages });
}
