using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>The reporter's own words, cut off where the quoted message begins.</summary>
/// <param name="Words">What the reporter says.</param>
/// <param name="Quoted">The rest: the original message or its header, where the text holds one.</param>
internal sealed partial record NoticeText(string Words, string Quoted)
{
    /// <summary>Cuts a text.</summary>
    public static NoticeText Of(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (i > 0 && (Marker().IsMatch(lines[i]) || Trace().IsMatch(lines[i])))
                return new NoticeText(string.Join('\n', lines.Take(i)), string.Join('\n', lines.Skip(i)));
        }

        return new NoticeText(text, "");
    }

    /// <summary>Some line says that a message was not delivered.</summary>
    public static bool SaysFailure(string text) => Failure().IsMatch(Flatten(text));

    /// <summary>The sender still tries.</summary>
    public static bool SaysDelay(string text)
    {
        var flat = Flatten(text);
        return Delay().IsMatch(flat) && !GivenUp().IsMatch(flat);
    }

    /// <summary>The sender has given up.</summary>
    public static bool SaysFinal(string text) => GivenUp().IsMatch(Flatten(text));

    private static string Flatten(string text) => Space().Replace(text, " ");

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Space();

    // Families of the line that introduces the returned message.
    [GeneratedRegex(
        @"below (this|the next) line is a copy|(this is |here is |included is |following is )?a copy of (the|your) ?(original |returned )?(message|mail|headers?)\b.{0,60}$"
        + @"|^[\s\-=*#_.>]*(the |your |an? |begin(ning)? (of )?)*(first \d+ (lines|bytes) of )?(the |your )*(original|returned|unsent|undelivered|undeliverable|bounced|rejected|source|forwarded) (e-?mail |mail |message )?(message|mail|e-?mail|headers?|text|info|content|contents|recipient message)?( header| headers| info| contents?| text)?s? ?(follows?|attached|below|is attached|is below|:)?( (this|the) line)?( separator| begins)?( \(?max \w+\)?)?[\s.\-:=*#_>]*$"
        + @"|(original|returned|unsent|your) (message|mail).{0,30}(follows|below( this line)?)[\s.:\-]*$"
        + @"|(header|headers|first|top) .{0,60}(message|mail).{0,12}(follows?|attached|below)"
        + @"|message headers? (follow|below)|^[\s\-=*#_]*message (header|contents?|text|body)(s|\(s\))?( follows?)?[\s.\-:=*#_]*$|header of the source|^[\s\-]*body:\s*$"
        + @"|^[\s\-=*#_]*(ursprüngliche nachricht|originalnachricht|mensaje original|message (original|d'origine)|messaggio originale|mensagem original|oryginalna wiadomość|oorspronkelijk bericht).{0,40}$"
        + @"|kopie (ihrer|der|ihr).{0,40}(nachricht|mail)|^[\s\-=*#_]*(以下は)?(元の(メール|メッセージ)|オリジナルメッセージ|原(信|邮件)).{0,20}$|附件.{0,20}(原|拷贝)|копия (исходного|сообщения|письма)",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Marker();

    [GeneratedRegex(@"^\s{0,4}(received|return-path|dkim-signature|delivered-to|x-received|domainkey-signature|arc-seal) ?:", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Trace();

    [GeneratedRegex(
        @"(could|can|was|were|is|are|has|have|would|did|may)( ?n[o']t| not)( yet)? (be |been )?(able to )?(be )?(deliver|sent\b|send|transfer|relay|reach|process|accept)|cannot be (deliver|sent|process)|undeliver|not delivered|unable to (deliver|send)|n[o']t able to deliver|deliver\w* (\w+ ){0,3}(failed|failure|error|problem|aborted|reject)|failed to (be )?(deliver|send)|(permanent|fatal|delivery) (fatal )?errors?|returned (mail|message|to sender)|mail (delivery )?(failed|failure|error)|failure (notice|notification)|delivery status notification|did not reach|(was|were|been|automatically) (rejected|returned|refused|bounced)|failed recipient|delevery|non-?delivery|\bbounced?\b|mailbox is full|(delivery|message|mail).{0,160}(delayed|postponed|deferred)|user unknown|unknown user|no such user|error.{0,20}(delivering|during delivery|while (sending|being processed|(trying|attempting) to deliver))|action: failed|had (delivery )?(problems|errors)|delivery (problems|errors)|invalid final delivery|invalid address|returned because|(are|is) not (a )?(member|subscri)|address(es)? (not found|had)"
        + @"|unzustellbar|nicht zugestellt|nicht übermittelt|zustellung.{0,40}(fehlgeschlagen|gescheitert|nicht)|konnte.{0,60}nicht|no (se )?(pudo|ha podido).{0,20}(entreg|envi)|no pudo ser|error de entrega|n'a (pas )?pu être|non remis|échec de|non (è )?(riuscit|consegn|stato)|recapito non|não (pôde|foi|pode)|falha na entrega|niet (worden )?(bezorgd|afgeleverd)|kunde inte levereras|nie (zosta|mog)ł|送信できません|配信できません|届きませんでした|送信に失敗|送れません|エラー|配信不能|无法(发送|投递|送)|無法|失败|退信|не (может|удалось|было).{0,30}доставл|не доставлен|невозможно доставить",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Failure();

    [GeneratedRegex(
        @"(will|still|shall|being) (be |being )?(continue to be )?(retried|retry|trying|try)|(warning|advisory).{0,12}only|(has been|is|was|being) (delayed|postponed|deferred)|(delivery|message) (is )?delayed|delayed mail|continue(d)? (to try|trying|to be)|attempts? will (continue|be made)|not (yet )?been delivered( yet)?|will keep trying|(not|n't) need to (resend|send)|temporarily deferred|still undelivered|noch nicht zugestellt|(wird|werden) (weiter|erneut)|verzögert|se seguirá intentando|retard[eé]",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Delay();

    [GeneratedRegex("given up|giving up|gave up|permanent(ly)? (error|fail|failure|fatal)|failed permanently|no (further|more) (delivery )?attempts|will not (try|be retried|retry)|could not be delivered (after|within|for) .{0,40}(and has been|returned)|action: failed|not going to try again|undeliverable mail", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex GivenUp();
}
