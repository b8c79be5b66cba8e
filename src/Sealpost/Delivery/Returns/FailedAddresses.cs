using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>An address that a text says has failed, and the paragraph about it.</summary>
internal sealed record FailedAddress(string Address, string Section)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Finds them in the reporter's words by the shapes that mail systems share: an entry of its own, a label, a reply line.</summary>
internal sealed partial class FailedAddresses
{
    private readonly string[] _lines;
    private readonly HashSet<string> _own;
    private readonly List<(string Address, int Line)> _entries = [];
    private readonly List<(string Address, int Line)> _labelled = [];
    private readonly List<(string Address, int Line)> _said = [];

    private FailedAddresses(string words, IEnumerable<string> own)
    {
        _lines = words.Split('\n');
        _own = own.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="words">The reporter's words without the quoted message.</param>
    /// <param name="own">Whom the report was sent to and by; only an entry of its own may name these.</param>
    public static IReadOnlyList<FailedAddress> Of(string words, IEnumerable<string> own)
    {
        var reader = new FailedAddresses(words, own);
        for (var i = 0; i < reader._lines.Length; i++)
            reader.Line(i);
        return reader.Result();
    }

    /// <summary>Some line is an entry that mail systems write: an address in angle brackets and a colon.</summary>
    public static bool HasEntry(string words) => Bracketed().IsMatch(words);

    private void Line(int at)
    {
        var line = _lines[at];
        var mailboxes = MailboxText.All(line);
        if (mailboxes.Count == 0 || Help().IsMatch(line))
            return;

        // What an alias was made from is what we wrote to.
        if (Alias().Match(line) is { Success: true } alias && MailboxText.Clean(alias.Groups["box"].Value) is { } origin)
        {
            var previous = _entries.FindLastIndex(entry => entry.Line >= at - 1);
            if (previous >= 0)
                _entries[previous] = (origin, _entries[previous].Line);
            else
                _entries.Add((origin, at));
            return;
        }

        if (Entry().Match(line) is { Success: true } entry && MailboxText.Clean(entry.Groups["box"].Value) is { } own)
        {
            // Continuation of the line before ("… said: 550 5.1.1 <box>: …"), not a new entry.
            if (!IsContinuation(at))
                _entries.Add((own, at));
            return;
        }

        if (List().IsMatch(line))
        {
            _entries.AddRange(mailboxes.Select(mailbox => (mailbox, at)));
            return;
        }

        if (HeaderLine().IsMatch(line))
            return;
        foreach (var mailbox in mailboxes.Where(mailbox => !_own.Contains(mailbox)))
        {
            if (Label().Match(line) is { Success: true } label && line.IndexOf(mailbox, StringComparison.Ordinal) >= label.Index)
                _labelled.Add((mailbox, at));
            else if (SmtpReply().IsMatch(line) || (mailboxes.Count == 1 && ReasonWords.Of(line) is ReturnReason.BadMailbox or ReturnReason.Full or ReturnReason.Disabled or ReturnReason.Routing && !Sender().IsMatch(line)))
                _said.Add((mailbox, at));
        }
    }

    /// <summary>The line before is an unfinished reply, or this one is indented under an entry that has begun to explain.</summary>
    private bool IsContinuation(int at)
    {
        if (at == 0 || _entries.Count == 0 || _entries[^1].Line >= at)
            return false;
        var before = _lines[at - 1].TrimEnd();
        return Unfinished().IsMatch(before) && !Opening().IsMatch(before);
    }

    private List<FailedAddress> Result()
    {
        var found = new List<(string Address, int Line)>(_entries);
        var sections = _entries.Select(entry => entry.Line).ToList();
        found.AddRange(_labelled.Where(label => !InSection(label.Line)));
        found.AddRange(_said.Where(said => !InSection(said.Line)));
        var result = new List<FailedAddress>();
        foreach (var (address, line) in found)
        {
            if (result.Exists(known => known.Address.Equals(address, StringComparison.OrdinalIgnoreCase)))
                continue;
            result.Add(new FailedAddress(address, Section(address, line, found)));
        }

        return result;

        // An entry explains itself until the next blank line pair or entry; addresses in there are the remote system's words.
        bool InSection(int line) => sections.Count > 0 && line > sections[0];
    }

    private string Section(string address, int line, List<(string Address, int Line)> found)
    {
        var next = found.Where(other => other.Line > line && !other.Address.Equals(address, StringComparison.OrdinalIgnoreCase)).Select(other => other.Line).DefaultIfEmpty(_lines.Length).Min();
        return string.Join('\n', _lines[line..next]);
    }

    // "<box>:", "box:", "* box", "box on Thu, …", "box - no such user", ">>> box <box>", "box [User unknown]", "box Invalid Address, …", "Name<mailto:box>"
    [GeneratedRegex(
        @"^[\s*•·\-–>|""'(]*(to |<to> )?(?<box><[^<>\s]{3,200}@[^<>\s]{1,200}>|" + MailboxText.Pattern + @")[>""')]*\s*(:|;|,|\.{3}|$|\(|\[|-\s|--|\son\s|<mailto:|<[^<>\s]+@[^<>\s]+>\s*$|\s{2,}|\tinvalid|\s(invalid|unknown|failed|rejected|error|user|mailbox|account|no such|over|does|is|was|has|could)\b)",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();

    [GeneratedRegex(@"(?m)^\s*<[^<>\s]{1,200}@[^<>\s]{1,200}>( \([^()]{1,200}\))?:", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^\s*(<?" + MailboxText.Pattern + @">?\s*[,;]?\s*)+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex List();

    [GeneratedRegex(@"\((generated|expanded) from\s*<?(?<box>" + MailboxText.Pattern + @")|^\s*<(?<box>" + MailboxText.Pattern + @")>\):", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Alias();

    [GeneratedRegex(@"contact|assistance|questions?\b|please (send|forward|write|call|notify|e-?mail|mail)|for (more )?(help|support)|postmaster@.{0,80}(if|for|has been)|wenden sie|contacte|veuillez|hilfe|連絡", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Help();

    [GeneratedRegex(@"^\s*(from|sender|reply-to|message-?id|date|subject|cc|to|return-path|errors-to|sent|received|envelope from|mail from|x-[a-z\-]+|in-reply-to|references|>>> ?mail from)\s*:", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex HeaderLine();

    [GeneratedRegex(
        @"(recipients?( address)?|addressee|address|unknown user|user unknown|undeliverable( address)?( to)?|userid|addressed to|delivery (of .{1,40} )?to|rcpt to|(mail|message|e-?mail|messages?|it) to|deliver\w* to|sent to|gateway for|quota violation for|full|address(es)? ?:?|weitergeleitet an|nachricht an|message à|(mensaje|correo|mensagem) (a|para)|messaggio a|empfänger|destinataires?|destinatari[oa]?s?|宛先|收件人|получател\w+|adressat\w*)\W{0,6}(:|is|was|<|""|\s|-)",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex(@"(^|[\s(:>])[45][0-5][0-9][\s\-]", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SmtpReply();

    [GeneratedRegex(@"sender|mail from|from:? ?<", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Sender();

    // A reply that goes on: "host x said: 550 5.1.1", "after RCPT TO:", "unknown or illegal user:", "(expanded from"
    [GeneratedRegex(@"(\b[45][0-5][0-9]([\s\-]+[45]\.\d{1,3}\.\d{1,3})?|rcpt to:?|(said|error|alias|user|recipient|from|mailbox|account)\s*:?)\s*$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(failed|following|recipients?|addresses|address\(es\))\s*:?\s*$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Opening();
}
