using System.Text;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>The frame of a patient page: plain HTML, nothing from elsewhere, no script but where passkeys need one. Neither URL nor title nor frame tells what a message is about.</summary>
/// <param name="Words">Language.</param>
/// <param name="Organisation">Name shown at the head; null where the link is not ours.</param>
/// <param name="Path">Path of the page, for the language switch; empty where there is none to switch on (the answer to a form).</param>
/// <param name="Title">Title and heading.</param>
/// <param name="Body">What is below the heading.</param>
internal sealed record PatientPage(Words Words, string? Organisation, string Path, string Title, Html Body)
{
    /// <summary>Something is to be corrected: said first in the title, so that a screen reader says it first.</summary>
    public bool HasErrors { get; init; }

    /// <summary>Address of a script of ours; the answer's policy must allow it. Everything but passkeys works without.</summary>
    public string? Script { get; init; }

    /// <summary>The browser keeps a cookie for some minutes, so that this page opens again.</summary>
    public bool KeepsOpen { get; init; }

    private static readonly Html Mark = new(
        """<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><path d="M4 9.5A2.5 2.5 0 0 1 6.5 7h19A2.5 2.5 0 0 1 28 9.5v13a2.5 2.5 0 0 1-2.5 2.5h-19A2.5 2.5 0 0 1 4 22.5Z" fill="none" stroke="currentColor" stroke-width="2.2"/><path d="m5 9 11 8.500L27 9" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round"/><circle cx="16" cy="19.2" r="5.400" class="mark-seal"/><path d="m13.600 19.300 1.700 1.700 3.200-3.300" fill="none" stroke="#fff" stroke-width="1.700" stroke-linecap="round" stroke-linejoin="round"/></svg>""");

    /// <summary>The page as an answer.</summary>
    public IResult ToResult(int status = StatusCodes.Status200OK) => Results.Text(ToHtml().Markup, "text/html", Encoding.UTF8, status);

    /// <summary>The whole document.</summary>
    public Html ToHtml() => Html.Of($"""
        <!doctype html>
        <html lang="{Words.Language}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <meta name="referrer" content="no-referrer">
        <title>{(HasErrors ? Words.Of("Error: ", "Error: ") : "")}{Title}</title>
        <link rel="stylesheet" href="{PatientStyle.Path}">
        {(Script is null ? Html.Empty : Html.Of($"""<script src="{Script}" defer></script>"""))}
        </head>
        <body>
        <a class="skip" href="#main">{Words.Of("Skip to the content", "Ir al contenido")}</a>
        <header class="bar"><p class="who">{Mark}<span>{Organisation ?? "Sealpost"}</span></p>{Switch()}</header>
        <main id="main" tabindex="-1"><div class="sheet">
        <h1>{Title}</h1>
        {Body}
        </div></main>
        <footer class="foot"><p>{(KeepsOpen
            ? Words.Of("You need no account here. One cookie lets this browser open the page again for 15 minutes; nobody is followed.", "Aquí no necesita cuenta. Una cookie permite a este navegador abrir la página otra vez durante 15 minutos; no se rastrea a nadie.")
            : Words.Of("You need no account here. This page sets no cookie and follows nobody.", "Aquí no necesita cuenta. Esta página no usa cookies ni rastrea a nadie."))}</p></footer>
        </body>
        </html>
        """);

    private Html Switch() => Path.Length == 0 ? Html.Empty : Html.Of($"""
        <nav aria-label="{Words.Of("Language", "Idioma")}"><ul class="lang"><li>{Choice("en", "English")}</li><li>{Choice("es", "Español")}</li></ul></nav>
        """);

    private Html Choice(string language, string name) => language == Words.Language
        ? Html.Of($"""<span lang="{language}" aria-current="true">{name}</span>""")
        : Html.Of($"""<a href="{Path}?lang={language}" lang="{language}" hreflang="{language}">{name}</a>""");
}
