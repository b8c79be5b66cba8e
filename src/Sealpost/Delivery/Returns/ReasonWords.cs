using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>Families of wording that name a reason. Order matters: what says more comes first.</summary>
internal static class ReasonWords
{
    private const string Who = "(users?|recipients?|mailbox|mail box|addresse?s?|account|alias|addressee|userid|customer|inbox|e-?mail id|person)";

    private static readonly (ReturnReason Reason, Regex[] Patterns)[] Families =
    [
        Family(ReturnReason.RequireTls, ["requiretls", @"require tls\b", @"5\.7\.30\b"]),
        Family(ReturnReason.SmtpUtf8, ["smtputf8", @"5\.6\.7\b", "internationali[sz]ed (e-?mail )?address"]),
        Family(ReturnReason.Rate,
        [
            "too many (connections|messages|recipients|sessions|mails|concurrent)", "rate (limit|control)", "receiving (e?mail|messages) (too quickly|at a rate)",
            "frequency limit", "throttl", "connection limit", "mails? per (hour|day|minute)",
        ]),
        Family(ReturnReason.Policy,
        [
            "sender (address |domain )?(was |is |has been )?(reject|denied|refused|invalid|unknown|blocked)", "sender verif", @"(are|is) not (a )?(member|subscri)", "not accepting (e?mail|messages) from", "domain of (the )?sender", "sender('s)? domain", @"5\.1\.[78]\b",
            "(from|sender|envelope|return)( email)? address.{0,60}(does not|doesn't|not) (exist|resolve|accept)", "(invalid|bad|unknown) sender", "mail from.{0,30}(reject|refused|not allowed)",
            @"\bfrom: ?(the )?domain", "valid from:", "invalid ip",
        ]),
        Family(ReturnReason.NoMailDomain,
        [
            "null ?mx", "indicated no smtp service", "no mx found", "(couldn't|could not) find a mail exchanger", "does(n't| not) (accept|receive|take) (any )?e?-?mail\\b", "no mx (record )?found", "rfc ?7505", "not accept(ing)? (any )?e?mail for this domain",
        ]),
        Family(ReturnReason.Full,
        [
            @"\bquota", "(mail ?box|inbox|account) .{0,20}exceed", "exceeds allowed size", "(mail ?box|inbox|mailfolder|maildir|account).{0,40}\\b(over ?full|full)\\b", "(over|out of|exceed\\w*).{0,20}(storage|mailbox (size|space)|disk space)", "too much mail", "mail ?box (disk )?space",
            "full mailbox", "exceed.{0,40}(storage|mailbox size|mailbox limit|allotted space)", "容量", "メールボックスが(いっぱい|満杯)", "speicherplatz", "postfach.{0,30}voll", "überfüllt", "buz[oó]n.{0,30}llen[oa]",
            "bo[iî]te.{0,40}pleine", "casella.{0,40}piena", "caixa.{0,40}cheia", "ящик.{0,40}(переполнен|полон)", "邮箱.{0,10}(满|空间)",
        ]),
        Family(ReturnReason.Size,
        [
            "message.{0,20}(size|too (big|large))", "(mail|size|message).{0,30}exceed.{0,40}(size|limit|maximum)", "too large for this recipient", "maximum (message|permitted|allowed).{0,20}size", "size ?limit",
            "nachricht.{0,30}zu gro", "message trop (gros|volumineux)", "サイズ",
        ]),
        Family(ReturnReason.Authentication,
        [
            @"\b(spf|dkim|dmarc)\b", "sender policy framework", "domainkeys", "not authenticated", "unauthenticated", "authentication (is )?(required|failed|failure|credentials)", "authrequired", "smtp auth", @"reverse (dns|lookup|ip)",
            @"\bptr\b", @"\brdns\b", "mismatches client ip", @"5\.7\.(2[0-9]|509|515)\b",
        ]),
        Family(ReturnReason.Disabled,
        [
            Who + @".{0,60}\b(disabled|inactive|inactivated|suspended|de-?activated|locked|frozen|discontinued|closed|terminated|cancell?ed|on hold|has expired)\b", @"\b(disabled|inactive|suspended|deactivated|blocked|locked|closed) (user|recipient|mailbox|account|address)",
            @"account.{0,20}\b(is|been) blocked\b", "compte.{0,40}bloqu", "konto.{0,30}(gesperrt|deaktiviert)", "cuenta.{0,30}(suspendida|desactivada|bloqueada)", "利用停止", "受信を停止",
        ]),
        Family(ReturnReason.Routing,
        [
            "relay(ing)?.{0,20}(denied|not allowed|not permitted|prohibited|refused|disallowed|restricted)", "(unable|not permitted|not allowed|refus\\w+|denied|cannot|not authori[sz]ed).{0,12}\\brelay", "do(es)? not relay", "list of allowed rcpthosts",
            "mail loop", "routing loop", "hop count", "too many hops", "loops? back to", "loop detected", "malformed or unexpected name server", "could not find a gateway",
        ]),
        Family(ReturnReason.BadDomain, ["account or domain may not exist"]),
        Family(ReturnReason.BadMailbox, [@"5\.4\.1.{0,60}access denied", "recipient address rejected: access denied"]),
        Family(ReturnReason.Policy,
        [
            "preferences", "black ?list", "block ?list", @"\bblocked\b(?:.{0,40}\bips?\b)?", "dns ?bl", @"\brbl\b", "spamhaus", "spamcop", "reputation", "spam", "unsolicited", @"\bu[bc]e\b", @"\bjunk\b", "virus", "malware", "infected", "phish", "polic(y|ies)\\b",
            "content (was |is )?(rejected|not|restriction|filter)", "message (content |was |has been )*(rejected|refused|blocked|not allowed|discarded)", "protocol violation", "not complian", "rfc ?(822|2822|5322|5321)\\b", "multiple addresses in from",
            "prohibited", "banned", "suspicious", "no access from", "permission to (post|send)", "access denied", "restriction", "not accepting connections", "service refused", "not allowed to (send|post)", "rejected by (the )?(recipient|filter|administrator)",
        ]),
        Family(ReturnReason.BadDomain,
        [
            "(unknown|no such|invalid|illegal|non-?existent) (mail )?(host|domain)\\b", "(host|domain)( name)?( or domain name)? (unknown|not found|does not exist|is not reachable|is invalid)", "unrouteable mail domain", "unroutable (mail )?domain", "nxdomain",
            "name service error.{0,120}not found", "name server.{0,40}(no such|not found)", "(domain|host).{0,60}(couldn't|could not|cannot|can't) be (found|resolved)", "mail domain mentioned in.{0,30}unknown", "bad destination (system|host|domain)",
            "dns lookup failure.{0,60}not found", "host .{1,80} not found", "domain doesn'?t exist", "non-existent hosts", "host address lookups failed", "no ip address found", "hard error on host lookup", "no dns (records?|data)", "couldn't find any host", "(domain|host) lookup failed", "domain.{0,40}existiert nicht", "dominio.{0,40}no existe", "ドメインが", "domain.{0,20}n'existe pas",
        ]),
        Family(ReturnReason.BadMailbox,
        [
            Who + @"(\s|\S{0,79}[^\s.:;!?]\s|name |is |was |by ){0,8}(unknown|not found|doesn't exist|does not exist|not exist|no longer (exists|valid|available|on)|invalid|not recogni[sz]ed|not listed|not known|not available|isn't (valid|found)|wasn't found)",
            @"(unknown|no such|invalid|illegal|non-?existent|bad|undefined|incorrect)( \w+)?( \w+)?( or \w+)? " + Who, "unknown (to|local|final)", "no (mailbox|user|account|person)s?( \\w+)? (here|found|by (that|this) name|with (that|this) name|at this)", "doesn't have an? .{0,60}account",
            "does(n't| not) (have|like) (an? )?.{0,40}(account|recipient|mailbox)", "(couldn't|could not|can't|cannot) be found", "was(n't| not) found", "not a (registered|valid|known) ", "address not found", "no valid recipients", "(mailbox|recipient|user|account) (is )?unavailable", "invalid final delivery", "addressee unknown",
            "not our customer", "not have a final e?mail delivery point", @"\bmoved\b|has been replaced", "no longer (on (this )?server|with (us|the company)|works? here)", "recipient.{0,20}no longer", "no matches to nameserver", "(several|multiple) matches found", "not listed in", "(not|isn't) (listed )?in.{0,30}directory", "unrouteable address", "unknown or illegal",
            "(benutzer|empfänger|adresse|mailbox|postfach|teilnehmer).{0,60}(unbekannt|existiert nicht|nicht gefunden|nicht bekannt|nicht vorhanden)", "unbekannte[rn]? (empfänger|benutzer)", "(utilisateur|destinataire|adresse|compte).{0,60}(inconnue?|n'existe pas|introuvable)",
            "(usuario|destinatario|direcci[oó]n|cuenta|buz[oó]n).{0,60}(desconocid|no existe|no encontrad)", "(utente|destinatario|indirizzo|casella).{0,60}(sconosciut|non (è stat|esist)|inesistente)", "non sono riuscito a trovare l'indirizzo", "(usuário|destinatário|endereço).{0,60}(desconhecid|não existe|não encontrad)",
            "(пользователь|ящик|адрес|получател).{0,60}(не (найден|существует)|неизвестен)", "宛先.{0,40}(見つか|存在し)", "ユーザー?.{0,30}(存在し|見つか|不明)", "アドレス.{0,40}(存在し|見つか|間違)", "(用户|收件人|邮箱|地址).{0,20}不存在", "존재하지 않",
        ]),
        Family(ReturnReason.System,
        [
            "(system|internal|configuration|server|i/o|service|local|processing) (\\w+ )?error", "insufficient (disk|system)", "disk space", "service (currently |temporarily )?(unavailable|refuse)", "command died|procmail|exit (status|code)", "cannot allocate|out of memory", "could not load", "cannot (open|create|write)",
            "unable to process", "misconfigur", "mail system (is )?(full|unavailable)", "no space left", "error .{0,20}writing",
        ]),
        Family(ReturnReason.Expired,
        [
            "(retry|retries|time|delivery time|queue time|lifetime|max(imum)? time).{0,20}(expired|exceeded|timeout)", "retry time", "(message|mail|delivery).{0,30}(timed out|expired|time.?out)", "in (the )?queue (for )?too long", "queue too long", "(could|can) ?not be delivered (for|within|after)", "failing for a long time",
            "exceeded maximum delivery attempts", "maximum (delivery )?(attempts|retries)", "undeliverable for", "not been delivered.{0,30}(for|after|within)", "aborted after", "message expired", "待機時間|時間内に", "tried to deliver.{0,60}(days|hours)",
        ]),
        Family(ReturnReason.Routing,
        [
            "connection (was |has been )?(refused|reset|closed|timed|lost|dropped|attempt|failed|error)", "timed? ?out", "unreachable", "no route", "(could|can)('| )?no?t? ?(be )?(connect|contact|establish|reach)", "unable to (connect|contact|establish|reach|route|transfer)", "wasn't able to establish", "did not accept our requests to connect",
            "lookup (fail|error)", "dns (error|fail|lookup|server)", "name ?server", "network", "lost connection", "no answer from", "not responding", "server (is )?(busy|unavailable|down)", "starttls", "tls (handshake|negotiation|is required)", "bad (name|address) resolution", "servers? .{0,20}failed to respond",
        ]),
    ];

    /// <summary>The first family that a text belongs to.</summary>
    public static ReturnReason Of(string text)
    {
        if (text.Length == 0)
            return ReturnReason.Unknown;
        foreach (var (reason, patterns) in Families)
        {
            if (Array.Exists(patterns, pattern => pattern.IsMatch(text)))
                return reason;
        }

        return ReturnReason.Unknown;
    }

    // One by one: an alternation of them all is too large an automaton, and backtracking would let a hostile mail burn time.
    private static (ReturnReason, Regex[]) Family(ReturnReason reason, string[] patterns) =>
        (reason, Array.ConvertAll(patterns, pattern => new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)));
}
