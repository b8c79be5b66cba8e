using Sealpost.Audience;
using Sealpost.Consent;

namespace Sealpost.Shards;

/// <summary>Joins what the shards know of a query's codes with what is known of its campaigns, purposes and ZIPs.</summary>
internal static class CheckAudience
{
    private const int NearestShown = 3;

    public static AudienceCheck Of(AudienceQuery query, IReadOnlyDictionary<string, long> campaigns, IReadOnlyList<IReadOnlyList<CodeFinding>> findings)
    {
        var leaves = query.Leaves().ToList();
        var problems = leaves.Select((leaf, part) => OfNames(leaf, part, campaigns)).OfType<AudienceProblem>()
            .Concat(Units(leaves, findings))
            .Concat(Unknown(leaves, findings))
            .ToList();
        return new AudienceCheck(Sentences(problems.Where(problem => problem.IsError)), Sentences(problems.Where(problem => !problem.IsError))) { Problems = problems };
    }

    /// <summary>Comparisons without a unit whose results have several, over all shards.</summary>
    public static IReadOnlyList<(string Code, IReadOnlyList<string> Units)> UnitsMissing(IEnumerable<IReadOnlyList<CodeFinding>> findings) =>
        [.. findings.SelectMany(finding => finding).Where(finding => finding.UnitIsMissing)
            .GroupBy(finding => finding.Code)
            .Select(code => (code.Key, Units: (IReadOnlyList<string>)[.. code.SelectMany(finding => finding.Units).Distinct().Order(StringComparer.Ordinal)]))
            .Where(code => code.Units.Count > 1)];

    private static AudienceProblem? OfNames(AudienceQuery leaf, int part, IReadOnlyDictionary<string, long> campaigns) => leaf switch
    {
        CampaignEvent campaign when !campaigns.ContainsKey(campaign.Campaign) =>
            Problem(part, true, $"There is no campaign {campaign.Campaign}.", campaign.Campaign, Nearest(campaign.Campaign, campaigns.Keys)),
        AuthorizationFor authorization when PurposeNames.Parse(authorization.Purpose) is not { } purpose || PurposeNames.Of(purpose) != authorization.Purpose =>
            Problem(part, true, $"There is no purpose {authorization.Purpose}.", authorization.Purpose, Nearest(authorization.Purpose, Enum.GetValues<Purpose>().Select(PurposeNames.Of))),
        NearZip near when !ZipCentroids.IsKnown(near.Zip) =>
            new AudienceProblem(part, true, $"ZIP {near.Zip} has no known place. Near in number: {string.Join(", ", ZipCentroids.Nearest(near.Zip))}.", near.Zip, ZipCentroids.Nearest(near.Zip)),
        _ => null,
    };

    private static IEnumerable<AudienceProblem> Units(List<AudienceQuery> leaves, IReadOnlyList<IReadOnlyList<CodeFinding>> findings) =>
        from code in UnitsMissing(findings)
        from part in Enumerable.Range(0, leaves.Count)
        where leaves[part] is LabIs { Unit: null } lab && lab.Code.ToString() == code.Code
        let units = code.Units.Select(unit => $"'{unit}'").ToList()
        select new AudienceProblem(part, true, $"Results of {code.Code} have several units: write one of {string.Join(", ", units)} after the number.", "", units);

    private static IEnumerable<AudienceProblem> Unknown(List<AudienceQuery> leaves, IReadOnlyList<IReadOnlyList<CodeFinding>> findings)
    {
        foreach (var code in findings.SelectMany(finding => finding).GroupBy(finding => (finding.Part, finding.Code)))
        {
            var units = code.SelectMany(finding => finding.Units).Distinct().Order(StringComparer.Ordinal).ToList();
            if (!code.Any(finding => finding.IsKnown))
            {
                yield return Problem(code.Key.Part, false, $"No patient has {code.Key.Code}.", code.Key.Code, Nearest(code.Key.Code, code.SelectMany(finding => finding.Nearest).Distinct()));
            }
            else if (leaves[code.Key.Part] is LabIs { Unit: { } unit } && !units.Contains(unit))
            {
                var quoted = units.Select(name => $"'{name}'").ToList();
                yield return new AudienceProblem(
                    code.Key.Part, false, $"No result of {code.Key.Code} is in '{unit}'" + (units.Count == 0 ? "." : $"; there are results in {string.Join(", ", quoted)}."), $"'{unit}'", quoted);
            }
        }
    }

    private static AudienceProblem Problem(int part, bool isError, string message, string wrong, List<string> nearest) =>
        new(part, isError, message + (nearest.Count == 0 ? "" : $" Near: {string.Join(", ", nearest)}."), wrong, nearest);

    private static List<string> Nearest(string name, IEnumerable<string> known) =>
        [.. known.OrderBy(other => EditDistance.Of(other.ToUpperInvariant(), name.ToUpperInvariant())).ThenBy(other => other, StringComparer.Ordinal).Take(NearestShown)];

    private static List<string> Sentences(IEnumerable<AudienceProblem> problems) => [.. problems.Select(problem => problem.Message).Distinct()];
}
