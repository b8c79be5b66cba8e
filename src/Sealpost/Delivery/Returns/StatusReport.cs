namespace Sealpost.Delivery.Returns;

/// <summary>Delivery reports with fields: RFC 3464, and RFC 8098 where a mailbox deletes unread with a reason.</summary>
internal static class StatusReport
{
    /// <summary>Reads one; null where the mail has no usable fields.</summary>
    public static ReturnedMail? Read(ReturnParts parts, NoticeText notice)
    {
        var groups = StatusGroups.Read(parts.Status, isOwnPart: true);
        var inText = false;
        if (groups.Count == 0 && Sender.IsMachine(parts))
        {
            groups = StatusGroups.Read(notice.Words, isOwnPart: false);
            inText = groups.Count > 0;
        }

        var known = groups.Where(group => group["Action"].Length > 0 || group["Status"].Length > 0 || group["Diagnostic-Code"].Length > 0).ToList();
        if (known.Count == 0)
            return null;
        var failed = new List<FailedRecipient>();
        var others = 0;
        foreach (var group in known)
        {
            if (Recipient(group, parts, notice, inText, known.Count) is { } recipient)
                failed.Add(recipient);
            else if (Action(group) is "delivered" or "relayed" or "expanded" or "deliverable")
                others++;
        }

        if (failed.Count == 0)
            return others > 0 ? new ReturnedMail { Class = ReturnClass.NotABounce, Confirmed = true } : null;
        return ReadReturn.Failed([.. failed.Where(recipient => recipient.Address.Length > 0).DefaultIfEmpty(failed[0]).Where(recipient => recipient.Address.Length > 0)], failed[0].Final) is { Recipients.Count: > 0 } result
            ? result
            : ReadReturn.Failed(failed, failed[0].Final) with { Recipients = [] };
    }

    private static string Action(StatusGroup group)
    {
        var action = group["Action"].ToLowerInvariant();
        var end = action.AsSpan().IndexOfAny(" (;\t");
        return end < 0 ? action : action[..end];
    }

    private static FailedRecipient? Recipient(StatusGroup group, ReturnParts parts, NoticeText notice, bool inText, int count)
    {
        var action = Action(group);
        if (action is "delivered" or "relayed" or "expanded" or "deliverable" || (action.Length == 0 && group["Status"].StartsWith('2')))
            return null;
        var address = group.Address() ?? "";
        var around = Around(parts, notice, address, inText, count);
        var diagnosis = Diagnosis.Of(group["Status"], Said(group), around);
        if (action == "delayed")
            return new FailedRecipient(address, ReturnClass.DelayNotice, diagnosis.Reason, diagnosis.Status, diagnosis.ReplyCode, Final: false);
        return new FailedRecipient(address, diagnosis.Class, diagnosis.Reason, diagnosis.Status, diagnosis.ReplyCode, Final: true);
    }

    /// <summary>Diagnostic-Code without its type (RFC 3464 §2.3.6).</summary>
    private static string Said(StatusGroup group)
    {
        var value = group["Diagnostic-Code"];
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        return semicolon is > 0 and < 30 && !value.AsSpan(0, semicolon).Trim().Contains(' ') ? value[(semicolon + 1)..].Trim() : value;
    }

    /// <summary>The reporter's words about this address; with one recipient all of them.</summary>
    private static string Around(ReturnParts parts, NoticeText notice, string address, bool inText, int count)
    {
        var words = notice.Words.Length > 0 ? notice.Words : parts.Html;
        if (inText || count == 1)
            return words;
        return FailedAddresses.Of(words, []).FirstOrDefault(found => found.Address.Equals(address, StringComparison.OrdinalIgnoreCase))?.Section ?? "";
    }
}
