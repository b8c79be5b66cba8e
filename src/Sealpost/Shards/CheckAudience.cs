using Sealpost.Audience;
using Sealpost.Consent;

namespace Sealpost.Shards;

/// <summary>Joins what the shards know of a query's codes with what is known of its campaigns, purposes and ZIPs.</summary>
internal static class CheckAudience
{
    private const int NearestShown = 3;

    public static AudienceCheck Of(AudienceQuery query, IReadOnlyDictionary<string, long> campaigns, IReadOnlyList<IReadOnlyList<CodeFinding>> findings)
    {
        var errors = new List<string>();
        foreach (var leaf in query.Leaves().Distinct())
        {
            var error = leaf switch
            {
                CampaignEvent campaign when !campaigns.ContainsKey(campaign.Campaign) =>
                    $"There is no campaign {campaign.Campaign}." + Near(campaign.Campaign, campaigns.Keys),
                AuthorizationFor authorization when PurposeNames.Parse(authorization.Purpose) is not { } purpose || PurposeNames.Of(purpose) != authorization.Purpose =>
                    $"There is no purpose {authorization.Purpose}." + Near(authorization.Purpose, Enum.GetValues<Purpose>().Select(PurposeNames.Of)),
                NearZip near when !ZipCentroids.IsKnown(near.Zip) =>
                    $"ZIP {near.Zip} has no known place. Near in number: {string.Join(", ", ZipCentroids.Nearest(near.Zip))}.",
                _ => null,
            };
            if (error is not null)
                errors.Add(error);
        }

        errors.AddRange(UnitsMissing(findings).Select(code => $"Results of {code.Code} have several units: write one of {string.Join(", ", code.Units.Select(unit => $"'{unit}'"))} after the number."));
        return new AudienceCheck(errors, Warnings(query, findings));
    }

    /// <summary>Comparisons without a unit whose results have several, over all shards.</summary>
    public static IReadOnlyList<(string Code, IReadOnlyList<string> Units)> UnitsMissing(IEnumerable<IReadOnlyList<CodeFinding>> findings) =>
        [.. findings.SelectMany(finding => finding).Where(finding => finding.UnitIsMissing)
            .GroupBy(finding => finding.Code)
            .Select(code => (code.Key, Units: (IReadOnlyList<string>)[.. code.SelectMany(finding => finding.Units).Distinct().Order(StringComparer.Ordinal)]))
            .Where(code => code.Units.Count > 1)];

    private static List<string> Warnings(AudienceQuery query, IReadOnlyList<IReadOnlyList<CodeFinding>> findings)
    {
        var leaves = query.Leaves().ToList();
        var warnings = new List<string>();
        foreach (var code in findings.SelectMany(finding => finding).GroupBy(finding => (finding.Part, finding.Code)))
        {
            var units = code.SelectMany(finding => finding.Units).Distinct().Order(StringComparer.Ordinal).ToList();
            if (!code.Any(finding => finding.IsKnown))
                warnings.Add($"No patient has {code.Key.Code}." + Near(code.Key.Code, code.SelectMany(finding => finding.Nearest).Distinct()));
            else if (leaves[code.Key.Part] is LabIs { Unit: { } unit } && !units.Contains(unit))
                warnings.Add($"No result of {code.Key.Code} is in '{unit}'" + (units.Count == 0 ? "." : $"; there are results in {string.Join(", ", units.Select(name => $"'{name}'"))}."));
        }

        return [.. warnings.Distinct()];
    }

    private static string Near(string name, IEnumerable<string> known)
    {
        var nearest = known.OrderBy(other => EditDistance.Of(other.ToUpperInvariant(), name.ToUpperInvariant())).ThenBy(other => other, StringComparer.Ordinal).Take(NearestShown).ToList();
        return nearest.Count == 0 ? "" : $" Near: {string.Join(", ", nearest)}.";
    }
}
