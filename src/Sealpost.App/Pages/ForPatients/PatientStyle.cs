namespace Sealpost.App.Pages.ForPatients;

/// <summary>The style sheet of patient pages: one type scale, one spacing scale, light and dark, paper. WCAG 2.2 AA.</summary>
internal static class PatientStyle
{
    public const string Path = "/patient.css";

    public const string Text = """
        :root {
          color-scheme: light dark;
          --paper: #f7f5f0; --card: #ffffff; --sunk: #f3f0e9; --line: #dcd7cb; --edge: #77705f; --ink: #16273a; --soft: #4b5966;
          --act: #0b5d66; --act-deep: #084a52; --on-act: #ffffff; --act-soft: #e0eff0; --wax: #b4442f;
          --good: #1f6b3a; --good-soft: #e2f2e7; --bad: #a12a1e; --bad-soft: #fbe6e2;
          --display: "Source Serif 4", "Iowan Old Style", "Palatino Linotype", Georgia, serif; --text: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
        }
        @media (prefers-color-scheme: dark) { :root {
          --paper: #0f171d; --card: #16212a; --sunk: #1c2933; --line: #2b3b47; --edge: #8296a4; --ink: #e7edf1; --soft: #b3c0c9;
          --act: #6fc7cf; --act-deep: #93d9df; --on-act: #06262a; --act-soft: #123a40; --wax: #e08a76;
          --good: #8fd3a5; --good-soft: #14301f; --bad: #f3a396; --bad-soft: #3f1a15;
        } }
        *, *::before, *::after { box-sizing: border-box; }
        html { background: var(--paper); -webkit-text-size-adjust: 100%; }
        body { margin: 0; color: var(--ink); font: 400 1.125rem/1.6 var(--text); overflow-wrap: break-word; }
        .skip { position: absolute; left: 1rem; top: -6rem; padding: .75rem 1rem; background: var(--act); color: var(--on-act); border-radius: .5rem; z-index: 2; } .skip:focus { top: .5rem; }
        .bar, main, .foot { max-width: 40rem; margin: 0 auto; padding-left: 1.25rem; padding-right: 1.25rem; }
        .bar { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between; padding-top: 1.5rem; padding-bottom: 1rem; }
        .who { display: flex; gap: .75rem; align-items: center; margin: 0; min-width: 0; font: 600 1.1875rem/1.3 var(--display); }
        .mark { flex: none; color: var(--act); } .mark-seal { fill: #b4442f; stroke: var(--paper); stroke-width: 1.5; }
        .lang { display: flex; gap: .25rem; margin: 0; padding: 0; list-style: none; font-size: 1rem; }
        .lang a, .lang span { display: inline-block; min-height: 2.75rem; padding: .55rem .75rem; border-radius: .5rem; } .lang span { font-weight: 650; background: var(--sunk); }
        main { display: block; padding-top: .5rem; padding-bottom: 2rem; } main:focus { outline: none; }
        .sheet { padding: clamp(1.25rem, 5vw, 2.5rem); background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
        .sheet > * + * { margin-top: 1.25rem; } .sheet > h2 { margin-top: 2.5rem; } .sheet > h2 + * { margin-top: .5rem; }
        h1 { margin: 0; font: 600 clamp(1.625rem, 6vw, 2.125rem)/1.2 var(--display); letter-spacing: -.01em; text-wrap: balance; }
        h2 { margin: 0; font: 600 1.3125rem/1.3 var(--display); } h3 { margin: 0; font: 650 1.125rem/1.4 var(--text); }
        p, ul, dl, dd, fieldset { margin: 0; padding: 0; } fieldset { border: 0; min-width: 0; } legend { padding: 0; font: 600 1.3125rem/1.3 var(--display); } legend.label { font: 650 1.125rem/1.4 var(--text); }
        ul.plain { padding-left: 1.25rem; } ul.plain li + li { margin-top: .35rem; }
        .lead { font-size: 1.1875rem; } .soft { color: var(--soft); } .small { font-size: 1rem; } .lines { white-space: pre-line; } p + p, .lines + .lines { margin-top: .75rem; }
        a { color: var(--act); text-underline-offset: .2em; } a:hover { color: var(--act-deep); text-decoration-thickness: 2px; }
        :focus-visible { outline: 3px solid var(--act); outline-offset: 3px; border-radius: .35rem; }
        .button { display: inline-flex; align-items: center; justify-content: center; min-height: 3rem; padding: .7rem 1.5rem; border: 2px solid transparent; border-radius: .6rem; background: var(--act); color: var(--on-act); font: 650 1.125rem/1.3 var(--text); text-align: center; text-decoration: none; cursor: pointer; } .button:hover { background: var(--act-deep); color: var(--on-act); }
        .button.quiet { background: transparent; border-color: var(--edge); color: var(--ink); } .button.quiet:hover { background: var(--sunk); color: var(--ink); }
        .button.stop { background: transparent; border-color: var(--bad); color: var(--bad); } .button.stop:hover { background: var(--bad-soft); color: var(--bad); }
        .row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
        .topics { list-style: none; margin: 1rem 0 1.5rem; border-top: 1px solid var(--line); } .topics li { border-bottom: 1px solid var(--line); }
        .topic { display: grid; grid-template-columns: 1fr auto; gap: .15rem 1rem; align-items: center; padding: 1rem 0; } label.topic { cursor: pointer; }
        .topic strong { font-weight: 650; } .topic .soft { grid-column: 1; font-size: 1rem; } .topic input { grid-row: 1 / span 2; grid-column: 2; }
        .topic .standing { grid-row: 1; grid-column: 2; font-size: 1rem; color: var(--soft); } .topic .more { grid-column: 1 / -1; }
        input[type=checkbox].switch { appearance: none; width: 3.25rem; height: 2rem; margin: 0; border: 2px solid var(--edge); border-radius: 1rem; background: var(--card); position: relative; cursor: pointer; }
        input[type=checkbox].switch::before { content: ""; position: absolute; top: .25rem; left: .25rem; width: 1.25rem; height: 1.25rem; border-radius: 50%; background: var(--edge); transition: transform .15s; }
        input[type=checkbox].switch:checked { background: var(--act); border-color: var(--act); } input[type=checkbox].switch:checked::before { transform: translateX(1.25rem); background: var(--on-act); }
        .field { display: grid; gap: .35rem; } .field + .fields, .field + .field, .field + .button, .choice + .choice, .choice + .button, .fields + * { margin-top: 1.25rem; } .field > label, .field > .label { font-weight: 650; } .hint { color: var(--soft); font-size: 1rem; }
        .field input, .field textarea { width: 100%; min-height: 3rem; padding: .6rem .75rem; border: 2px solid var(--edge); border-radius: .5rem; background: var(--card); color: var(--ink); font: inherit; } .field textarea { min-height: 8rem; resize: vertical; }
        .field input.short { max-width: 9rem; } .field.wrong { padding-left: 1rem; border-left: 4px solid var(--bad); } .field.wrong input, .field.wrong textarea { border-color: var(--bad); } .error { color: var(--bad); font-weight: 650; }
        .date { display: flex; flex-wrap: wrap; gap: .75rem; } .date div { display: grid; gap: .2rem; font-size: 1rem; } .date input { width: 4.5rem; } .date input.year { width: 6.5rem; }
        .choice { display: grid; grid-template-columns: auto 1fr; gap: .75rem; align-items: start; } .choice input { width: 1.75rem; height: 1.75rem; margin: .05rem 0 0; accent-color: var(--act); }
        .note, .summary { padding: 1rem 1.25rem; border-radius: .6rem; border-left: 5px solid var(--act); background: var(--act-soft); } .note.good { border-color: var(--good); background: var(--good-soft); } .summary { border-color: var(--bad); background: var(--bad-soft); } .summary ul { margin-top: .5rem; padding-left: 1.25rem; } .summary a { color: var(--bad); font-weight: 650; }
        .paperwork { padding: clamp(1rem, 4vw, 2rem); border: 1px solid var(--edge); border-radius: .35rem; background: var(--card); font: 400 14pt/1.55 Georgia, "Times New Roman", serif; } .paperwork > * + * { margin-top: 1rem; } .paperwork h2 { font-size: 18pt; } .paperwork h3 { font: 700 14pt/1.4 Georgia, serif; }
        form > h2 { margin-bottom: .75rem; } form > p + .button, form > h2 + p + .button { margin-top: 1rem; } .sheet > form.way { margin-top: 2rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
        .links { list-style: none; border-top: 1px solid var(--line); } .links li { border-bottom: 1px solid var(--line); } .links a { text-decoration: none; display: flex; justify-content: space-between; gap: 1rem; min-height: 3rem; padding: .9rem 0; } .links a:hover { text-decoration: underline; } .links a::after { content: "›"; color: var(--soft); }
        dl.facts { display: grid; gap: .75rem; } dl.facts dt { color: var(--soft); font-size: 1rem; } dl.facts dd { font-weight: 600; }
        .mail { display: block; padding: clamp(.75rem, 3vw, 1.5rem); border: 1px solid var(--line); border-radius: .6rem; background: #ffffff; color: #16273a; color-scheme: light; overflow-x: auto; }
        .files { list-style: none; border-top: 1px solid var(--line); } .files li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; padding: .75rem 0; border-bottom: 1px solid var(--line); } .files .name { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; } .files .soft { display: block; font-size: 1rem; }
        details summary { min-height: 2.75rem; padding: .5rem 0; color: var(--act); cursor: pointer; } .pre { white-space: pre-wrap; }
        .foot { padding-bottom: 3rem; color: var(--soft); font-size: 1rem; } .foot p + p { margin-top: .35rem; }
        @media (max-width: 30rem) { .bar { padding-top: 1rem; } .sheet { border-radius: .75rem; } main { padding-left: .5rem; padding-right: .5rem; } .sheet > form > .button, .sheet > .button, .row > .button, .row > form, .row > form > .button, .files form, .files .button { width: 100%; } }
        @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
        @media (forced-colors: active) { input[type=checkbox].switch { appearance: auto; } .button { border-color: ButtonText; } }
        @media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #333; } .lang, .skip, form, .button, .row, .foot, .no-print { display: none !important; } .sheet, .paperwork { border: 0; padding: 0; } .bar, main { max-width: none; padding: 0; } body { font-size: 12pt; } .paperwork h3 { break-after: avoid; } .paperwork section { break-inside: avoid; } a { color: #000; } }
        """;
}
