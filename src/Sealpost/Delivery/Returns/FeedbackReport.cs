using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>Complaints: abuse reports (RFC 5965), authentication-failure reports (RFC 6591), and the plain forwards of older feedback loops.</summary>
internal static partial class FeedbackReport
{
    /// <summary>Reads one; null where the mail is none.</summary>
    public static ReturnedMail? Read(ReturnParts parts)
    {
        var fields = parts.Feedback;
        if (fields.Length == 0 && IsReportType(parts))
            fields = parts.Notice;
        var type = StatusGroups.First(fields, "Feedback-Type")?.Trim().ToLowerInvariant();
        if (type is null && IsUnsubscribe(parts))
            return new ReturnedMail { Class = ReturnClass.Complaint, FeedbackType = "opt-out" };
        if (type is null && !IsForward(parts))
            return null;
        return new ReturnedMail
        {
            Class = ReturnClass.Complaint,
            Reason = ReturnReason.Policy,
            FeedbackType = string.IsNullOrEmpty(type) ? "abuse" : type.Length > 40 ? "other" : type,
            Recipients = [.. Recipients(fields).Select(address => new FailedRecipient(address, ReturnClass.Complaint, ReturnReason.Policy, "", 0, true))],
            ReturnPaths = [.. All(fields, "Original-Mail-From")],
        };
    }

    private static bool IsReportType(ReturnParts parts) =>
        parts.Message.Body?.ContentType.Parameters["report-type"]?.Equals("feedback-report", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A whole message forwarded by a loop that knows no RFC 5965.</summary>
    private static bool IsForward(ReturnParts parts) =>
        parts.HasOriginal && parts.Status.Length == 0 && (parts.Headers.Contains("X-HmXmrOriginalRecipient") || Complaint().IsMatch(parts.Message.Subject ?? ""));

    /// <summary>A mail client that unsubscribes by mail: an opt-out by the patient's own hand.</summary>
    private static bool IsUnsubscribe(ReturnParts parts) =>
        parts.Headers.Contains("X-Apple-Unsubscribe") || (parts.Message.Subject ?? "").Trim().Equals("unsubscribe", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Recipients(string fields)
    {
        // RFC 5965 §3.2: any number of Original-Rcpt-To; most reporters redact them.
        foreach (var value in All(fields, "Original-Rcpt-To").Concat(All(fields, "Removal-Recipient")))
        {
            if (MailboxText.All(value) is [var mailbox, ..])
                yield return mailbox;
        }
    }

    private static IEnumerable<string> All(string fields, string name)
    {
        foreach (var line in fields.Split('\n'))
        {
            var (found, value) = StatusGroups.Field(line);
            if (found is not null && found.Equals(name, StringComparison.OrdinalIgnoreCase) && MailboxText.All(value) is [var mailbox, ..])
                yield return mailbox;
        }
    }

    [GeneratedRegex(@"complaint about message|(abuse|spam) (report|complaint)|email feedback report|feedback loop", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Complaint();
}
