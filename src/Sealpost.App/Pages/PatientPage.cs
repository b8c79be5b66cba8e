using System.Net;

namespace Sealpost.App.Pages;

/// <summary>The frame of a patient page: plain HTML, no script, nothing from elsewhere; nothing in it tells which list or clinic service it is about.</summary>
internal static class PatientPage
{
    public const string StylePath = "/patient.css";

    public const string Style = """
        :root { color-scheme: light dark; --ink: #17324a; --paper: #fbfaf7; --card: #ffffff; --line: #d8d4ca; --act: #0b5d66; --on-act: #ffffff; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8edf1; --paper: #10181f; --card: #17222b; --line: #31424f; --act: #6fc7cf; --on-act: #08262a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 34rem; margin: 8vh auto; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
        p { margin: 0 0 1rem; }
        button { font: inherit; font-weight: 600; padding: .75rem 1.5rem; border: 0; border-radius: .5rem; background: var(--act); color: var(--on-act); cursor: pointer; min-height: 3rem; }
        button:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
        .small { font-size: 1rem; opacity: .85; }
        @media (max-width: 30rem) { main { margin: 0; border: 0; border-radius: 0; min-height: 100vh; padding: 1.25rem; } button { width: 100%; } }
        """;

    /// <summary>A whole document. <paramref name="bodyHtml"/> is ours; everything else is encoded.</summary>
    public static string Of(string language, string title, string bodyHtml) => $"""
        <!doctype html>
        <html lang="{WebUtility.HtmlEncode(language)}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>{WebUtility.HtmlEncode(title)}</title>
        <link rel="stylesheet" href="{StylePath}">
        </head>
        <body><main><h1>{WebUtility.HtmlEncode(title)}</h1>
        {bodyHtml}
        </main></body>
        </html>
        """;
}
