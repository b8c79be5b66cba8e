using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sealpost.App.Demo;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Tests.Patients;

namespace Sealpost.Tests.Demo;

public sealed class SyntheticPatientsTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_options_make_the_same_bytes_and_another_seed_other_people()
    {
        var once = await TextAsync(new SyntheticOptions { Count = 50, Today = Today });

        Assert.Equal(once, await TextAsync(new SyntheticOptions { Count = 50, Today = Today }));
        Assert.NotEqual(once, await TextAsync(new SyntheticOptions { Count = 50, Today = Today, Seed = 1 }));
    }

    [Fact]
    public async Task A_person_does_not_depend_on_how_many_others_there_are() =>
        Assert.StartsWith(
            await TextAsync(new SyntheticOptions { Count = 20, Today = Today }),
            await TextAsync(new SyntheticOptions { Count = 40, Today = Today }),
            StringComparison.Ordinal);

    [Fact]
    public async Task The_two_feeds_together_are_everybody()
    {
        var patients = new SyntheticPatients(new SyntheticOptions { Count = 400, Today = Today });
        using var stream = new MemoryStream();

        var clinic = await patients.WriteAsync(stream, SyntheticFeed.Clinic, Token);
        var website = await patients.WriteAsync(stream, SyntheticFeed.Website, Token);

        Assert.InRange(website, 4, 40);
        Assert.Equal(400, clinic + website);
        Assert.Equal(await patients.WriteAsync(Stream.Null, SyntheticFeed.All, Token), clinic + website);
    }

    [Fact]
    public void Mailboxes_are_in_reserved_domains_and_telephones_among_numbers_kept_for_fiction()
    {
        foreach (var person in People(2_000))
        {
            Assert.All(person.Emails, email => Assert.Matches(@"^[a-z0-9.]+@([a-z-]+\.)?example(\.com)?$|^[a-z0-9.]+@[a-z-]+\.example$", email.Value));
            Assert.Matches(@"^\d{3}-555-01\d\d$", person.Phone);
        }
    }

    [Fact]
    public void Conditions_fit_age_and_sex()
    {
        foreach (var person in People(3_000))
        {
            var age = person.AgeOn(Today);
            Assert.All(person.Problems, problem => Assert.InRange(age, problem.Condition.FromAge, problem.Condition.ToAge));
            Assert.All(person.Problems, problem => Assert.True(problem.Condition.Sex is null || problem.Condition.Sex == person.Sex));
            Assert.All(person.Problems, problem => Assert.True(problem.Since >= person.Born && problem.Since < Today));
            Assert.DoesNotContain(person.Problems, problem => problem.Condition.Unless is { } other && person.Problems.Any(held => held.Condition.Key == other));
        }
    }

    [Fact]
    public void A_thousand_people_hold_everything_a_campaign_must_leave_out()
    {
        var people = People(1_000).ToList();

        Assert.InRange(people.Count(person => person.DiedOn is not null), 10, 80);
        Assert.InRange(people.Count(person => person.AgeOn(Today) < 18), 40, 120);
        Assert.InRange(people.Count(person => person.Emails.Count == 0), 20, 90);
        Assert.InRange(people.Count(person => person.Emails is [{ Use: "work" }]), 8, 70);
        Assert.InRange(people.SelectMany(person => person.Emails).GroupBy(email => email.Value).Count(mailbox => mailbox.Count() > 1), 2, 40);
        Assert.InRange(people.Count(person => person.Language == "es"), 60, 200);
        Assert.True(people.Select(person => person.Place.State).Distinct().Count() >= 6);
        Assert.InRange(people.Count(person => person.Problems.Any(problem => SensitiveCategories.Of("snomed", problem.Condition.Snomed.Code, isPrefix: false).Count > 0)), 60, 300);
        Assert.InRange(people.Count(person => person.Problems.Any(problem => problem.Condition == SyntheticCatalog.Diabetes)), 120, 320);
        foreach (var (localPart, domain) in new SyntheticOptions { Today = Today }.Misbehaving)
            Assert.Equal(10, people.Count(person => person.Emails.Any(email => email.Value.EndsWith("@" + domain, StringComparison.Ordinal) && (localPart is null || email.Value.StartsWith(localPart + ".", StringComparison.Ordinal)))));
    }

    [Fact]
    public void Zip_codes_lie_in_their_states()
    {
        var states = Lines(TestData.Require("us-zcta", "zcta_centroids.csv.gz")).Select(line => line.Split(',')).ToDictionary(parts => parts[0], parts => parts[3]);

        Assert.All(SyntheticPlaces.Near.Concat(SyntheticPlaces.Far), place => Assert.Equal(place.State, states[place.Zip]));
    }

    [Fact]
    public void Icd_10_codes_exist_and_can_be_billed()
    {
        var billable = Lines(TestData.Require("terminology", "icd10cm_2021.csv.gz")).Select(line => line.Split(',')).Where(parts => parts[1] == "1").Select(parts => parts[0].Replace(".", "", StringComparison.Ordinal)).ToHashSet();

        Assert.All(SyntheticCatalog.Conditions, condition => Assert.Contains(condition.Icd10.Code.Replace(".", "", StringComparison.Ordinal), billable));
    }

    [Fact]
    public async Task Everything_is_imported_and_nothing_is_remarked_on()
    {
        await using var stage = await ImportStage.CreateAsync();

        var result = await stage.FhirAsync(await stage.FileAsync("synthetic.ndjson", await TextAsync(new SyntheticOptions { Count = 300, Today = Today })));

        Assert.Empty(result.Problems.Select(problem => problem.ToString()));
        Assert.Equal(300, result.Resources["Patient"].Created);
        string[] types = ["Appointment", "Condition", "Coverage", "Encounter", "Immunization", "MedicationRequest", "Observation", "Patient"];
        Assert.Equal(types, result.Resources.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Results_come_with_their_ucum_units_and_within_believable_bounds()
    {
        var results = (await TextAsync(new SyntheticOptions { Count = 500, Today = Today })).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(resource => resource.GetProperty("resourceType").GetString() == "Observation" && resource.TryGetProperty("valueQuantity", out _))
            .Where(resource => resource.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString() == "4548-4")
            .Select(resource => resource.GetProperty("valueQuantity"))
            .ToList();

        Assert.True(results.Count > 100);
        Assert.All(results, value => Assert.Equal("%", value.GetProperty("code").GetString()));
        Assert.All(results, value => Assert.InRange(value.GetProperty("value").GetDouble(), 5.7, 12.5));
    }

    [Fact]
    public void A_few_signed_an_authorization_and_some_of_those_ran_out_or_were_revoked()
    {
        var patients = new SyntheticPatients(new SyntheticOptions { Today = Today });
        var wishes = People(1_000).Select(patients.WishesOf).ToList();
        var signed = wishes.Where(wish => wish.Authorization is not null).ToList();

        Assert.InRange(signed.Count, 120, 280);
        Assert.All(signed, wish => Assert.Empty(AuthorizationElements.Missing(wish.Authorization!)));
        Assert.Contains(signed, wish => wish.Authorization!.ExpiresOn < Today);
        Assert.Contains(signed, wish => wish.Revoked);
        Assert.Contains(wishes, wish => wish.Restriction is not null);
        Assert.Contains(wishes, wish => wish.OptOut is not null);
    }

    private static IEnumerable<SyntheticPerson> People(int count)
    {
        var patients = new SyntheticPatients(new SyntheticOptions { Count = count, Today = Today });
        return Enumerable.Range(0, count).Select(number => patients[number]);
    }

    private static async Task<string> TextAsync(SyntheticOptions options)
    {
        using var stream = new MemoryStream();
        await new SyntheticPatients(options).WriteAsync(stream, SyntheticFeed.All, Token);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
