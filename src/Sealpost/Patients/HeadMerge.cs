namespace Sealpost.Patients;

/// <summary>Brings a head that a source sent together with the one in the store, which other sources may have added to.</summary>
internal static class HeadMerge
{
    /// <summary>The head as it shall be after a source, the record of truth about the patient, sent it.</summary>
    /// <param name="before">The stored head.</param>
    /// <param name="sent">The head as sent.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="saysAlive">The source says outright that the patient lives.</param>
    public static ChartHead Replace(ChartHead before, ChartHead sent, string source, bool saysAlive)
    {
        // Where no other source added anything, what the source no longer sends is gone.
        var alone = before.SourceIds.All(id => id.System == source);
        return before with
        {
            SourceIds = Union(before.SourceIds, sent.SourceIds),
            Identifiers = alone ? sent.Identifiers : Union(sent.Identifiers, before.Identifiers),
            Names = alone || sent.Names.Count > 0 ? sent.Names : before.Names,
            BirthDate = sent.BirthDate ?? (alone ? null : before.BirthDate),
            Sex = sent.Sex ?? (alone ? null : before.Sex),
            Deceased = sent.Deceased || (before.Deceased && !saysAlive),
            Addresses = alone || sent.Addresses.Count > 0 ? sent.Addresses : before.Addresses,
            ContactPoints = [.. sent.ContactPoints, .. before.ContactPoints.Where(point => point.Source != source)],
            Language = sent.Language ?? (alone ? null : before.Language),
            Active = sent.Active,
            ReplacedBy = sent.ReplacedBy ?? (Revived(before, sent) ? null : before.ReplacedBy),
            SecurityLabels = sent.SecurityLabels,
        };
    }

    /// <summary>The head as it shall be after a source that only adds: it fills gaps and replaces what it said before.</summary>
    public static ChartHead Add(ChartHead before, ChartHead sent, string source)
    {
        var alone = before.SourceIds.All(id => id.System == source);
        return before with
        {
            SourceIds = Union(before.SourceIds, sent.SourceIds),
            Identifiers = Union(before.Identifiers, sent.Identifiers),
            Names = (alone && sent.Names.Count > 0) || before.Names.Count == 0 ? sent.Names : before.Names,
            BirthDate = alone ? sent.BirthDate ?? before.BirthDate : before.BirthDate ?? sent.BirthDate,
            Sex = alone ? sent.Sex ?? before.Sex : before.Sex ?? sent.Sex,
            Deceased = before.Deceased || sent.Deceased,
            Addresses = (alone && sent.Addresses.Count > 0) || before.Addresses.Count == 0 ? sent.Addresses : before.Addresses,
            ContactPoints = [.. before.ContactPoints.Where(point => point.Source != source), .. sent.ContactPoints],
            Language = alone ? sent.Language ?? before.Language : before.Language ?? sent.Language,
        };
    }

    // A record merged away stays so until its source sends it as one in use again, without the link.
    private static bool Revived(ChartHead before, ChartHead sent) => !before.Active && sent.Active;

    private static List<Identifier> Union(IReadOnlyList<Identifier> first, IReadOnlyList<Identifier> second)
    {
        List<Identifier> union = [.. first];
        foreach (var identifier in second)
        {
            if (!union.Exists(known => known.System == identifier.System && known.Value == identifier.Value))
                union.Add(identifier);
        }

        return union;
    }
}
