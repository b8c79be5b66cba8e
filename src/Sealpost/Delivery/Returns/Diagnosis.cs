using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>What a reporter says about one address: code, reply, reason, and how sure the refusal of the mailbox is.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">Enhanced code; empty where none was given.</param>
/// <param name="ReplyCode">Reply; 0 where none was given.</param>
/// <param name="Proven">A bad mailbox or domain is certain.</param>
internal sealed partial record Diagnosis(ReturnReason Reason, string Status, int ReplyCode, bool Proven)
{
    /// <summary>Characters looked at: reasons stand at the beginning.</summary>
    private const int Longest = 8 * 1024;

    /// <summary>Reads it.</summary>
    /// <param name="field">Status field; empty where there is none.</param>
    /// <param name="said">The remote system's words (Diagnostic-Code), else the paragraph about the address.</param>
    /// <param name="around">The reporter's words around it, for the stage of the session and where <paramref name="said"/> says nothing.</param>
    public static Diagnosis Of(string field, string said, string around)
    {
        var text = Flatten(said);
        var context = Flatten(around);
        var fieldCode = StatusCodes.OfField(field);
        var textCode = StatusCodes.Enhanced(text);
        if (textCode.Length == 0 && fieldCode.Length == 0)
            textCode = StatusCodes.Enhanced(context);
        var status = Better(textCode, fieldCode);
        var reply = StatusCodes.Reply(text) is var code and not 0 ? code : StatusCodes.Reply(context);
        var reason = ReasonWords.Of(text);
        if (reason == ReturnReason.Unknown)
            reason = ReasonWords.Of(Flatten(field));
        if (reason == ReturnReason.Unknown)
            reason = OfStatus(status);
        if (reason == ReturnReason.Unknown && text.Contains("recipient address rejected", StringComparison.OrdinalIgnoreCase))
            reason = ReturnReason.BadMailbox;
        if (reason == ReturnReason.Unknown)
            reason = ReasonWords.Of(context);
        if (reason == ReturnReason.Unknown)
            reason = OfReply(reply);

        // A refusal of MAIL or of our name is about us, whatever it says of names that do not exist.
        if (reason is ReturnReason.BadMailbox or ReturnReason.BadDomain or ReturnReason.NoMailDomain && !Recipient().IsMatch(text) && Greeting().IsMatch(text.Length > 0 ? text : context))
            reason = ReturnReason.Policy;
        return new Diagnosis(reason, status, reply, IsProven(reason, status, reply, text, context));
    }

    /// <summary>The class of a failure with this diagnosis.</summary>
    public ReturnClass Class => Proven && Reason is ReturnReason.BadMailbox or ReturnReason.BadDomain or ReturnReason.NoMailDomain && Proven ? ReturnClass.HardBounce : ReturnClass.SoftBounce;

    /// <summary>
    /// A refusal that came with DATA, or under a code of policy or of the mailbox's state, is what filters answer too ("user unknown" to unwanted senders):
    /// it does not prove that the mailbox is bad. A status 5.1.x, a refusal of RCPT, and the reporter's own directory do.
    /// </summary>
    private static bool IsProven(ReturnReason reason, string status, int reply, string text, string context)
    {
        if (status.StartsWith('4') || reply is >= 400 and < 500)
            return false;
        if (reason is ReturnReason.BadDomain or ReturnReason.NoMailDomain)
            return true;
        if (reason != ReturnReason.BadMailbox)
            return false;
        if (status.StartsWith("5.1.", StringComparison.Ordinal) || Recipient().IsMatch(text) || Certain().IsMatch(text))
            return true;
        if (Data().IsMatch(text) || Data().IsMatch(context))
            return false;
        // RFC 5321 §4.2.3: 550 is about the mailbox, and the words say so too; 5.5.0, which some systems put beside it, says nothing.
        if (status == "5.5.0" && reply == 550 && ReasonWords.Of(text) == ReturnReason.BadMailbox)
            return true;
        return Recipient().IsMatch(context) || status == "5.4.1" || (reply == 0 && status is "" or "5.0.0" && reply == 0);
    }

    /// <summary>RFC 3463 §3 and its register.</summary>
    private static ReturnReason OfStatus(string status) => status.Length < 5 ? ReturnReason.Unknown : status[2..] switch
    {
        "1.1" or "1.3" or "1.4" or "1.6" or "1.10" or "1.0" => ReturnReason.BadMailbox,
        "1.2" => ReturnReason.BadDomain,
        "1.7" or "1.8" or "1.9" => ReturnReason.Policy,
        "2.1" or "7.13" => ReturnReason.Disabled,
        "2.2" => ReturnReason.Full,
        "2.3" or "3.4" => ReturnReason.Size,
        "4.7" => ReturnReason.Expired,
        "4.5" => ReturnReason.Rate,
        "6.7" or "6.9" => ReturnReason.SmtpUtf8,
        "7.30" or "7.10" => ReturnReason.RequireTls,
        "7.8" or "7.20" or "7.21" or "7.22" or "7.23" or "7.24" or "7.25" or "7.26" or "7.27" or "7.29" => ReturnReason.Authentication,
        var detail when detail.StartsWith("3.", StringComparison.Ordinal) => ReturnReason.System,
        var detail when detail.StartsWith("4.", StringComparison.Ordinal) => ReturnReason.Routing,
        var detail when detail.StartsWith("7.", StringComparison.Ordinal) || detail.StartsWith("6.", StringComparison.Ordinal) => ReturnReason.Policy,
        _ => ReturnReason.Unknown,
    };

    // RFC 5321 §4.2.3; 521 and 556 RFC 7504.
    private static ReturnReason OfReply(int reply) => reply switch
    {
        521 or 556 => ReturnReason.NoMailDomain,
        452 or 552 => ReturnReason.Full,
        421 => ReturnReason.Routing,
        530 or 535 => ReturnReason.Authentication,
        554 => ReturnReason.Policy,
        _ => ReturnReason.Unknown,
    };

    private static string Better(string text, string field) =>
        text.Length == 0 || (text.EndsWith(".0.0", StringComparison.Ordinal) && field.Length > 0) ? field : text;

    private static string Flatten(string text) => Space().Replace(text.Length > Longest ? text[..Longest] : text, " ").Replace('\u2019', '\'').Trim();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Space();

    [GeneratedRegex(@"after (the )?rcpt|rcpt[ _]to|(to|after) rcpt|does not like recipient|smtp:rcpt|\(state 14\)", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Recipient();

    // The reply repeats the address and says no more, or speaks of accounts: it was looked up.
    [GeneratedRegex(@"<[^<>\s]+@[^<>\s]+>: user unknown|n[o']t have an? \S+ account", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Certain();

    [GeneratedRegex(@"after mail from|>>> ?mail from|reply to mail from|reply to (helo|ehlo)|(my name|sender) was rejected|\[mail_from\]", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Greeting();

    [GeneratedRegex(@">>> ?data\b|end of data|\(state 1[78]\)|failed after i sent the message|\[body\]|data command|after (the )?(end of )?data|\[data\]|smtp command\W+data\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Data();
}
