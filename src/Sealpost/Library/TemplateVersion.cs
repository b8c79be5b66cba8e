using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.Library;

/// <summary>One version of a saved template.</summary>
/// <param name="Id">Number of the template in the organisation's library.</param>
/// <param name="Name">Name; it can betray a condition.</param>
/// <param name="Version">From 1.</param>
/// <param name="Newest">The newest version there is.</param>
/// <param name="Author">User id of who saved this version.</param>
/// <param name="SavedAt">UTC.</param>
/// <param name="Draft">Its texts.</param>
public sealed record TemplateVersion(long Id, string Name, int Version, int Newest, string Author, DateTimeOffset SavedAt, MessageDraft Draft)
{
    /// <summary>Taken out of lists; campaigns that pinned it go on.</summary>
    public bool Retired { get; init; }

    /// <summary>Its number and version; never its name.</summary>
    public override string ToString() => $"template {Id} version {Version}";
}

/// <summary>A template version as a campaign takes it: blocks and brand values put in, nothing left to look up.</summary>
/// <param name="Id">Number of the template.</param>
/// <param name="Version">Version.</param>
/// <param name="Message">The texts as they will be compiled.</param>
public sealed record PinnedTemplate(long Id, int Version, MessageDraft Message)
{
    /// <summary>Its number and version.</summary>
    public override string ToString() => $"template {Id} version {Version}";
}

/// <summary>One part of a template in two versions, line by line.</summary>
/// <param name="Part">Such as <c>subject</c>, <c>body</c>, <c>body (es)</c>.</param>
/// <param name="Lines">Lines in order.</param>
public sealed record PartComparison(string Part, IReadOnlyList<ComparedLine> Lines)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A line of a comparison.</summary>
/// <param name="Change"><c>same</c>, <c>added</c> or <c>removed</c>.</param>
/// <param name="Text">The line.</param>
public sealed record ComparedLine(string Change, string Text)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Compares two versions.</summary>
internal static class CompareVersions
{
    /// <summary>Parts that differ, in the order of a message.</summary>
    public static IReadOnlyList<PartComparison> Run(MessageDraft before, MessageDraft after)
    {
        var languages = before.All.Concat(after.All).Select(variant => variant.Language).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var parts = new List<(string Part, string? Before, string? After)> { ("format", before.Format.ToString(), after.Format.ToString()), ("fallback language", before.Fallback.Language, after.Fallback.Language) };
        foreach (var language in languages)
        {
            var (old, now) = (Find(before, language), Find(after, language));
            var suffix = language == after.Fallback.Language ? "" : $" ({language})";
            parts.Add(("subject" + suffix, old?.Subject, now?.Subject));
            parts.Add(("preview line" + suffix, old?.Preheader, now?.Preheader));
            parts.Add(("body" + suffix, old?.Body, now?.Body));
            parts.Add(("text part" + suffix, old?.Text, now?.Text));
        }

        return [.. parts.Where(part => (part.Before ?? "") != (part.After ?? "")).Select(part => new PartComparison(part.Part, Lines(part.Before ?? "", part.After ?? "")))];
    }

    private static MessageVariant? Find(MessageDraft draft, string language) => draft.All.FirstOrDefault(variant => string.Equals(variant.Language, language, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<ComparedLine> Lines(string before, string after) =>
        [.. DiffPlex.DiffBuilder.InlineDiffBuilder.Diff(before, after).Lines.Select(line => new ComparedLine(
            line.Type switch { DiffPlex.DiffBuilder.Model.ChangeType.Inserted => "added", DiffPlex.DiffBuilder.Model.ChangeType.Deleted => "removed", _ => "same" },
            line.Text))];
}
