using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sealpost.Tests.Architecture;

/// <summary>The product's own C# files, parsed once.</summary>
internal static class Sources
{
    public static IReadOnlyList<string> Files { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal))];

    public static IReadOnlyList<(string File, int Lines)> Lengths { get; } = [.. Files.Select(file => (file, File.ReadLines(file).Count()))];

    public static IReadOnlyList<(string Name, int Lines)> Methods { get; } =
        [.. Files.SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file).GetRoot().DescendantNodes()
            .OfType<BaseMethodDeclarationSyntax>()
            .Where(method => method.Body is not null || method.ExpressionBody is not null)
            .Select(method => ($"{Path.GetFileName(file)}: {Name(method)}", BodyLines(method))))];

    public static int Percentile(IEnumerable<int> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(sorted.Count * share))];
    }

    private static string Name(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text + "()",
        _ => method.Kind().ToString(),
    };

    private static int BodyLines(BaseMethodDeclarationSyntax method)
    {
        var span = ((SyntaxNode?)method.Body ?? method.ExpressionBody)!.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
