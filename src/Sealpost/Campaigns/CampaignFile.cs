using System.Text;
using Sealpost.Campaigns.Attachments;
using Sealpost.Library;
using Sealpost.Organisations;

namespace Sealpost.Campaigns;

/// <summary>One thing wrong with a campaign file or what it names.</summary>
/// <param name="File">The campaign file, or the body or text file.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1, where it is known.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
public sealed record CampaignProblem(string File, int Line, int? Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, as compilers write it.</summary>
    public override string ToString() =>
        Column is null ? $"{File}:{Line}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Result of reading: content, or every problem found.</summary>
/// <param name="Content">Null where there is a problem.</param>
/// <param name="Problems">Empty where there is content.</param>
public sealed record CampaignFileResult(CampaignContent? Content, IReadOnlyList<CampaignProblem> Problems)
{
    /// <summary>Files named by <c>files</c>, checked; the content names them once they are stored.</summary>
    public IReadOnlyList<CheckedAttachment> Files { get; init; } = [];
}

/// <summary>What a campaign file is checked against.</summary>
/// <param name="Organisation">Whose campaign it is; From must be in its domain.</param>
/// <param name="Now">UTC; dates in the past are problems.</param>
/// <param name="KnownCampaigns">Names that the audience may refer to; null where that cannot be checked.</param>
public sealed record CampaignFileRules(Organisation Organisation, DateTimeOffset Now, IReadOnlySet<string>? KnownCampaigns)
{
    /// <summary>The template that the file names by <c>template</c>, pinned; null where it names none or there is none.</summary>
    public PinnedTemplate? Template { get; init; }

    /// <summary>Why the named template cannot be used; null where it can.</summary>
    public string? TemplateRefusal { get; init; }

    internal DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, Organisation.TimeZone).DateTime);
}

/// <summary>Reads campaign files (YAML). Reports every problem at once, each with file and line.</summary>
public static class CampaignFile
{
    /// <summary>Longest file read, in characters.</summary>
    public const int MaxLength = 1_048_576;

    /// <summary>Bytes that a reader of files needs to give at most: one more than the largest that is taken.</summary>
    public const int MostBytesRead = CheckAttachment.MostBytes + 1;

    /// <summary>The template that a file names by <c>template: NAME</c> or <c>template: NAME@VERSION</c>; null where it names none.</summary>
    public static (string Name, int? Version)? TemplateNamedIn(string yaml)
    {
        if (CampaignKeys.Parse("", yaml, [])?.Node("template") is not YamlDotNet.RepresentationModel.YamlScalarNode { Value.Length: > 0 } node)
            return null;
        var at = node.Value.LastIndexOf('@');
        return at > 0 && int.TryParse(node.Value.AsSpan(at + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version)
            ? (node.Value[..at].Trim(), version)
            : (node.Value, null);
    }

    /// <summary>The text of a file, by its byte order mark or as UTF-8.</summary>
    internal static string TextOf(byte[] content)
    {
        using var reader = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Reads and checks all that can be checked without a patient. Never throws for bad input.</summary>
    /// <param name="fileName">Name for problems.</param>
    /// <param name="yaml">The file's text.</param>
    /// <param name="readFile">The first <see cref="MostBytesRead"/> bytes of a file named by <c>html</c>, <c>text</c> or <c>files</c>, relative to the campaign file; null where it cannot be read.</param>
    /// <param name="rules">What to check against.</param>
    public static CampaignFileResult Read(string fileName, string yaml, Func<string, byte[]?> readFile, CampaignFileRules rules)
    {
        var problems = new List<CampaignProblem>();
        var keys = CampaignKeys.Parse(fileName, yaml, problems);
        if (keys is null)
            return new CampaignFileResult(null, problems);
        var reader = new CampaignFileReader(keys, readFile, rules, problems);
        var content = reader.Read();
        return problems.Count == 0
            ? new CampaignFileResult(content, problems) { Files = reader.Files }
            : new CampaignFileResult(null, [.. problems.OrderBy(p => p.File != fileName).ThenBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)]);
    }
}
