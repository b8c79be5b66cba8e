namespace Sealpost.App.Pages.Audiences;

/// <summary>Where each state stands in a map of equal tiles: column and row, from 1.</summary>
internal static class UsTiles
{
    private static readonly string[] Rows =
    [
        "AK .. .. .. .. .. .. .. .. .. ME",
        ".. .. .. .. .. WI .. .. .. VT NH",
        "WA ID MT ND MN IL MI .. NY MA ..",
        "OR NV WY SD IA IN OH PA NJ CT RI",
        "CA UT CO NE MO KY WV VA MD DE ..",
        ".. AZ NM KS AR TN NC SC DC .. ..",
        ".. .. .. OK LA MS AL GA .. .. ..",
        "HI .. .. TX .. .. .. .. FL .. PR",
    ];

    public static IReadOnlyList<(string State, int Column, int Row)> All { get; } =
        [.. Rows.SelectMany((row, y) => row.Split(' ').Select((state, x) => (State: state, x + 1, y + 1))).Where(tile => tile.State != "..")];
}
