using MemoryPack;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>A code, payer, language or place that patients of a shard have.</summary>
/// <param name="Family">Which kind; the present one where past ones are kept apart.</param>
/// <param name="Key">Comparison key.</param>
/// <param name="Title">Words for it, where charts give some.</param>
/// <param name="Now">Patients who have it now; for kinds without a past, who have it.</param>
/// <param name="Ever">Patients who have or had it.</param>
[MemoryPackable]
internal sealed partial record KnownCode(FactFamily Family, string Key, string? Title, int Now, int Ever)
{
    public override string ToString() => "[phi]";
}

/// <summary>Lists what the patients of a shard have. Some tens of milliseconds for a full shard.</summary>
internal static class KnownCodes
{
    private static readonly (FactFamily Now, FactFamily? Past)[] Families =
    [
        (FactFamily.ConditionNow, FactFamily.ConditionPast),
        (FactFamily.MedicationNow, FactFamily.MedicationPast),
        (FactFamily.Lab, null),
        (FactFamily.Procedure, null),
        (FactFamily.Immunization, null),
        (FactFamily.Payer, null),
        (FactFamily.State, null),
        (FactFamily.Zip, null),
        (FactFamily.Language, null),
        (FactFamily.Sex, null),
    ];

    public static IReadOnlyList<KnownCode> Of(ShardIndex index)
    {
        using var members = new Bitmap();
        index.Charts.Collect(members, 0, static (segment, _, into) => into.Or(segment.Members));
        var found = new List<KnownCode>();
        foreach (var (now, past) in Families)
        {
            var counts = new Dictionary<string, (int Now, int Ever)>(StringComparer.Ordinal);
            index.Charts.Each(members, counts, (segment, into, mine) => Count(segment[now], past is { } other ? segment[other] : PostingTable.Empty, mine, into));
            found.AddRange(counts.Where(code => code.Value.Ever > 0).Select(code => new KnownCode(now, code.Key, index.Titles[code.Key], code.Value.Now, code.Value.Ever)));
        }

        return found;
    }

    /// <summary>Patients of each ICD-10 category of three characters, which several codes share.</summary>
    public static IReadOnlyList<KnownCode> Categories(ShardIndex index) =>
        [.. index.Codes.Where(code => code.Family == FactFamily.ConditionNow && code.Key.StartsWith(Icd10, StringComparison.Ordinal) && code.Key.Length > CategoryLength)
            .GroupBy(code => code.Key[..CategoryLength])
            .Select(category => new KnownCode(FactFamily.ConditionNow, category.Key, null, Count(index, category.Key, past: false), Count(index, category.Key, past: true)))];

    private static readonly string Icd10 = CodePattern.KeyOf("icd10", "");

    private static readonly int CategoryLength = Icd10.Length + 3;

    private static int Count(ShardIndex index, string prefix, bool past)
    {
        using var found = new Bitmap();
        index.Charts.Collect(found, prefix, (segment, begin, into) =>
        {
            segment[FactFamily.ConditionNow].Collect(segment[FactFamily.ConditionNow].Prefix(begin), into);
            if (past)
                segment[FactFamily.ConditionPast].Collect(segment[FactFamily.ConditionPast].Prefix(begin), into);
        });
        return found.Count();
    }

    private static void Count(PostingTable now, PostingTable past, Bitmap of, Dictionary<string, (int Now, int Ever)> into)
    {
        for (var key = 0; key < now.Keys.Length; key++)
        {
            var (before, has) = (into.GetValueOrDefault(now.Keys[key]), now.CountOf(key, of));
            into[now.Keys[key]] = (before.Now + has, before.Ever + has);
        }

        for (var key = 0; key < past.Keys.Length; key++)
        {
            var before = into.GetValueOrDefault(past.Keys[key]);
            into[past.Keys[key]] = (before.Now, before.Ever + past.CountOf(key, of) - Both(now, past, key, of));
        }
    }

    /// <summary>Patients who have the code in both, and are counted once.</summary>
    private static int Both(PostingTable now, PostingTable past, int pastKey, Bitmap of)
    {
        var (from, to) = now.Exact(past.Keys[pastKey]);
        if (from == to)
            return 0;
        using var both = new Bitmap();
        now.Collect((from, to), both);
        both.And(of);
        return past.CountOf(pastKey, both);
    }
}
