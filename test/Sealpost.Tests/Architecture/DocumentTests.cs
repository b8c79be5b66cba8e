using System.Text.RegularExpressions;

namespace Sealpost.Tests.Architecture;

public sealed partial class DocumentTests
{
    [Fact]
    public void Every_type_that_STANDARDS_cites_exists()
    {
        var names = new[] { typeof(RefusedException).Assembly, typeof(Sealpost.Trust.Keys.KeyRing).Assembly, typeof(Sealpost.App.Commands.CommandContext).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).Select(type => type.Name.Split('`')[0]).ToHashSet(StringComparer.Ordinal);
        var cited = File.ReadLines(Path.Combine(TestData.Repository, "STANDARDS.md"))
            .Where(line => line.StartsWith('|'))
            .SelectMany(line => CitedType().Matches(line).Select(match => match.Groups["type"].Value))
            .ToList();
        Assert.NotEmpty(cited);
        Assert.DoesNotContain(cited, name => !names.Contains(name));
    }

    [Fact]
    public void The_readme_stays_short() =>
        Assert.True(File.ReadAllText(Path.Combine(TestData.Repository, "README.md")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length <= 500);

    [Fact]
    public void Test_data_names_only_reserved_domains()
    {
        var folder = Path.Combine(TestData.Repository, "test", "Sealpost.Tests", "Data");
        Assert.SkipUnless(Directory.Exists(folder), "There is no test data of our own.");
        var foreign = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .SelectMany(file => MailDomain().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Groups["domain"].Value}"))
            .Where(found => !Reserved().IsMatch(found));
        Assert.Empty(foreign);
    }

    [GeneratedRegex("`(?<type>[A-Z][A-Za-z]+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CitedType();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]+@(?<domain>[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex MailDomain();

    // RFC 2606, RFC 6761: names that nobody can own.
    [GeneratedRegex(@"(example\.(com|net|org)|\.example|\.test|\.invalid|localhost)$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Reserved();
}
