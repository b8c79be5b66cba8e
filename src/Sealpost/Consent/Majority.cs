using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Whether a patient may be addressed as an adult. 45 CFR 164.502(g)(3): who represents a minor is a matter of state law.</summary>
internal static class Majority
{
    /// <summary>States where majority comes later than at 18: Ala. Code § 26-1-1, Neb. Rev. Stat. § 43-2101, Miss. Code § 1-3-27.</summary>
    private static readonly Dictionary<string, int> Later = new(StringComparer.OrdinalIgnoreCase) { ["AL"] = 19, ["NE"] = 19, ["MS"] = 21 };

    private static readonly int Latest = Later.Values.Max();

    /// <summary>Whether majority was reached on a day, by the policy and the law of the state of residence. An unknown birth date is no.</summary>
    public static bool ReachedOn(DateOnly day, ChartHead head, ConsentPolicy policy)
    {
        if (head.BirthDate is not { } born || born > day)
            return false;
        var age = Math.Max(policy.AdultAge, StateAge(day, head));
        return age <= day.Year - born.Year && born.AddYears(age) <= day;
    }

    /// <summary>The state's age; where no state of residence is known, the latest that any state sets.</summary>
    private static int StateAge(DateOnly day, ChartHead head)
    {
        var latest = 0;
        for (var i = 0; i < head.Addresses.Count; i++)
        {
            var address = head.Addresses[i];
            if (address.Use != "old" && !(address.EndsOn < day) && !string.IsNullOrWhiteSpace(address.State))
                latest = Math.Max(latest, Later.GetValueOrDefault(address.State.Trim(), 18));
        }

        return latest == 0 ? Latest : latest;
    }
}
