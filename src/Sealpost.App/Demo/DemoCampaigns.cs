using System.Text;

namespace Sealpost.App.Demo;

/// <summary>A ready campaign: its file and the bodies that it names.</summary>
/// <param name="Name">Name, as in its file.</param>
/// <param name="Yaml">Campaign file.</param>
/// <param name="Files">Texts by file name.</param>
internal sealed record DemoCampaign(string Name, string Yaml, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>A file the campaign names; null where it is none of its own.</summary>
    public byte[]? Read(string file) => Files.TryGetValue(file, out var text) ? Encoding.UTF8.GetBytes(text) : null;
}

/// <summary>The three campaigns of the demo: care for a condition, prevention by age, and marketing that needs authorizations.</summary>
internal static class DemoCampaigns
{
    /// <summary>The domain the files are written for.</summary>
    public const string Domain = "mail.greenvalley.test";

    /// <summary>The campaign that the demo sends at once and reports on.</summary>
    public const string Main = "eye-exam";

    /// <summary>The campaign that is under way, a few messages a second, when people first look at the pages.</summary>
    public const string Watched = "flu-shot";

    private const string Prefix = "Sealpost.App.Demo.Campaigns/";

    /// <summary>The campaigns, the main one first, with sender and links in a domain.</summary>
    /// <param name="domain">Sender domain of the demo organisation.</param>
    public static IReadOnlyList<DemoCampaign> For(string domain) =>
        [Load("eye-exam", "body.mjml", domain), Load("flu-shot", "body.mjml", domain), Load("fitness-club", "body.md", domain)];

    private static DemoCampaign Load(string name, string body, string domain) =>
        new(name, Text($"{name}/campaign.yaml", domain), new Dictionary<string, string>(StringComparer.Ordinal) { [body] = Text($"{name}/{body}", domain) });

    private static string Text(string path, string domain)
    {
        using var stream = typeof(DemoCampaigns).Assembly.GetManifestResourceStream(Prefix + path)
            ?? throw new InvalidOperationException($"The embedded file {path} is missing from this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace(Domain, domain, StringComparison.Ordinal);
    }
}
