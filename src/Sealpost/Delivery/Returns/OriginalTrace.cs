namespace Sealpost.Delivery.Returns;

/// <summary>What leads from a report back to the message it is about.</summary>
internal static class OriginalTrace
{
    private static readonly string[] RecipientFields = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To"];

    /// <summary>Message-ID of the original; of an automatic answer what it replies to (RFC 3834 §3.1.5).</summary>
    public static string? MessageId(ReturnParts parts)
    {
        var found = StatusGroups.First(parts.Original, "Message-ID")
            ?? StatusGroups.First(parts.Disposition, "Original-Message-ID")
            ?? StatusGroups.First(NoticeText.Of(parts.Notice).Quoted, "Message-ID")
            ?? StatusGroups.First(parts.Notice, "Message-ID")
            ?? (parts.Header("In-Reply-To") is { Length: > 0 } reply ? reply : null);
        if (found is null)
            return null;
        var start = found.IndexOf('<', StringComparison.Ordinal);
        var end = start < 0 ? -1 : found.IndexOf('>', start);
        var id = (end > start ? found[(start + 1)..end] : found).Trim().TrimEnd(',');
        return id.Length is 0 or > 998 ? null : id;
    }

    /// <summary>Where a return path of ours may stand: the report's own recipients first, then what the report says of the original.</summary>
    public static IEnumerable<string> ReturnPaths(ReturnParts parts)
    {
        foreach (var name in RecipientFields)
        {
            foreach (var header in parts.Headers.Where(header => header.Field.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                foreach (var mailbox in MailboxText.All(header.Value))
                    yield return mailbox;
            }
        }

        foreach (var text in new[] { StatusGroups.First(parts.Original, "Return-Path"), StatusGroups.First(parts.Status, "X-Postfix-Sender"), StatusGroups.First(parts.Feedback, "Original-Mail-From"), StatusGroups.First(parts.Original, "X-Envelope-From") })
        {
            foreach (var mailbox in MailboxText.All(text ?? ""))
                yield return mailbox;
        }
    }
}
