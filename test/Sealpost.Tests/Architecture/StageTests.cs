using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;

namespace Sealpost.Tests.Architecture;

/// <summary>What the compiler cannot forbid inside one project: a stage that knows a later one, a library outside its slice.</summary>
public sealed class StageTests
{
    private static readonly string[] Order =
        ["Storage", "Patients", "Audience", "Consent", "Shards", "Content", "Delivery", "Organisations", "Certificates", "Imports", "Library", "Campaigns", "Backups", "Reports", "Compliance"];

    private static readonly ArchUnitNET.Domain.Architecture Code =
        new ArchLoader().LoadAssembliesIncludingDependencies(typeof(RefusedException).Assembly, typeof(Sealpost.Trust.Keys.KeyRing).Assembly).Build();

    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        for (var earlier = 0; earlier < Order.Length; earlier++)
            for (var later = earlier + 1; later < Order.Length; later++)
                pairs.Add(Order[earlier], Order[later]);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_stage_never_knows_a_later_one(string earlier, string later) =>
        Assert.Empty(Violations(In(earlier), dependency => Lives(dependency, later)));

    [Fact]
    public void Every_namespace_named_here_has_types() =>
        Assert.All(Order, stage => Assert.True(In(stage).Any(), $"no type lives in Sealpost.{stage}"));

    [Theory]
    [InlineData("MailKit", "Delivery")]
    [InlineData("MimeKit", "Content", "Delivery")]
    [InlineData("Fluid", "Content")]
    [InlineData("Npgsql", "Storage")]
    [InlineData("Microsoft.Data.Sqlite", "Storage")]
    public void A_library_stays_in_its_slice(string library, params string[] slices) =>
        Assert.Empty(Violations(
            Own().Where(type => !slices.Any(slice => Lives(type, slice))),
            dependency => dependency.FullName.StartsWith(library + ".", StringComparison.Ordinal)));

    [Fact]
    public void Only_types_named_Fhir_know_the_Fhir_library() =>
        Assert.Empty(Violations(
            Own().Where(type => !Outermost(type).StartsWith("Fhir", StringComparison.Ordinal)),
            dependency => dependency.FullName.StartsWith("Hl7.Fhir.", StringComparison.Ordinal)));

    [Fact]
    public void Only_grains_know_Orleans() =>
        Assert.Empty(Violations(
            Own().Where(type => !Lives(type, "Shards")),
            dependency => dependency.FullName.StartsWith("Orleans.", StringComparison.Ordinal)));

    [Theory]
    [InlineData("Sealpost.Consent.ConsentDecision+Permit", "Sealpost.Consent.ConsentGate")]
    [InlineData("Sealpost.Delivery.TransportDecision+Permit", "Sealpost.Delivery.TransportGate")]
    public void Only_the_gate_makes_its_permit(string permit, string gate)
    {
        var makers = Own()
            .Where(type => type.FullName != permit)
            .Where(type => type.Members.OfType<MethodMember>().Any(method => method.GetCalledMethods().Any(called =>
                called.DeclaringType.FullName == permit && called.Name.StartsWith(".ctor", StringComparison.Ordinal))))
            .Select(type => type.FullName.Split('+')[0])
            .Distinct();
        Assert.Equal([gate], makers);
    }

    private static List<string> Violations(IEnumerable<IType> types, Func<IType, bool> forbidden) =>
        [.. types.SelectMany(type => type.Dependencies.Where(dependency => forbidden(dependency.Target)).Select(dependency => $"{type.FullName} -> {dependency.Target.FullName}")).Distinct()];

    private static IEnumerable<IType> Own() => Code.Types.Where(type => type.FullName.StartsWith("Sealpost.", StringComparison.Ordinal) && !type.FullName.StartsWith("Sealpost.Trust.", StringComparison.Ordinal));

    private static IEnumerable<IType> In(string stage) => Own().Where(type => Lives(type, stage));

    private static bool Lives(IType type, string stage) =>
        type.FullName.StartsWith($"Sealpost.{stage}.", StringComparison.Ordinal);

    private static string Outermost(IType type) => type.FullName.Split('+')[0].Split('.')[^1];
}
