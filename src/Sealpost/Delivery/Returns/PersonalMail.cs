using MimeKit;

namespace Sealpost.Delivery.Returns;

/// <summary>What a person wrote to us by mail, in memory only. PHI.</summary>
/// <param name="From">Author's mailbox as the mail claims it; nothing proves it. Empty where there is none.</param>
/// <param name="Answers">Message-IDs that the mail answers, without angle brackets.</param>
/// <param name="Text">Subject and words, without the quoted message below them.</param>
internal sealed record PersonalMail(string From, IReadOnlyList<string> Answers, string Text)
{
    private const int MostAnswers = 100;

    // RFC 2369, RFC 2919: what goes to many is written to nobody.
    private static readonly string[] Lists = ["List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID"];

    private static readonly string[] Signatures = ["application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"];

    /// <summary>Reads a mail; null where a machine made it (RFC 3834 §2) or it went to many.</summary>
    public static async Task<PersonalMail?> ReadAsync(ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        var parts = await ReturnParts.LoadAsync(mail[..Math.Min(mail.Length, ReadReturn.LargestBytes)], cancellationToken).ConfigureAwait(false);
        if (IsMachine(parts))
            return null;
        var message = parts.Message;
        var from = message.From.Mailboxes.FirstOrDefault()?.Address ?? "";
        string?[] answers = [message.InReplyTo, .. message.References.TakeLast(MostAnswers)];
        return new PersonalMail(from, [.. answers.OfType<string>()], TextOf(parts));
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    private static bool IsMachine(ReturnParts parts)
    {
        if (Sender.IsReport(parts) || Sender.IsNull(parts) || Array.Exists(Lists, parts.Headers.Contains))
            return true;
        var submitted = parts.Header("Auto-Submitted");
        return (submitted.Length > 0 && !submitted.StartsWith("no", StringComparison.OrdinalIgnoreCase))
            || parts.Header("Precedence").ToUpperInvariant() is "BULK" or "JUNK" or "LIST";
    }

    private static string TextOf(ReturnParts parts)
    {
        var subject = (parts.Message.Subject ?? "").Trim();
        var words = WithoutQuote(parts.Notice).Trim();
        var files = parts.Message.BodyParts.Count(part => part is not TextPart && !Signatures.Contains(part.ContentType.MimeType, StringComparer.OrdinalIgnoreCase));
        string[] paragraphs =
        [
            subject.Length == 0 ? "" : $"Subject: {subject}",
            words.Length == 0 && files == 0 ? "The mail held no text." : words,
            files switch { 0 => "", 1 => "One attached file was not kept. Ask for it by another channel.", _ => $"{files} attached files were not kept. Ask for them by another channel." },
        ];
        return string.Join("\n\n", paragraphs.Where(paragraph => paragraph.Length > 0));
    }

    /// <summary>Cuts the quoted message where it is the end of the mail. Quotes with words between or below them stay, as does the line above: no word of the author's may be lost.</summary>
    private static string WithoutQuote(string text)
    {
        var lines = text.Split('\n');
        var end = lines.Length;
        while (end > 0 && (lines[end - 1].StartsWith('>') || string.IsNullOrWhiteSpace(lines[end - 1])))
            end--;
        return string.Join('\n', lines.Take(end));
    }
}
