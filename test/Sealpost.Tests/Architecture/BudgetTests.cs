using System.Reflection;

namespace Sealpost.Tests.Architecture;

/// <summary>Size budgets. They are set from well-kept codebases; a file over them is a sign that two things live in one place.</summary>
public sealed class BudgetTests
{
    private static readonly Assembly Core = typeof(RefusedException).Assembly;
    private static readonly Assembly Trust = typeof(Sealpost.Trust.Keys.KeyRing).Assembly;

    [Fact]
    public void Files_stay_short()
    {
        Assert.True(Sources.Percentile(Sources.Lengths.Select(file => file.Lines), 0.5) <= 80, "the median file is over 80 lines");
        Assert.True(Sources.Percentile(Sources.Lengths.Select(file => file.Lines), 0.9) <= 250, "one file in ten is over 250 lines");
        Assert.DoesNotContain(Sources.Lengths, file => file.Lines > 600);
    }

    [Fact]
    public void Methods_stay_short()
    {
        Assert.True(Sources.Percentile(Sources.Methods.Select(method => method.Lines), 0.9) <= 30, "one method in ten is over 30 lines");
        Assert.DoesNotContain(Sources.Methods, method => method.Lines > 80);
    }

    [Fact]
    public void Constructors_take_at_most_six_parameters()
    {
        var long_ = Own(Core).Concat(Own(Trust))
            .Where(type => !IsRecord(type))
            .SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(constructor => constructor.GetParameters().Length > 6)
            .Select(constructor => constructor.DeclaringType!.Name)
            .Where(name => name != "Permit");
        Assert.Empty(long_);
    }

    [Fact]
    public void Public_types_stay_few()
    {
        Assert.True(PublicShare(Core) <= 0.50, $"{PublicShare(Core):P0} of Sealpost's types are public");
        Assert.True(PublicShare(Trust) <= 0.40, $"{PublicShare(Trust):P0} of Trust's types are public");
    }

    [Fact]
    public void Types_are_sealed_unless_made_for_inheritance() =>
        Assert.Empty(Own(Core).Concat(Own(Trust))
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !Own(Core).Concat(Own(Trust)).Any(other => other.BaseType == type))
            .Select(type => type.FullName));

    internal static IEnumerable<Type> Own(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.Namespace?.StartsWith("Sealpost", StringComparison.Ordinal) == true
            && !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
            && !type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute))
            && !type.Name.Contains('<', StringComparison.Ordinal)
            && !type.Name.EndsWith("Formatter", StringComparison.Ordinal)
            && type.DeclaringType?.Name.Contains('<', StringComparison.Ordinal) != true);

    private static double PublicShare(Assembly assembly)
    {
        var top = Own(assembly).Where(type => !type.IsNested).ToList();
        return (double)top.Count(type => type.IsPublic) / top.Count;
    }

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null || type.IsValueType;
}
