using CsCheck;
using Sealpost.Audience;

namespace Sealpost.Tests.Audience;

/// <summary>Random queries: every predicate, all forms, over a small set of codes so that they meet the data of <see cref="PatientGen"/>.</summary>
internal static class QueryGen
{
    public static readonly string[] Systems = ["snomed", "icd10", "http://codes.example/local"];

    public static readonly string[] CodeTexts = ["E11.9", "E119", "E11", "E1", "44054006", "4405", "a b\"c\\", "X"];

    public static readonly string[] Units = ["%", "mg/dL", "it's"];

    public static readonly string[] Zips = ["02139", "02138", "02142", "01001", "10001", "99999"];

    public static readonly string[] Campaigns = ["spring", "eye exam \"2026\"", "gone"];

    public static readonly string[] Payers = ["Aetna", "Blue \"Cross\" \\ Shield", "MEDICAID"];

    public static readonly string[] Purposes = ["MARKETING", "FUNDRAISING"];

    private static readonly Gen<Window> Within = Gen.Select(
        Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 400]), Gen.Enum<WindowUnit>(), (count, unit) => new Window(count, unit));

    private static readonly Gen<Window?> MaybeWithin = Gen.Frequency((1, Gen.Const(static () => (Window?)null)), (2, Within.Select(window => (Window?)window)));

    private static readonly Gen<CodePattern> Code = Gen.Select(Among(Systems), Among(CodeTexts), Gen.Bool, CodePattern.Of);

    private static readonly Gen<ValueList<CodePattern>> Codes = Code.Array[1, 3].Select(codes => new ValueList<CodePattern>(codes));

    private static readonly Gen<double> Value = Gen.OneOf(Gen.Int[0, 12].Select(n => (double)n), Gen.Int[0, 120].Select(n => n / 10.0), Gen.Double[-1e9, 1e9]);

    public static readonly Gen<AudienceQuery> Leaf = Gen.OneOf<AudienceQuery>(
        Gen.Select(Gen.Enum<Comparison>(), Gen.Int[0, 100], (comparison, years) => (AudienceQuery)new AgeIs(comparison, years)),
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], (from, to) => (AudienceQuery)new AgeBetween(from, to)),
        Among(QueryLimits.Sexes).Select(sex => (AudienceQuery)new SexIs(sex)),
        Among("es", "ES-mx", "en", "e").Select(tag => (AudienceQuery)new LanguageIs(tag)),
        Among("MA", "NY", "NEW YORK").Array[1, 2].Select(states => (AudienceQuery)new StateIn(new ValueList<string>(states))),
        Gen.OneOf(Among(Zips).Select(zip => new ZipPattern(zip, false)), Among("0", "021", "02139").Select(zip => new ZipPattern(zip, true)))
            .Array[1, 2].Select(zips => (AudienceQuery)new ZipIn(new ValueList<ZipPattern>(zips))),
        Gen.Select(Gen.OneOf(Gen.Int[0, 200].Select(n => n / 8.0), Gen.Const(0.0)), Gen.Bool, Among(Zips), (distance, miles, zip) => (AudienceQuery)new NearZip(distance, miles, zip)),
        Gen.Select(Gen.Enum<CodedKind>(), Gen.Bool, Codes, MaybeWithin, (kind, ever, codes, within) =>
            (AudienceQuery)new CodedFact(kind, ever && kind is CodedKind.Condition or CodedKind.Medication && ever, codes, within)),
        Gen.Select(Code, Gen.Enum<Comparison>(), Value, Gen.OneOf(Gen.Const(static () => (string?)null), Among<string?>(Units)), MaybeWithin, (code, comparison, value, unit, within) =>
            (AudienceQuery)new LabIs(code, comparison, value, unit, within)),
        Gen.Select(Code, Gen.Bool, MaybeWithin, (code, present, within) => (AudienceQuery)new LabKnown(code, present, within)),
        Within.Select(within => (AudienceQuery)new EncounterWithin(within)),
        Gen.Int[0, 60].Select(days => (AudienceQuery)new AppointmentWithin(days)),
        Among(Payers).Select(name => (AudienceQuery)new PayerIs(name)),
        Among(Purposes).Select(purpose => (AudienceQuery)new AuthorizationFor(purpose)),
        Gen.Select(Among(Campaigns), Gen.Enum<EngagementKind>(), MaybeWithin, (name, kind, within) => (AudienceQuery)new CampaignEvent(name, kind, within)));

    public static readonly Gen<AudienceQuery> Query = Tree(3);

    public static Gen<T> Among<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static Gen<AudienceQuery> Tree(int depth) => depth == 0 ? Leaf : Gen.Frequency(
        (3, Leaf),
        (2, Tree(depth - 1).Array[2, 4].Select(parts => (AudienceQuery)new AllOf(new ValueList<AudienceQuery>(parts)))),
        (2, Tree(depth - 1).Array[2, 4].Select(parts => (AudienceQuery)new AnyOf(new ValueList<AudienceQuery>(parts)))),
        (1, Tree(depth - 1).Select(part => (AudienceQuery)new NoneOf(part))));
}
