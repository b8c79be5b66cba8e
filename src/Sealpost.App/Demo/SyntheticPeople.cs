using System.Globalization;
using System.Text;

namespace Sealpost.App.Demo;

/// <summary>Makes up people: name, home, addresses, conditions that fit age and sex, drugs that fit the conditions.</summary>
internal sealed class SyntheticPeople(SyntheticOptions options)
{
    /// <summary>Every hundredth person from here on has the next misbehaving mailbox.</summary>
    private const int FirstMisbehaving = 7;

    private static readonly string[] MailDomains = ["example.com", "mail.example.com", "home.example.com", "inbox.example.com", "clinic-patients.example"];

    /// <summary>The person of a number.</summary>
    public SyntheticPerson Make(int number)
    {
        var numbers = Numbers(number);
        var trouble = Misbehaviour(number);
        var origin = PickOrigin(numbers);
        var sex = numbers.Chance(0.53) ? "female" : "male";
        var age = trouble is null ? PickAge(numbers) : numbers.Between(52, 74);
        var born = options.Today.AddYears(-age).AddDays(-numbers.Below(360) - 1);
        var family = numbers.Pick(origin.Families);
        var place = numbers.Chance(0.62) ? numbers.Pick(SyntheticPlaces.Near) : numbers.Pick(SyntheticPlaces.Far);
        var person = new SyntheticPerson
        {
            Number = number,
            Id = string.Create(CultureInfo.InvariantCulture, $"demo-{number:D6}"),
            Given = numbers.Pick(sex == "female" ? origin.Women : origin.Men),
            Middle = numbers.Chance(0.5) ? (char)('A' + numbers.Below(26)) + "." : null,
            Family = family,
            Sex = sex,
            Born = born,
            Language = numbers.Chance(origin.Spanish) ? "es" : "en",
            Place = place,
            Street = string.Create(CultureInfo.InvariantCulture, $"{numbers.Between(1, 480)} {numbers.Pick(SyntheticPlaces.Streets)}"),
            Phone = string.Create(CultureInfo.InvariantCulture, $"{place.AreaCode}-555-{numbers.Between(100, 199):D4}"),
            DiedOn = trouble is null && age > 55 && numbers.Chance(age > 80 ? 0.12 : 0.03) ? options.Today.AddDays(-numbers.Between(10, 900)) : null,
            SignedUpOnline = trouble is null && numbers.Chance(0.04),
        };
        return person with { Emails = Emails(person, trouble, numbers), Problems = Problems(person, age, trouble is not null, numbers) };
    }

    /// <summary>A stream of numbers for one purpose of one person.</summary>
    public SeededNumbers Numbers(int number, ulong purpose = 0) =>
        new(unchecked((options.Seed * 0xD1342543DE82EF95) ^ ((ulong)number * 0x2545F4914F6CDD1D) ^ (purpose << 56)));

    private (string? LocalPart, string Domain)? Misbehaviour(int number)
    {
        var place = (number % 100) - FirstMisbehaving;
        return place >= 0 && place % 10 == 0 && place / 10 < options.Misbehaving.Count ? options.Misbehaving[place / 10] : null;
    }

    private static SyntheticOrigin PickOrigin(SeededNumbers numbers)
    {
        var at = numbers.Below(SyntheticNames.TotalWeight);
        foreach (var origin in SyntheticNames.Origins)
        {
            if ((at -= origin.Weight) < 0)
                return origin;
        }

        return SyntheticNames.Origins[0];
    }

    private static int PickAge(SeededNumbers numbers) => numbers.Below(100) switch
    {
        < 7 => numbers.Between(1, 17),
        < 33 => numbers.Between(18, 44),
        < 67 => numbers.Between(45, 64),
        < 92 => numbers.Between(65, 82),
        _ => numbers.Between(83, 96),
    };

    private List<SyntheticEmail> Emails(SyntheticPerson person, (string? LocalPart, string Domain)? trouble, SeededNumbers numbers)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{MailName(person.Given)}.{MailName(person.Family)}{person.Number}");
        if (trouble is { } wrong)
            return [new SyntheticEmail((wrong.LocalPart is null ? own : string.Create(CultureInfo.InvariantCulture, $"{wrong.LocalPart}.{person.Number}")) + "@" + wrong.Domain, "home", 1, null)];
        var address = new SyntheticEmail($"{own}@{numbers.Pick(MailDomains)}", "home", null, null);
        return numbers.Below(100) switch
        {
            < 5 => [],
            < 8 => [address with { Value = $"{own}@work.example.com", Use = "work" }],
            < 11 => [address with { Value = string.Create(CultureInfo.InvariantCulture, $"family{person.Number / 40}@home.example.com") }],
            < 14 => [address with { Value = $"{own}@former.example.com", Use = "old" }, address],
            < 16 => [address with { Value = $"{own}@former.example.com", EndedOn = options.Today.AddDays(-400) }, address with { Rank = 1 }],
            < 20 => [address with { Rank = 2 }, address with { Value = $"{own}@post.example.com", Rank = 1 }],
            _ => [address],
        };
    }

    private List<SyntheticProblem> Problems(SyntheticPerson person, int age, bool diabetic, SeededNumbers numbers)
    {
        List<SyntheticProblem> problems = [];
        bool Has(string? key) => problems.Any(problem => problem.Condition.Key == key);
        foreach (var condition in SyntheticCatalog.Conditions)
        {
            var share = diabetic && condition == SyntheticCatalog.Diabetes ? 1 : condition.ShareAt(age);
            if (!numbers.Chance(share) || (condition.Sex ?? person.Sex) != person.Sex || Has(condition.Unless) || (condition.Only is { } needed && !Has(needed)))
                continue;
            var years = condition.Key == "pregnancy" ? 0 : numbers.Below(Math.Max(1, Math.Min(12, age - condition.FromAge)));
            var since = options.Today.AddDays(-(years * 365) - numbers.Between(40, 200));
            var drugs = condition.Drugs.Count == 0 ? [] : condition.Drugs.Skip(numbers.Below(condition.Drugs.Count)).Take(numbers.Between(1, 2)).ToList();
            problems.Add(new SyntheticProblem(condition, since < person.Born ? person.Born : since, drugs));
        }

        return problems;
    }

    /// <summary>A name as it stands in a mailbox: ASCII letters, lower-case.</summary>
    private static string MailName(string name)
    {
        var letters = new StringBuilder(name.Length);
        foreach (var letter in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetter(letter))
                letters.Append(char.ToLowerInvariant(letter));
            else if (letter is 'ł')
                letters.Append('l');
        }

        return letters.ToString();
    }
}
