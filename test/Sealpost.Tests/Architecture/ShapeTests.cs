using System.Reflection;
using Microsoft.Extensions.Logging;
using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Architecture;

public sealed class ShapeTests
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly IReadOnlyList<Type> Types =
        [.. BudgetTests.Own(typeof(RefusedException).Assembly), .. BudgetTests.Own(typeof(Sealpost.Trust.Keys.KeyRing).Assembly)];

    [Fact]
    public void An_interface_has_several_implementations_or_is_a_grain()
    {
        var lonely = Types.Where(type => type.IsInterface && !IsGrain(type))
            .Where(contract => contract != typeof(Sealpost.Trust.Keys.IKeySource)) // A process boundary: key services join the file.
            .Where(contract => Types.Count(type => !type.IsInterface && contract.IsAssignableFrom(type)) < 2);
        Assert.Empty(lonely.Select(type => type.FullName));
    }

    [Fact]
    public void No_class_has_an_interface_of_its_own_name() =>
        Assert.Empty(Types.Where(type => type.IsInterface && !IsGrain(type) && Types.Any(other => other.IsClass && "I" + other.Name == type.Name)).Select(type => type.FullName));

    [Fact]
    public void Every_asynchronous_method_takes_a_token_last_and_without_default()
    {
        var careless = Types
            .Where(type => !typeof(Delegate).IsAssignableFrom(type) && !typeof(Stream).IsAssignableFrom(type) && !typeof(TextWriter).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods(Declared))
            .Where(method => !method.IsPrivate && !method.IsSpecialName && IsTask(method.ReturnType) && method.GetBaseDefinition().DeclaringType == method.DeclaringType && method.Name is not "DisposeAsync" && !method.Name.Contains('<', StringComparison.Ordinal))
            .Where(method => !method.DeclaringType!.GetInterfaces().Any(contract => contract.Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true))
            .Where(method => method.GetParameters() is not [.., { HasDefaultValue: false, ParameterType: var last }] || last != typeof(CancellationToken))
            .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}");
        Assert.True(!careless.Any(), string.Join('\n', careless));
    }

    [Fact]
    public void No_clear_value_crosses_a_log_a_grain_or_a_report()
    {
        var leaks = Types
            .SelectMany(type => type.GetMethods(Declared))
            .Where(method => method.IsDefined(typeof(LoggerMessageAttribute))
                || IsGrain(method.DeclaringType ?? typeof(object))
                || method.DeclaringType?.Namespace?.StartsWith("Sealpost.Reports", StringComparison.Ordinal) == true)
            .Where(method => Mentions(method.ReturnType) || method.GetParameters().Any(parameter => Mentions(parameter.ParameterType)))
            .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}");
        Assert.Empty(leaks);
    }

    [Theory]
    [InlineData(typeof(Sealpost.Delivery.Outcome))]
    [InlineData(typeof(Sealpost.Consent.WithholdReason))]
    public void Every_outcome_and_reason_is_tested_and_described(Type closedList)
    {
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(TestData.Repository, "test"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("ShapeTests.cs", StringComparison.Ordinal)).Select(File.ReadAllText));
        var flow = File.ReadAllText(Path.Combine(TestData.Repository, "docs", "flow.md"));
        var missing = Enum.GetNames(closedList).Where(name =>
            !tests.Contains($"{closedList.Name}.{name}", StringComparison.Ordinal) || !flow.Contains(name, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    private static bool IsGrain(Type type) => type.GetInterfaces().Any(parent => parent.Name.StartsWith("IGrain", StringComparison.Ordinal));

    private static bool IsTask(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)));

    private static bool Mentions(Type type) =>
        (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Phi<>) || type.GetGenericArguments().Any(Mentions)))
        || (type.HasElementType && Mentions(type.GetElementType()!));
}
