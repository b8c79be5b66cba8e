using CsCheck;
using Sealpost.Audience;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Audience;

/// <summary>Random patients: codes that collide, dates on window edges, missing values, several units, ended addresses, the dead.</summary>
internal static class PatientGen
{
    public static readonly DateOnly AsOf = new(2024, 2, 29);

    public static readonly IReadOnlyDictionary<string, long> CampaignNumbers =
        new Dictionary<string, long> { [QueryGen.Campaigns[0]] = 1, [QueryGen.Campaigns[1]] = 2 };

    /// <summary>Mostly near the as-of date and on its anniversaries, where windows begin and end.</summary>
    public static readonly Gen<DateOnly> Date = Gen.Frequency(
        (4, Gen.Int[-420, 70].Select(AsOf.AddDays)),
        (3, Gen.Select(Gen.Int[0, 40], Gen.Int[-1, 1], (months, days) => AsOf.AddMonths(-months).AddDays(days))),
        (2, Gen.Select(Gen.Int[0, 130], Gen.Int[-2, 2], (years, days) => AsOf.AddYears(-years).AddDays(days))),
        (1, QueryGen.Among(new DateOnly(1, 1, 1), new DateOnly(1899, 12, 31), new DateOnly(1900, 1, 1), new DateOnly(2079, 6, 5), new DateOnly(9999, 12, 31))));

    private static readonly Gen<DateOnly?> MaybeDate = Gen.Frequency((1, Gen.Const(static () => (DateOnly?)null)), (5, Date.Select(static date => (DateOnly?)date)));

    private static readonly Gen<Concept> Concept = Gen.Select(
        QueryGen.Among(QueryGen.Systems), QueryGen.Among(QueryGen.CodeTexts), static (system, code) => new Concept { System = system, Code = code });

    private static readonly Gen<double?> Value = Gen.Frequency(
        (1, Gen.Const(static () => (double?)null)),
        (4, Gen.Int[0, 120].Select(static n => (double?)(n / 10.0))),
        (1, Gen.OneOf(Gen.Double[-1e9, 1e9], QueryGen.Among(double.NaN, double.PositiveInfinity, 3.3333333333333335, 1e300)).Select(static n => (double?)n)));

    private static readonly Gen<Fact> Fact =
        from kind in Gen.Enum<FactKind>()
        from codes in Concept.Array[0, 2]
        from flags in Gen.Int[0, 7]
        from date in MaybeDate
        from until in MaybeDate
        from value in Value
        from unit in QueryGen.Among<string?>([null, .. QueryGen.Units])
        from status in QueryGen.Among("active/confirmed", "final", "booked", "cancelled")
        from text in QueryGen.Among<string?>([null, "aetna ", .. QueryGen.Payers])
        select new Fact
        {
            Kind = kind,
            Codes = codes,
            Counts = flags > 0,
            Active = flags % 2 == 1,
            On = date,
            Until = flags > 3 ? until : null,
            Value = value,
            Unit = unit,
            Status = status,
            Text = text,
        };

    private static readonly Gen<PostalAddress> Address =
        from use in QueryGen.Among<string?>(null, "home", "old")
        from state in QueryGen.Among<string?>(null, "MA", "ny", "New York", "RI")
        from zip in QueryGen.Among<string?>([null, "02139-1234", "021", .. QueryGen.Zips])
        from ends in MaybeDate
        from ended in Gen.Bool
        select new PostalAddress { Use = use, State = state, PostalCode = zip, EndsOn = ended ? ends : null };

    private static readonly Gen<ChartHead> Head =
        from birth in MaybeDate
        from sex in QueryGen.Among<string?>(null, "female", "male", "other", "Female")
        from language in QueryGen.Among<string?>(null, "es", "es-MX", "est", "en-US")
        from addresses in Address.Array[0, 2]
        from state in Gen.Int[0, 11]
        select new ChartHead
        {
            BirthDate = birth,
            Sex = sex,
            Language = language,
            Addresses = addresses,
            Deceased = state == 0,
            Active = state != 1,
            ReplacedBy = state == 2 ? "Patient/9" : null,
        };

    private static readonly Gen<AuthorizedPurpose> Authorization = Gen.Select(
        QueryGen.Among(QueryGen.Purposes), Date, MaybeDate, static (purpose, from, until) => new AuthorizedPurpose(purpose, from, until));

    private static readonly Gen<Engagement> Engagement = Gen.Select(
        Gen.Int[1, 3], Gen.Enum<EngagementKind>(), Date, static (campaign, kind, on) => new Engagement(campaign, kind, on));

    private static readonly Gen<PatientView> View =
        from head in Head
        from facts in Fact.Array[0, 8]
        from authorizations in Authorization.Array[0, 2]
        from engagements in Engagement.Array[0, 3]
        select new PatientView(new Chart(PatientNumber.At(0, 0), head, [new FactPage { Facts = facts }]), authorizations, engagements);

    /// <summary>Some patients of one shard, at ordinals that are spread.</summary>
    public static Gen<PatientView[]> Shard(int most) => View.Array[0, most].Select(static views => (PatientView[])[.. views.Select(static (view, i) => At(view, i * 911))]);

    /// <summary>The same patient at another place.</summary>
    public static PatientView At(PatientView view, int ordinal) =>
        view with { Chart = view.Chart with { Number = PatientNumber.At(3, ordinal % PatientNumber.ShardSize) } };
}
