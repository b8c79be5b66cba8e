// The code editor: CodeMirror with Liquid, the server's problems inline, fields to complete, the lens. The text lives here; the server hears of it in pauses and is asked again until it has heard.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import { liquid } from '@codemirror/lang-liquid';
import { markdown } from '@codemirror/lang-markdown';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers, MatchDecorator, ViewPlugin } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--raised)', color: 'var(--ink)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--sunk)', color: 'var(--ink-soft)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--act) 7%, transparent)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'var(--act-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--card)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--act-soft)', color: 'var(--ink)' },
  '.cm-completionDetail': { color: 'var(--ink-soft)', fontStyle: 'normal' },
  '.cm-panels': { backgroundColor: 'var(--sunk)', color: 'var(--ink)' },
});

const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'var(--act)' },
  { tag: tags.attributeName, color: 'var(--info)' },
  { tag: [tags.attributeValue, tags.string], color: 'var(--good)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword], color: 'var(--wax)', fontWeight: '600' },
  { tag: [tags.variableName, tags.propertyName, tags.function(tags.variableName)], color: 'var(--warn)' },
  { tag: [tags.number, tags.bool], color: 'var(--info)' },
  { tag: tags.heading, fontWeight: '700' },
  { tag: tags.strong, fontWeight: '700' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.link, color: 'var(--act)' },
]));

// Liquid in Markdown, which CodeMirror's own Liquid mode does not nest in.
const liquidMarks = new MatchDecorator({ regexp: /\{\{[^}]*\}\}|\{%[^%]*%\}/g, decoration: () => Decoration.mark({ class: 'cm-liquid' }) });
const liquidInText = ViewPlugin.fromClass(class {
  constructor(view) { this.decorations = liquidMarks.createDeco(view); }
  update(update) { this.decorations = liquidMarks.updateDeco(update, this.decorations); }
}, { decorations: plugin => plugin.decorations });

const setLens = StateEffect.define();
const lens = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setLens)) next = effect.value;
    return next;
  },
  provide: field => EditorView.decorations.from(field),
});

const place = (doc, line, column) => {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(at.from + Math.max(0, (column ?? 1) - 1), at.to);
};

const languageOf = format => format === 'Markdown' ? [markdown(), liquidInText] : liquid({ base: html({ matchClosingTags: false, autoCloseTags: true }) });

const Tags = ['if', 'elsif', 'else', 'endif', 'unless', 'endunless', 'for', 'endfor', 'case', 'when', 'endcase', 'assign', 'capture', 'endcapture', 'comment', 'endcomment', 'raw', 'endraw'];

export function create(element, page, options) {
  const language = new Compartment();
  let words = options, timer = 0, told = options.text, view;

  const complete = context => {
    const output = context.matchBefore(/\{\{-?\s*[\w.[\]"'-]*$/);
    if (output) {
      const from = output.from + output.text.match(/^\{\{-?\s*/)[0].length;
      return { from, options: words.fields.map(field => ({ label: field.path, detail: field.label, info: `${field.says}${field.example ? ` Example: ${field.example}` : ''}`, apply: field.expression, type: 'variable' })), validFor: /^[\w.[\]"'-]*$/ };
    }
    const statement = context.matchBefore(/\{%-?\s*(block|brand)?\s*[\w-]*$/);
    if (!statement) return null;
    const kind = statement.text.match(/(block|brand)\s+[\w-]*$/)?.[1];
    const from = context.pos - statement.text.match(/[\w-]*$/)[0].length;
    const names = kind === 'block' ? words.blocks : kind === 'brand' ? words.brand : [...Tags, 'block', 'brand'];
    return { from, options: names.map(label => ({ label, type: kind ? 'constant' : 'keyword' })), validFor: /^[\w-]*$/ };
  };

  // Told in pauses; while the connection is away, again and again, so that nothing typed is lost with it.
  const tell = async () => {
    const text = view.state.doc.toString();
    if (text === told) return;
    try { await page.invokeMethodAsync('Typed', text); told = text; } catch { timer = setTimeout(tell, 2000); return; }
    if (view.state.doc.toString() !== told) timer = setTimeout(tell, 400);
  };

  // A telling that was under way when the connection broke is never answered.
  const again = () => { clearTimeout(timer); tell(); };
  document.addEventListener('sealpost:again', again);

  view = new EditorView({
    parent: element,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(), lintGutter(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), history(), indentOnInput(), bracketMatching(), closeBrackets(), highlightSelectionMatches(),
        autocompletion({ override: [complete] }), language.of(languageOf(options.format)), lens, theme, colours, EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'true' }),
        hoverTooltip((editor, position) => {
          let found = null;
          editor.state.field(lens).between(position, position, (from, to, mark) => { found = { from, to, says: mark.spec.says }; });
          return found && { pos: found.from, end: found.to, create: () => { const dom = document.createElement('div'); dom.className = 'lens-tip'; dom.textContent = found.says; return { dom }; } };
        }),
        keymap.of([
          { key: 'Mod-s', run: () => { clearTimeout(timer); tell().then(() => page.invokeMethodAsync('SaveKey')); return true; }, preventDefault: true },
          { key: 'Mod-Enter', run: () => { clearTimeout(timer); tell().then(() => page.invokeMethodAsync('PreviewKey')); return true; } },
          { key: 'Mod-i', run: () => { page.invokeMethodAsync('FieldKey'); return true; }, preventDefault: true },
          { key: 'Escape', run: editor => { editor.contentDOM.blur(); return true; } },
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab,
        ]),
        EditorView.updateListener.of(update => {
          if (!update.docChanged) return;
          window.sealpost?.guard(true);
          clearTimeout(timer);
          timer = setTimeout(tell, 600);
        }),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0; // What scrolls can be scrolled by keyboard. WCAG 2.2, 2.1.1.

  return {
    setText: (text, format) => {
      clearTimeout(timer);
      told = text;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, effects: language.reconfigure(languageOf(format)) });
      clearTimeout(timer);
    },
    getText: () => view.state.doc.toString(),
    setWords: next => { words = { ...words, ...next }; },
    setProblems: problems => {
      const doc = view.state.doc;
      view.dispatch(setDiagnostics(view.state, problems.map(problem => {
        const from = place(doc, problem.line, problem.column);
        return { from, to: Math.min(doc.length, problem.column ? from + Math.max(1, problem.length) : doc.lineAt(from).to), severity: problem.severity, message: problem.message };
      })));
    },
    setLens: uses => {
      const doc = view.state.doc;
      const marks = uses.map(use => { const from = place(doc, use.line, use.column); return { from, to: Math.min(doc.length, from + use.length), use }; }).filter(mark => mark.to > mark.from).sort((a, b) => a.from - b.from || a.to - b.to);
      view.dispatch({ effects: setLens.of(Decoration.set(marks.map(({ from, to, use }) => Decoration.mark({ class: `lens lens-${use.label.replace(' ', '-')}`, says: use.says }).range(from, to)))) });
    },
    insert: text => { view.dispatch(view.state.replaceSelection(text)); view.focus(); },
    go: (line, column) => { const at = place(view.state.doc, line, column); view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) }); view.focus(); },
    focus: () => view.focus(),
    flush: async () => { clearTimeout(timer); await tell(); },
    destroy: () => { clearTimeout(timer); document.removeEventListener('sealpost:again', again); window.sealpost?.guard(false); view.destroy(); },
  };
}

// The bridge to the visual editor's frame: messages of the same origin and of that frame alone; it proposes MJML and asks for nothing.
export function frame(element, page, load) {
  let latest = load.mjml, told = load.mjml, telling = Promise.resolve(), timer = 0, speaks = false, lens = [];
  const waiting = [], answered = () => waiting.shift()?.();
  const post = message => element.contentWindow?.postMessage(message, location.origin);

  // One at a time; a lost connection is tried again until the newest has arrived.
  const tell = () => telling = telling.then(async () => {
    clearTimeout(timer);
    if (latest === told) return;
    const sent = latest;
    try { await page.invokeMethodAsync('Proposed', sent); told = sent; } catch { timer = setTimeout(tell, 2000); }
  });
  const listen = async event => {
    if (event.origin !== location.origin || event.source !== element.contentWindow || typeof event.data !== 'object') return;
    if (event.data.type === 'ready') {
      if (speaks && event.data.answer) return; // Our greeting crossed its own: what was loaded stays.
      speaks = true;
      while (waiting.length) answered(); // Loaded anew, it has nothing to say of before.
      post({ type: 'load', ...load, mjml: latest, dark: document.documentElement.classList.contains('is-dark') });
      post({ type: 'lens', uses: lens });
    }
    else if (event.data.type === 'dirty') window.sealpost?.guard(true);
    else if (event.data.type === 'change' && typeof event.data.mjml === 'string') { latest = event.data.mjml; tell(); }
    else if (event.data.type === 'flushed') answered();
    else if (event.data.type === 'nowhere') page.invokeMethodAsync('Nowhere');
    else if (event.data.type === 'key' && ['SaveKey', 'PreviewKey', 'FieldKey'].includes(event.data.key)) { await telling; page.invokeMethodAsync(event.data.key); }
  };
  const again = () => { telling = Promise.resolve(); tell(); }; // A telling that was under way when the connection broke is never answered.
  document.addEventListener('sealpost:again', again);
  addEventListener('message', listen);
  post({ type: 'hello' });
  return {
    insert: text => post({ type: 'insert', text }),
    setLens: uses => { lens = uses; post({ type: 'lens', uses }); },
    load: mjml => { latest = told = mjml; post({ type: 'load', ...load, mjml }); },
    // What the frame holds, up to the last letter, however long a busy browser takes to say it. A frame that never came up holds nothing, and one that is gone cannot answer.
    flush: async () => {
      if (speaks) await new Promise(done => {
        const gone = setInterval(() => { if (!element.isConnected || !element.contentWindow) end(); }, 500);
        const end = () => { clearInterval(gone); done(); };
        waiting.push(end);
        post({ type: 'flush' });
      });
      await tell();
    },
    destroy: () => { clearTimeout(timer); document.removeEventListener('sealpost:again', again); window.sealpost?.guard(false); removeEventListener('message', listen); while (waiting.length) answered(); },
  };
}

// Keys of the whole page; typing in fields other than the editor keeps its meaning.
export function keys(page) {
  const listen = event => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const name = event.key === 's' ? 'SaveKey' : event.key === 'Enter' ? 'PreviewKey' : event.key === 'i' && !event.shiftKey ? 'FieldKey' : null;
    if (!name || event.defaultPrevented) return;
    event.preventDefault();
    page.invokeMethodAsync(name);
  };
  addEventListener('keydown', listen);
  return { destroy: () => removeEventListener('keydown', listen) };
}
