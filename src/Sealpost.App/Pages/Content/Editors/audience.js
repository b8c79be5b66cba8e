// The audience rule as text: words in colour, the server's problems inline, completion from the codes that the patients really have. And the tree's keys and dragging, which press the buttons that the mouse presses.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--raised)', color: 'var(--ink)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', minHeight: '6.5rem' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '10px 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'var(--act-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--card)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '8px', overflow: 'hidden' },
  '.cm-tooltip-autocomplete ul': { fontFamily: 'var(--text)', maxHeight: '16rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--act-soft)', color: 'var(--ink)' },
  '.cm-completionDetail': { color: 'var(--ink-soft)', fontStyle: 'normal' },
});

const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--act)', fontWeight: '650' },
  { tag: tags.operatorKeyword, color: 'var(--wax)', fontWeight: '650' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--info)' },
  { tag: tags.atom, color: 'var(--warn)' },
]));

const Joints = /^(and|or|not)$/i;
const Words = /^(age|between|sex|language|state|zip|in|within|miles|km|of|ever|condition|medication|lab|present|missing|encounter|procedure|immunization|appointment|next|days|months|years|payer|authorization|campaign|received|opened|clicked|picked|up)$/i;

const language = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(\\.|[^"])*"?|^'(\\.|[^'])*'?/)) return 'string';
    if (stream.match(/^[A-Za-z][\w-]*:[\w.\/-]+\*?/)) return 'atom';
    if (stream.match(/^\d[\d.*]*/)) return 'number';
    const word = stream.match(/^[A-Za-z_][\w.-]*/);
    if (word) return Joints.test(word[0]) ? 'operatorKeyword' : Words.test(word[0]) ? 'keyword' : null;
    stream.next();
    return null;
  },
});

export function create(element, page, options) {
  let timer = 0, told = options.text, view, quiet = false;

  // Told in pauses; while the connection is away, again and again, so that nothing typed is lost with it.
  const tell = async () => {
    const text = view.state.doc.toString();
    if (text === told) return;
    try { await page.invokeMethodAsync('Typed', text); told = text; } catch { timer = setTimeout(tell, 2000); return; }
    if (view.state.doc.toString() !== told) timer = setTimeout(tell, 200);
  };

  const complete = async context => {
    const before = context.state.sliceDoc(0, context.pos);
    if (!context.explicit && !/[\w.:*-]$|[(=,]\s?$|\s$/.test(before)) return null;
    const found = await page.invokeMethodAsync('Complete', before);
    if (context.aborted || found.options.length === 0) return null;
    return { from: found.from, filter: false, options: found.options.map(one => ({ label: one.label, detail: [one.info, one.count].filter(Boolean).join(' · ') })) };
  };

  // A telling that was under way when the connection broke is never answered.
  const again = () => { clearTimeout(timer); tell(); };
  document.addEventListener('sealpost:again', again);

  view = new EditorView({
    parent: element,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        drawSelection(), history(), bracketMatching(), closeBrackets(), language, theme, colours, EditorView.lineWrapping, EditorState.readOnly.of(options.readOnly), EditorView.editable.of(!options.readOnly),
        autocompletion({ override: [complete], icons: false, activateOnTyping: true }),
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', autocapitalize: 'off', tabindex: '0' }),
        keymap.of([
          { key: 'Mod-s', run: () => { clearTimeout(timer); tell().then(() => page.invokeMethodAsync('SaveKey')); return true; }, preventDefault: true },
          { key: 'Tab', run: acceptCompletion },
          { key: 'Escape', run: editor => { editor.contentDOM.blur(); return true; } },
          ...completionKeymap, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap,
        ]),
        EditorView.updateListener.of(update => {
          if (!update.docChanged || quiet) return;
          window.sealpost?.guard(true);
          clearTimeout(timer);
          timer = setTimeout(tell, 200);
        }),
      ],
    }),
  });

  return {
    setText: text => {
      clearTimeout(timer);
      told = text;
      if (view.state.doc.toString() === text) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      quiet = false;
    },
    // Marks belong to a text; for another one they are late.
    setProblems: (text, problems) => {
      if (view.state.doc.toString() !== text) return;
      const end = text.length;
      view.dispatch(setDiagnostics(view.state, problems.map(problem => ({ from: Math.min(problem.from, end), to: Math.min(Math.max(problem.to, problem.from), end), severity: problem.severity, message: problem.message }))));
    },
    flush: async () => { clearTimeout(timer); await tell(); },
    destroy: () => { clearTimeout(timer); document.removeEventListener('sealpost:again', again); window.sealpost?.guard(false); view.destroy(); },
  };
}

const Typing = 'input,select,textarea,[contenteditable=true]';
const Buttons = { Enter: 'edit', ' ': 'edit', Delete: 'remove', Backspace: 'remove', n: 'not', d: 'copy', g: 'group', o: 'other' };

export function tree(element, page) {
  const rows = () => [...element.querySelectorAll('[data-rule]')];
  const press = (row, name) => { const button = row.querySelector(`[data-do=${name}]`); button?.click(); return Boolean(button); };

  const keys = event => {
    const row = event.target.closest?.('[data-rule]');
    if (!row || event.target !== row || event.ctrlKey || event.metaKey) return;
    const arrow = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    let done = false;
    if (arrow && event.altKey) done = press(row, arrow < 0 ? 'up' : 'down');
    else if (arrow) { const all = rows(); const next = all[all.indexOf(row) + arrow]; next?.focus(); done = Boolean(next); }
    else if (!event.altKey && Buttons[event.key.length === 1 ? event.key.toLowerCase() : event.key]) done = press(row, Buttons[event.key.length === 1 ? event.key.toLowerCase() : event.key]);
    if (done) { event.preventDefault(); event.stopPropagation(); }
  };

  const whole = event => {
    if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    const inText = event.target.closest?.('.cm-editor');
    const name = key === 's' ? 'SaveKey' : inText || event.target.closest?.(Typing) ? null : key === 'z' ? (event.shiftKey ? 'RedoKey' : 'UndoKey') : key === 'y' ? 'RedoKey' : null;
    if (!name) return;
    event.preventDefault();
    page.invokeMethodAsync(name);
  };

  let dragged = null;
  const start = event => { const row = event.target.closest?.('[data-rule]'); dragged = row?.dataset.rule ?? null; event.dataTransfer.effectAllowed = 'move'; event.dataTransfer.setData('text/plain', ''); row?.classList.add('rule-dragged'); };
  const over = event => { const row = event.target.closest?.('[data-rule]'); if (dragged === null || !row || row.dataset.rule === dragged) return; event.preventDefault(); rows().forEach(other => other.classList.toggle('rule-target', other === row)); };
  const clear = () => { dragged = null; rows().forEach(row => row.classList.remove('rule-target', 'rule-dragged')); };
  const drop = event => { const row = event.target.closest?.('[data-rule]'); if (dragged === null || !row) return; event.preventDefault(); page.invokeMethodAsync('Dropped', dragged, row.dataset.rule); clear(); };

  const here = [['keydown', keys], ['dragstart', start], ['dragover', over], ['dragend', clear], ['drop', drop]];
  here.forEach(([name, listen]) => element.addEventListener(name, listen));
  addEventListener('keydown', whole);
  return {
    focus: place => { const row = element.querySelector(`[data-rule="${place}"]`) ?? rows().at(-1); row?.focus({ preventScroll: false }); },
    destroy: () => { here.forEach(([name, listen]) => element.removeEventListener(name, listen)); removeEventListener('keydown', whole); },
  };
}
