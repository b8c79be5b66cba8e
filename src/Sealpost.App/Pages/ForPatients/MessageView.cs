using System.Text.RegularExpressions;
using Sealpost.Campaigns.Pickup;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>A message on the page: as designed in a tree of its own, so that neither its styles nor the page's touch the other; as plain text below; and a reply.</summary>
internal static partial class MessageView
{
    public static Html Of(PageVisit visit, OpenedMessage opened)
    {
        var words = visit.Words;
        var message = opened.Shown.Message;
        return Html.Of($"""
            <p class="soft no-print">{words.Of("This browser can open it again for 15 minutes; then you need a new link. Print or save the page if you want to keep the message.", "Este navegador puede abrirlo otra vez durante 15 minutos; después necesita un enlace nuevo. Imprima o guarde la página si quiere conservar el mensaje.")}</p>
            <h2{Language(message.Html)}>{message.Subject}</h2>
            <div class="mail"{Language(message.Html)}><template shadowrootmode="open">{Styles(message.Html)}{Body(message.Html)}</template></div>
            {PickupFilePages.List(visit, opened.Shown.Files)}
            <details class="no-print"><summary>{words.Of("Show it as plain text", "Mostrarlo como texto sencillo")}</summary><p class="pre"{Language(message.Html)}>{message.Text}</p></details>
            {ReplyPages.Form(visit, opened.Proof, "", null)}
            {(opened.By == PickupFactor.Passkey ? Html.Empty : Html.Of($"""
            <form class="way" method="post" action="{words.Link($"/m/{visit.Token}/passkey")}"><h2>{words.Of("Next time without a code", "La próxima vez sin código")}</h2><input type="hidden" name="proof" value="{opened.Proof}">
            <p>{words.Of("Open our next messages by fingerprint, face or the PIN of your device.", "Abra nuestros próximos mensajes con su huella, su cara o el PIN de su dispositivo.")}</p>
            <button class="button quiet" type="submit" name="act" value="offer">{words.Of("Make a passkey", "Crear una llave de acceso")}</button></form>
            """))}
            """);
    }

    // WCAG 2.2, 3.1.2: the message may be in another language than the page.
    private static Html Language(string html) => LanguageOf().Match(html) is { Success: true } match ? Html.Of($" lang=\"{match.Groups["tag"].Value}\"") : Html.Empty;

    // The message was cleaned when its template was compiled: no script, no frame, no form, images from our own hosts only.
    private static Html Styles(string html) => Html.Join(Style().Matches(html).Select(match => new Html(match.Value)));

    private static Html Body(string html)
    {
        var begin = BodyTag().Match(html);
        var end = html.LastIndexOf("</body>", StringComparison.OrdinalIgnoreCase);
        return new Html(begin.Success && end > begin.Index ? html[(begin.Index + begin.Length)..end] : "");
    }

    [GeneratedRegex(@"<style\b[^>]*>.*?</style>", RegexOptions.IgnoreCase | RegexOptions.Singleline, 1_000)]
    private static partial Regex Style();

    [GeneratedRegex(@"<html\b[^>]*?\slang=""(?<tag>[A-Za-z0-9-]{2,35})""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LanguageOf();

    [GeneratedRegex(@"<body\b[^>]*>", RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex BodyTag();
}
