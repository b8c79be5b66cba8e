namespace Sealpost.App.Demo;

/// <summary>A real city, state and ZIP code, with a telephone area code and the hours of standard time behind UTC.</summary>
internal sealed record SyntheticPlace(string City, string State, string Zip, string AreaCode, int HoursBehind);

/// <summary>Where the synthetic patients live: around the clinic most of them, in eight other states the rest.</summary>
internal static class SyntheticPlaces
{
    /// <summary>Massachusetts, near the clinic.</summary>
    public static readonly IReadOnlyList<SyntheticPlace> Near =
    [
        new("Cambridge", "MA", "02139", "617", 5), new("Boston", "MA", "02118", "617", 5), new("Boston", "MA", "02130", "617", 5), new("Somerville", "MA", "02143", "617", 5),
        new("Worcester", "MA", "01608", "508", 5), new("Springfield", "MA", "01103", "413", 5), new("Lowell", "MA", "01852", "978", 5), new("Lawrence", "MA", "01841", "978", 5),
        new("Quincy", "MA", "02169", "617", 5), new("Framingham", "MA", "01702", "508", 5), new("Pittsfield", "MA", "01201", "413", 5), new("New Bedford", "MA", "02740", "508", 5),
    ];

    /// <summary>Elsewhere.</summary>
    public static readonly IReadOnlyList<SyntheticPlace> Far =
    [
        new("Albany", "NY", "12207", "518", 5), new("New York", "NY", "10025", "212", 5), new("Brooklyn", "NY", "11215", "718", 5), new("Buffalo", "NY", "14201", "716", 5),
        new("Providence", "RI", "02906", "401", 5), new("Hartford", "CT", "06105", "860", 5), new("New Haven", "CT", "06511", "203", 5), new("Manchester", "NH", "03104", "603", 5),
        new("Austin", "TX", "78704", "512", 6), new("San Antonio", "TX", "78207", "210", 6), new("Houston", "TX", "77008", "713", 6), new("Miami", "FL", "33125", "305", 5),
        new("Orlando", "FL", "32801", "407", 5), new("Saint Petersburg", "FL", "33701", "727", 5), new("Los Angeles", "CA", "90026", "213", 8), new("San Francisco", "CA", "94110", "415", 8),
        new("San Diego", "CA", "92103", "619", 8), new("Chicago", "IL", "60647", "773", 6), new("Rockford", "IL", "61101", "815", 6), new("Seattle", "WA", "98103", "206", 8), new("Spokane", "WA", "99201", "509", 8),
    ];

    /// <summary>Street names.</summary>
    public static readonly IReadOnlyList<string> Streets =
    [
        "Maple Street", "Oak Street", "Washington Street", "Chestnut Street", "Elm Street", "Park Avenue", "Highland Avenue", "Pleasant Street", "Prospect Street", "School Street", "Franklin Street",
        "Walnut Street", "Summer Street", "Winter Street", "Spring Street", "River Road", "Lincoln Street", "Madison Avenue", "Cedar Street", "Hillside Avenue", "Union Street", "Willow Street", "Broadway", "Church Street",
    ];
}
