using System.Text.RegularExpressions;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Shards;

namespace Sealpost.Campaigns;

/// <summary>What may come next in a rule that is being typed.</summary>
/// <param name="Insert">In place of what was typed of it.</param>
/// <param name="Says">Words for it.</param>
/// <param name="Count">How many patients have it, as the person may see it; empty where that says nothing.</param>
internal sealed record AudienceSuggestion(string Insert, string Says, string Count)
{
    public override string ToString() => "[phi]";
}

/// <summary>Suggests how a rule may go on: keywords, and the codes, places and names that the organisation really has.</summary>
internal static partial class AudienceSuggestions
{
    private const int Most = 30;

    private static readonly (string Insert, string Says)[] Rules =
    [
        ("age >= ", "whole years"), ("age between ", "from and to, both count"), ("sex = ", "as recorded"), ("language = ", "preferred language"), ("state in (", "where the patient lives"), ("zip in (", "first five digits, or fewer and a star"),
        ("within 25 miles of ", "distance between ZIP areas"), ("condition in (", "has now"), ("ever condition in (", "has or had"), ("medication in (", "takes now"), ("ever medication in (", "was ever prescribed"), ("lab ", "latest result"),
        ("encounter within ", "was seen"), ("procedure in (", "was done"), ("immunization in (", "was given"), ("appointment within next ", "is booked"), ("payer = ", "active coverage"), ("authorization ", "signed and in force"), ("campaign ", "an earlier message"), ("not ", "the opposite"),
    ];

    private static readonly (string Insert, string Says)[] Joints = [("and ", "both must hold"), ("or ", "one is enough"), ("within ", "look back")];

    /// <summary>Where the typed beginning starts, and what may stand in its place.</summary>
    public static (int From, IReadOnlyList<AudienceSuggestion> Options) Of(string before, Catalogue catalogue, IReadOnlyList<string> campaigns, Func<long, string> count)
    {
        var from = before.Length;
        while (from > 0 && (char.IsAsciiLetterOrDigit(before[from - 1]) || before[from - 1] is '.' or ':' or '_' or '-' or '*'))
            from--;
        var (typed, lead) = (before[from..], before[..from]);
        return (from, [.. Options(lead, typed, catalogue, campaigns, count).Take(Most)]);
    }

    private static IEnumerable<AudienceSuggestion> Options(string lead, string typed, Catalogue catalogue, IReadOnlyList<string> campaigns, Func<long, string> count)
    {
        if (CodesOpen().Match(lead) is { Success: true } coded)
            return Codes(Enum.Parse<RuleKind>(coded.Groups["kind"].Value, ignoreCase: true), typed, coded.Groups["ever"].Success, catalogue, count);
        if (LabOpen().IsMatch(lead))
            return Codes(RuleKind.Lab, typed, false, catalogue, count);
        if (ValueOpen().Match(lead) is { Success: true } value)
            return Values(Enum.Parse<RuleKind>(value.Groups["kind"].Value, ignoreCase: true), typed, catalogue, count);
        if (PurposeOpen().IsMatch(lead))
            return Enum.GetValues<Purpose>().Select(PurposeNames.Of).Where(name => Begins(name, typed)).Select(name => new AudienceSuggestion(name, name.Replace('_', ' ').ToLowerInvariant(), ""));
        if (CampaignOpen().IsMatch(lead))
            return campaigns.Where(name => Begins(name, typed)).Select(name => new AudienceSuggestion(QueryText.Word(name, QueryText.IsNameCharacter, '"'), "campaign", ""));
        return (RuleOpen().IsMatch(lead) ? Rules : Joints).Where(word => Begins(word.Insert, typed)).Select(word => new AudienceSuggestion(word.Insert, word.Says, ""));
    }

    private static IEnumerable<AudienceSuggestion> Codes(RuleKind kind, string typed, bool ever, Catalogue catalogue, Func<long, string> count) =>
        catalogue.Search(kind, null, typed).Select(code => new AudienceSuggestion(code.Code, code.Title ?? "", count(ever ? code.Ever : code.Now)));

    private static IEnumerable<AudienceSuggestion> Values(RuleKind kind, string typed, Catalogue catalogue, Func<long, string> count) =>
        catalogue.Values(kind).Where(value => value.Value.Length > 0 && (Begins(value.Value, typed) || Begins(value.Label, typed)))
            .Select(value => new AudienceSuggestion(kind == RuleKind.Payer ? QueryText.Quoted(value.Value, '"') : kind == RuleKind.State ? QueryText.Word(value.Value, char.IsAsciiLetter, '"') : value.Value, value.Label, count(value.Patients)));

    private static bool Begins(string word, string typed) => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\b(?<ever>ever\s+)?(?<kind>condition|medication|procedure|immunization)\s+in\s*\([^()]*$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CodesOpen();

    [GeneratedRegex(@"\blab\s+$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LabOpen();

    [GeneratedRegex(@"\b((?<kind>sex|language|payer)\s*=\s*|(?<kind>state|zip)\s+in\s*\([^()]*)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ValueOpen();

    [GeneratedRegex(@"\bauthorization\s+$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex PurposeOpen();

    [GeneratedRegex(@"\bcampaign\s+$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CampaignOpen();

    [GeneratedRegex(@"(^|\(|\band|\bor|\bnot)\s*$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex RuleOpen();
}
