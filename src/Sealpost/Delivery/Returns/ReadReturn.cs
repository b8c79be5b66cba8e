using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>Reads what comes back: bounces, delays, complaints, automatic answers. Pure; nothing is kept.</summary>
/// <remarks>Structure first (RFC 3464, RFC 5965, RFC 3834), then the shapes and families of wording that mail systems share. In doubt it is not a bounce.</remarks>
public static class ReadReturn
{
    /// <summary>Most octets read of one mail; the report stands at its beginning.</summary>
    public const int LargestBytes = 4 * 1024 * 1024;

    /// <summary>Reads a mail as received: header, empty line, body; any line ends.</summary>
    public static async Task<ReturnedMail> ReadAsync(ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        var parts = await ReturnParts.LoadAsync(mail[..Math.Min(mail.Length, LargestBytes)], cancellationToken).ConfigureAwait(false);
        var read = Classify(parts);
        return read with
        {
            OriginalMessageId = read.OriginalMessageId ?? OriginalTrace.MessageId(parts),
            ReturnPaths = [.. OriginalTrace.ReturnPaths(parts).Concat(read.ReturnPaths).Distinct(StringComparer.OrdinalIgnoreCase)],
            NullSender = Sender.IsNull(parts),
            IsReport = Sender.IsReport(parts),
        };
    }

    /// <summary>One result of several recipients: the gravest class speaks for the mail.</summary>
    internal static ReturnedMail Failed(IReadOnlyList<FailedRecipient> recipients, bool final)
    {
        var worst = recipients.OrderBy(recipient => recipient.Class switch { ReturnClass.HardBounce => 0, ReturnClass.SoftBounce => 1, _ => 2 }).FirstOrDefault();
        return new ReturnedMail
        {
            Class = worst?.Class ?? (final ? ReturnClass.SoftBounce : ReturnClass.DelayNotice),
            Reason = worst?.Reason ?? ReturnReason.Unknown,
            Recipients = recipients,
            Final = worst?.Final ?? final,
        };
    }

    /// <summary>In words, in a field, or, from a mail system that writes in a language we do not know, by the shape of its list.</summary>
    private static bool SaysFailure(ReturnParts parts, NoticeText notice) =>
        parts.Headers.Contains("X-Failed-Recipients")
        || NoticeText.SaysFailure(notice.Words)
        || NoticeText.SaysFailure(parts.Message.Subject ?? "")
        || (Sender.IsSystem(parts) && FailedAddresses.HasEntry(notice.Words));

    private static ReturnedMail Classify(ReturnParts parts)
    {
        if (FeedbackReport.Read(parts) is { } complaint)
            return complaint;
        var notice = NoticeText.Of(parts.Notice);
        if (StatusReport.Read(parts, notice) is { } report)
            return report;
        if (ProviderNotice.Read(parts.Notice) is { } provider)
            return provider;
        var isMachine = Sender.IsMachine(parts);
        var failure = isMachine && SaysFailure(parts, notice);
        if (AutoReplies.Is(parts) && !(failure && Sender.IsReport(parts)))
            return new ReturnedMail { Class = ReturnClass.AutoReply };
        return failure ? TextReport.Read(parts, notice) : new ReturnedMail { Class = ReturnClass.NotABounce };
    }
}
