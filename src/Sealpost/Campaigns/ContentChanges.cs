using System.Globalization;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.Campaigns;

/// <summary>How a line of a text changed.</summary>
public enum LineChange
{
    /// <summary>As before.</summary>
    Same,

    /// <summary>No longer there.</summary>
    Removed,

    /// <summary>New.</summary>
    Added,
}

/// <summary>A line of a comparison.</summary>
/// <param name="Change">How it changed.</param>
/// <param name="Text">The line.</param>
public readonly record struct ComparedLine(LineChange Change, string Text);

/// <summary>A part of a campaign that differs from what was approved before.</summary>
/// <param name="Part">Which, in words.</param>
/// <param name="Lines">The comparison; long stretches without change are left out.</param>
public sealed record ContentChange(string Part, IReadOnlyList<ComparedLine> Lines)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Compares two versions of a campaign, part by part.</summary>
internal static class ContentChanges
{
    private const int Around = 2;
    private const int MostLines = 2_000;

    /// <summary>Everything that an approver answers for, and when it leaves, part by part and language by language.</summary>
    public static IReadOnlyList<ContentChange> Of(CampaignContent before, CampaignContent after)
    {
        (string Part, string Before, string After)[] parts =
        [
            ("Name", before.Name, after.Name),
            ("Purpose", PurposeNames.Of(before.Purpose), PurposeNames.Of(after.Purpose)),
            ("Payment", Payment(before.Remuneration), Payment(after.Remuneration)),
            ("Audience", before.Audience, after.Audience),
            ("Follow-up", before.FollowUp?.ToCanonicalText() ?? "", after.FollowUp?.ToCanonicalText() ?? ""),
            ("From", before.From, after.From),
            ("Written as", before.Format.ToString(), after.Format.ToString()),
            ("Language", before.Language ?? Languages.Default, after.Language ?? Languages.Default),
            .. Message("", before.ToDraft().Fallback, after.ToDraft().Fallback),
            .. VariantLanguages(before, after).SelectMany(language => Message($" ({language})", In(before, language), In(after, language))),
            ("Files", Files(before), Files(after)),
            ("Start", Instant(before.Schedule), Instant(after.Schedule)),
            ("Start in the patient's time zone", Instant(before.PatientTime), Instant(after.PatientTime)),
            ("Last day", Day(before.NotAfter), Day(after.NotAfter)),
            ("Messages a second", Number(before.Rate), Number(after.Rate)),
            ("Clicks", before.CountClicks ? "counted" : "not counted", after.CountClicks ? "counted" : "not counted"),
        ];
        return [.. parts.Where(part => part.Before != part.After).Select(part => new ContentChange(part.Part, Compare(part.Before, part.After)))];
    }

    private static IEnumerable<(string Part, string Before, string After)> Message(string language, MessageVariant? before, MessageVariant? after) =>
    [
        ("Subject" + language, before?.Subject ?? "", after?.Subject ?? ""),
        ("Preview line" + language, before?.Preheader ?? "", after?.Preheader ?? ""),
        ("Message" + language, before?.Body ?? "", after?.Body ?? ""),
        ("Text part" + language, before?.Text ?? "", after?.Text ?? ""),
    ];

    /// <summary>A line a file: name, kind, size and hash, so that other bytes under the same name are seen.</summary>
    private static string Files(CampaignContent content) =>
        string.Join('\n', content.Files.Select(file => $"{file.Name} ({AttachmentTypes.Word(file.Type, spanish: false)}, {AttachmentTypes.Size(file.Bytes)}, SHA-256 {file.Sha256})"));

    private static IEnumerable<string> VariantLanguages(CampaignContent before, CampaignContent after) =>
        before.Variants.Concat(after.Variants).Select(variant => variant.Language).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private static MessageVariant? In(CampaignContent content, string language) =>
        content.Variants.FirstOrDefault(variant => string.Equals(variant.Language, language, StringComparison.OrdinalIgnoreCase));

    /// <summary>Line by line, by the longest common subsequence of what lies between common beginning and end.</summary>
    public static IReadOnlyList<ComparedLine> Compare(string before, string after)
    {
        var (a, b) = (Lines(before), Lines(after));
        var start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
            start++;
        var end = 0;
        while (end < a.Length - start && end < b.Length - start && a[^(end + 1)] == b[^(end + 1)])
            end++;
        var result = new List<ComparedLine>();
        result.AddRange(a[Math.Max(0, start - Around)..start].Select(line => new ComparedLine(LineChange.Same, line)));
        result.AddRange(Middle(a[start..(a.Length - end)], b[start..(b.Length - end)]));
        result.AddRange(a[(a.Length - end)..Math.Min(a.Length, a.Length - end + Around)].Select(line => new ComparedLine(LineChange.Same, line)));
        return result;
    }

    private static List<ComparedLine> Middle(string[] a, string[] b)
    {
        // Longer ones are shown whole, old before new: no one reads such a comparison line by line.
        if (a.Length > MostLines || b.Length > MostLines)
            return [.. a.Select(line => new ComparedLine(LineChange.Removed, line)), .. b.Select(line => new ComparedLine(LineChange.Added, line))];
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        return Walk(a, b, common);
    }

    private static List<ComparedLine> Walk(string[] a, string[] b, int[,] common)
    {
        var lines = new List<ComparedLine>();
        var (x, y) = (0, 0);
        while (x < a.Length || y < b.Length)
        {
            if (x < a.Length && y < b.Length && a[x] == b[y])
                (lines, x, y) = (Add(lines, LineChange.Same, a[x]), x + 1, y + 1);
            else if (y >= b.Length || (x < a.Length && common[x + 1, y] >= common[x, y + 1]))
                lines = Add(lines, LineChange.Removed, a[x++]);
            else
                lines = Add(lines, LineChange.Added, b[y++]);
        }

        return lines;
    }

    private static List<ComparedLine> Add(List<ComparedLine> lines, LineChange change, string text)
    {
        lines.Add(new ComparedLine(change, text));
        return lines;
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").Split('\n');

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "no limit";

    private static string Instant(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "";

    private static string Instant(DateTime? at) => at?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    private static string Payment(PaymentAnswers? payment) => payment is null ? "nobody pays" : string.Create(
        CultureInfo.InvariantCulture,
        $"{payment.Payer} ({payment.Kind}, to the {payment.ReceivedBy}): {payment.Amount:N2} US dollars, documented cost {payment.DocumentedCost?.ToString("N2", CultureInfo.InvariantCulture) ?? "not given"}{(payment.PayerOwnsProduct ? ", owns the product" : "")}");
}
