using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>Who sent a returned mail: a mail system, or somebody else.</summary>
internal static partial class Sender
{
    private static readonly string[] OwnFields = ["To", "From", "Reply-To", "Sender", "Return-Path"];

    // List managers that refuse a post.
    private static readonly string[] Lists = ["X-MLServer", "X-Mailman-Version", "X-ListProcessor", "X-Listserver"];

    /// <summary>A mail system by its address, null return path, header or subject; a person's reply that quotes a bounce is none.</summary>
    public static bool IsMachine(ReturnParts parts)
    {
        if (parts.Headers.Contains("X-Failed-Recipients") || Array.Exists(Lists, parts.Headers.Contains) || IsReport(parts))
            return true;
        var from = parts.Header("From");
        if (System().IsMatch(from) || from.Length == 0 || from.EndsWith("<>", StringComparison.Ordinal))
            return true;
        var subject = parts.Message.Subject ?? "";
        return !Reply().IsMatch(subject) && (IsNull(parts) || Subject().IsMatch(subject));
    }

    /// <summary>multipart/report with anything but a read receipt, or its pieces.</summary>
    public static bool IsReport(ReturnParts parts)
    {
        if (parts.Status.Length > 0)
            return true;
        if (parts.Message.Body?.ContentType is not { } type || !type.IsMimeType("multipart", "report"))
            return System().IsMatch(parts.Header("From"));
        return true;
    }

    /// <summary>The From field names a mail system.</summary>
    public static bool IsSystem(ReturnParts parts) => System().IsMatch(parts.Header("From"));

    /// <summary>RFC 5321 §4.5.5: reports travel with a null return path.</summary>
    public static bool IsNull(ReturnParts parts)
    {
        var path = parts.Header("Return-Path");
        return path is "<>" || path.Contains("MAILER-DAEMON", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Addresses of the report itself: whom it was sent to and who sent it.</summary>
    public static IReadOnlyCollection<string> Own(ReturnParts parts) =>
        [.. OwnFields.SelectMany(name => MailboxText.All(parts.Header(name)))];

    [GeneratedRegex(
        @"mailer[\-_. ]?daemon|mail[\-_. ]?daemon|postmaster|postmaestro|mail[\-_. ]?delivery|delivery[\-_. ]?(sub)?system|mail[\-_. ]?(sub)?system|mailsystem|mail[\-_. ]?administrator|system[\-_. ]?administrator|\bmailer\b|mdaemon|smtp[\-_ ]?(gateway|service|mail|daemon)|smtp_mail|mail ?server|mail_service|antivirus|anti-virus|virus ?wall|interscan|\bimss@|\binetgw|\bbounces?@|mailbot|mail robot|microsoft exchange|exchange system|systemadministrator|no-?reply-?dsn|\bdsn@|non-?delivery|undeliver|returned mail|email-?bounces?|jetmail|mmsc@|mailagent|mail transfer|mta@|message ?labs|admin.?istrator <|sns@|no-reply@sns",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex System();

    [GeneratedRegex(
        @"undeliver|non-?delivery|not delivered|(delivery|mail|message|e-?mail|sending).{0,30}(fail|error|problem|status|report|warning|delay|could not|notification|return)|(fail|error|problem|warning).{0,30}(deliver|mail|message|sending)|returned (mail|e-?mail|message|to sender)|failure notice|delivery has failed|mail could not|unable to deliver|could not (be )?deliver|unzustellbar|nicht zugestellt|zustellung|rückläufer|no se (ha )?pud|no entregad|mensaje devuelto|non remis|échec|mancato recapito|recapito|não entregue|devolvid|配信|送信エラー|エラー|お届けできません|退信|投递失败|傳輸失敗|传输失败|недостав|не доставлен|niet bezorgd|onbestelbaar|bounce",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Subject();

    [GeneratedRegex(@"^\s*(re|fwd?|aw|wg|sv|antw?|rv|tr|rif|回复|转发|答复)\s*(\[\d+\])?\s*[:：]", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Reply();
}
