using Sealpost.Audience;

namespace Sealpost.Shards;

/// <summary>Compares the codes of a query with those a shard's patients have.</summary>
internal static class CheckCodes
{
    private const int NearestShown = 3;

    /// <summary>Every code of the query: known or not, what is near, and the units of its results.</summary>
    public static List<CodeFinding> Of(ShardIndex index, AudienceQuery query)
    {
        var findings = new List<CodeFinding>();
        foreach (var (leaf, part) in query.Leaves().Select((leaf, part) => (leaf, part)))
        {
            foreach (var code in leaf.CodePatterns())
                findings.Add(Find(index, leaf, part, code));
        }

        return findings;
    }

    /// <summary>Units only, of comparisons that name none: where the data hold several the answer would mix them.</summary>
    public static List<CodeFinding> UnitsOf(ShardIndex index, AudienceQuery query)
    {
        var findings = new List<CodeFinding>();
        foreach (var (leaf, part) in query.Leaves().Select((leaf, part) => (leaf, part)))
        {
            if (leaf is LabIs { Unit: null } lab)
                findings.Add(new CodeFinding(part, lab.Code.ToString(), true, [], Units(index, lab.Code), true));
        }

        return findings;
    }

    private static CodeFinding Find(ShardIndex index, AudienceQuery leaf, int part, CodePattern code)
    {
        var tables = Tables(index, leaf).ToList();
        var isKnown = tables.Exists(table => table.Range(code) is var (from, to) && to > from);
        return new CodeFinding(part, code.ToString(), isKnown, isKnown ? [] : Nearest(tables, code), leaf is LabIs ? Units(index, code) : [], leaf is LabIs { Unit: null });
    }

    private static IEnumerable<PostingTable> Tables(ShardIndex index, AudienceQuery leaf)
    {
        FactFamily?[] families = leaf switch
        {
            CodedFact { Kind: CodedKind.Condition } => [FactFamily.ConditionNow, FactFamily.ConditionPast],
            CodedFact { Kind: CodedKind.Medication } => [FactFamily.MedicationNow, FactFamily.MedicationPast],
            CodedFact coded => [FactRules.FamiliesOf(coded).Now],
            _ => [FactFamily.Lab],
        };
        return index.Charts.Segments.SelectMany(segment => families.Select(family => segment[family!.Value]));
    }

    private static List<string> Units(ShardIndex index, CodePattern code)
    {
        var units = new HashSet<ushort>();
        foreach (var segment in index.Charts.Segments)
        {
            var table = segment[FactFamily.Lab];
            var (from, to) = table.Range(code);
            for (var run = from; run < to; run++)
                units.UnionWith(table.Values!.UnitsOf(run));
        }

        units.Remove(NamePool.NoUnit);
        return [.. units.Select(index.Names.UnitName)];
    }

    private static List<string> Nearest(List<PostingTable> tables, CodePattern code)
    {
        var keys = tables.SelectMany(table => Within(table, code.SystemPrefix)).Distinct().ToList();
        if (keys.Count == 0)
            keys = [.. tables.SelectMany(table => table.Keys).Distinct()];
        return [.. keys.OrderBy(key => EditDistance.Of(key, code.Key)).ThenBy(key => key, StringComparer.Ordinal).Take(NearestShown).Select(CodePattern.TextOfKey)];
    }

    private static ArraySegment<string> Within(PostingTable table, string prefix)
    {
        var (from, to) = table.Prefix(prefix);
        return new ArraySegment<string>(table.Keys, from, to - from);
    }
}
