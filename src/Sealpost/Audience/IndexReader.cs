using System.Globalization;

namespace Sealpost.Audience;

/// <summary>Decides queries for a whole shard at once, by algebra over bitmaps. Must agree with <see cref="ReadView"/>.</summary>
internal sealed class IndexReader(ShardIndex index, QueryScope scope)
{
    private readonly ushort _today = FactDay.Code(scope.AsOf);

    public Bitmap Select(AudienceQuery query)
    {
        var found = Holds(query);
        using var members = new Bitmap();
        index.Charts.Collect(members, 0, static (segment, _, into) => into.Or(segment.Members));
        found.And(members);
        return found;
    }

    private Bitmap Holds(AudienceQuery query)
    {
        switch (query)
        {
            case AllOf all:
                return All(all);
            case AnyOf any:
                var either = Holds(any.Parts[0]);
                foreach (var part in any.Parts.Skip(1))
                {
                    using var other = Holds(part);
                    either.Or(other);
                }

                return either;
            case NoneOf none:
                var others = Holds(none.Part);
                others.Invert();
                return others;
            default:
                return Leaf(query);
        }
    }

    /// <summary>Cheap parts first; once nobody is left the others are not read.</summary>
    private Bitmap All(AllOf all)
    {
        Bitmap? found = null;
        foreach (var part in all.Parts.OrderBy(Cost))
        {
            if (found is null)
            {
                found = Holds(part);
                continue;
            }

            if (found.IsEmpty)
                break;
            using var other = Holds(part is NoneOf none ? none.Part : part);
            if (part is NoneOf)
                found.AndNot(other);
            else
                found.And(other);
        }

        return found!;
    }

    private Bitmap Leaf(AudienceQuery query)
    {
        var into = new Bitmap();
        switch (query)
        {
            case AuthorizationFor or CampaignEvent:
                index.Histories.Collect(into, query, FindHistory);
                break;
            case LabIs or LabKnown:
                index.Charts.Collect(into, query, FindLab);
                if (query is LabKnown { Present: false })
                    into.Invert();
                break;
            case CodedFact or EncounterWithin or AppointmentWithin or PayerIs:
                index.Charts.Collect(into, query, FindFact);
                break;
            default:
                index.Charts.Collect(into, query, FindPerson);
                break;
        }

        return into;
    }

    private void FindPerson(IndexSegment segment, AudienceQuery query, Bitmap into)
    {
        switch (query)
        {
            case AgeIs age:
                FindAges(segment, FactRules.Ages(age), into);
                break;
            case AgeBetween age:
                FindAges(segment, (age.From, age.To), into);
                break;
            case SexIs sex:
                var sexes = segment[FactFamily.Sex];
                sexes.Collect(sexes.Exact(FactRules.Fold(sex.Sex)!), into);
                break;
            case LanguageIs language:
                FindLanguage(segment[FactFamily.Language], language.Tag.ToUpperInvariant(), into);
                break;
            case StateIn state:
                foreach (var name in state.States)
                    FindPlace(segment[FactFamily.State], table => table.Exact(name), into);
                break;
            case ZipIn zip:
                foreach (var pattern in zip.Zips)
                    FindPlace(segment[FactFamily.Zip], table => pattern.IsPrefix ? table.Prefix(pattern.Digits) : table.Exact(pattern.Digits), into);
                break;
            case NearZip near:
                foreach (var zip in ZipCentroids.Within(near))
                    FindPlace(segment[FactFamily.Zip], table => table.Exact(zip), into);
                break;
            default:
                throw new InvalidOperationException("Unknown kind of query part.");
        }
    }

    private void FindAges(IndexSegment segment, (int Youngest, int Oldest) ages, Bitmap into)
    {
        if (ages.Youngest > ages.Oldest)
            return;
        var (from, to) = FactRules.BirthDays(scope.AsOf, ages.Youngest, ages.Oldest);
        into.SetWhereInside(segment.Births, from, to);
    }

    private static void FindLanguage(PostingTable table, string wanted, Bitmap into)
    {
        var (from, to) = table.Prefix(wanted);
        for (var key = from; key < to; key++)
        {
            if (FactRules.IsLanguage(table.Keys[key], wanted))
                table.Collect((key, key + 1), into);
        }
    }

    private void FindPlace(PostingTable table, Func<PostingTable, (int, int)> keys, Bitmap into) => table.CollectOn(keys(table), _today, into);

    private void FindFact(IndexSegment segment, AudienceQuery query, Bitmap into)
    {
        switch (query)
        {
            case CodedFact coded:
                var (now, past) = FactRules.FamiliesOf(coded);
                FindCoded(segment[now], coded, into);
                if (past is { } other)
                    FindCoded(segment[other], coded, into);
                break;
            case EncounterWithin encounter:
                var (from, to) = encounter.Within.Days(scope.AsOf);
                segment.Encounters.Collect(from, to, into);
                break;
            case AppointmentWithin appointment:
                var appointments = segment[FactFamily.Appointment];
                appointments.Collect(appointments.Exact(""), _today, FactDay.Code(ReadView.LastDay(appointment, scope.AsOf)), into);
                break;
            case PayerIs payer:
                var payers = segment[FactFamily.Payer];
                payers.CollectOn(payers.Exact(FactRules.Fold(payer.Name) ?? ""), _today, into);
                break;
            default:
                throw new InvalidOperationException("Unknown kind of query part.");
        }
    }

    private void FindCoded(PostingTable table, CodedFact coded, Bitmap into)
    {
        foreach (var pattern in coded.Patterns)
            Collect(table, table.Range(pattern), coded.Within, into);
    }

    private void FindLab(IndexSegment segment, AudienceQuery query, Bitmap into)
    {
        var table = segment[FactFamily.Lab];
        if (query is LabKnown known)
            Collect(table, table.Range(known.Code), known.Within, into);
        else if (query is LabIs lab)
            LatestResults.Collect(table, lab, lab.Within?.Days(scope.AsOf) ?? (FactDay.None, ushort.MaxValue), index.Names, into);
    }

    private void FindHistory(IndexSegment segment, AudienceQuery query, Bitmap into)
    {
        if (query is AuthorizationFor authorization)
        {
            var table = segment[FactFamily.Authorization];
            table.CollectOn(table.Exact(authorization.Purpose), _today, into);
        }
        else if (query is CampaignEvent campaign && scope.Campaigns.TryGetValue(campaign.Campaign, out var number))
        {
            var table = segment[FactRules.FamilyOf(campaign.Kind)];
            Collect(table, table.Exact(number.ToString(CultureInfo.InvariantCulture)), campaign.Within, into);
        }
    }

    private void Collect(PostingTable table, (int, int) keys, Window? within, Bitmap into)
    {
        if (within is null)
        {
            table.Collect(keys, into);
            return;
        }

        var (from, to) = within.Days(scope.AsOf);
        table.Collect(keys, from, to, into);
    }

    private static int Cost(AudienceQuery query) => query switch
    {
        AgeIs or AgeBetween or SexIs or StateIn or LanguageIs or AuthorizationFor or CampaignEvent => 0,
        CodedFact { Within: null } => 1,
        NoneOf none => 10 + Cost(none.Part),
        AllOf all => all.Parts.Sum(Cost),
        AnyOf any => any.Parts.Sum(Cost),
        LabIs => 4,
        _ => 2,
    };
}
