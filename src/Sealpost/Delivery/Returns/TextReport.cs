namespace Sealpost.Delivery.Returns;

/// <summary>Reports without fields: the reporter's words are all there is.</summary>
internal static class TextReport
{
    public static ReturnedMail Read(ReturnParts parts, NoticeText notice)
    {
        var words = notice.Words;
        var found = FailedAddresses.Of(words, Sender.Own(parts));
        if (found.Count == 0 && parts.Html.Length > 0 && !ReferenceEquals(parts.Html, parts.Notice))
            found = FailedAddresses.Of(NoticeText.Of(parts.Html).Words, Sender.Own(parts));
        var failed = Named(parts, words) ?? found;
        if (failed.Count == 0)
            failed = Elsewhere(parts);
        var delayed = NoticeText.SaysDelay(words) || (NoticeText.SaysDelay(parts.Message.Subject ?? "") && !NoticeText.SaysFinal(words));
        if (failed.Count == 0)
        {
            var whole = Diagnosis.Of("", "", words);
            return new ReturnedMail { Class = delayed ? ReturnClass.DelayNotice : whole.Class, Reason = whole.Reason, Final = !delayed };
        }

        var recipients = failed.Select(item => Recipient(item, words, failed.Count, delayed)).ToList();
        return ReadReturn.Failed(recipients, !delayed);
    }

    private static FailedRecipient Recipient(FailedAddress item, string words, int count, bool delayed)
    {
        var diagnosis = Diagnosis.Of("", item.Section, count == 1 ? words : item.Section);
        return delayed
            ? new FailedRecipient(item.Address, ReturnClass.DelayNotice, diagnosis.Reason, diagnosis.Status, diagnosis.ReplyCode, Final: false)
            : new FailedRecipient(item.Address, diagnosis.Class, diagnosis.Reason, diagnosis.Status, diagnosis.ReplyCode, Final: true);
    }

    /// <summary>X-Failed-Recipients as Exim and others write it; the paragraphs come from the text.</summary>
    private static List<FailedAddress>? Named(ReturnParts parts, string words)
    {
        var named = parts.Headers.Where(header => header.Field.Equals("X-Failed-Recipients", StringComparison.OrdinalIgnoreCase)).SelectMany(header => MailboxText.All(header.Value)).ToList();
        if (named.Count == 0)
            return null;
        var sections = FailedAddresses.Of(words, []);
        return [.. named.Distinct(StringComparer.OrdinalIgnoreCase).Select(address =>
            sections.FirstOrDefault(section => section.Address.Equals(address, StringComparison.OrdinalIgnoreCase))
            ?? new FailedAddress(address, words.Contains(address, StringComparison.OrdinalIgnoreCase) ? words[words.IndexOf(address, StringComparison.OrdinalIgnoreCase)..] : words))];
    }

    /// <summary>Reports that name the address only in a field without the rest, or in their subject.</summary>
    private static IReadOnlyList<FailedAddress> Elsewhere(ReturnParts parts)
    {
        foreach (var fields in new[] { parts.Status, parts.Disposition })
        {
            foreach (var group in StatusGroups.Read(fields, isOwnPart: true))
            {
                if (group.Address() is { } address)
                    return [new FailedAddress(address, parts.Notice)];
            }
        }

        return [.. MailboxText.All(parts.Message.Subject ?? "").Where(address => !Sender.Own(parts).Contains(address, StringComparer.OrdinalIgnoreCase)).Select(address => new FailedAddress(address, parts.Notice))];
    }
}
