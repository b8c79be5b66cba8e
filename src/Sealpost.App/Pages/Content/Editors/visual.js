// The visual editor, in a frame with a policy of its own. It holds no data of patients, reaches no network but pictures of ours, and only proposes MJML: what the server compiles is what counts.
import grapesjs from 'grapesjs';
import 'grapesjs/dist/css/grapes.min.css';
import './visual.css';
import mjmlModule from 'grapesjs-mjml';
import { offerBlocks, takeLiquid } from './blocks.js';
import { Translation, unpack } from './canvas.js';
import { Lens } from './lens.js';

const mjmlPlugin = mjmlModule.default ?? mjmlModule;
const host = document.getElementById('editor');
const legend = Object.assign(document.createElement('ul'), { className: 'lens-legend', hidden: true, ariaLabel: 'What is marked' });
let editor, translation, lens, uses = [], timer = 0, quiet = true, last = '';
const post = message => parent.postMessage(message, location.origin);

const liquidElement = (instance) => {
  instance.Components.addType('mj-liquid', {
    isComponent: element => element.tagName?.toLowerCase() === 'mj-liquid',
    model: {
      defaults: { tagName: 'mj-liquid', name: 'Liquid', droppable: false, editable: false, copyable: false, stylable: false, traits: [], layerable: true },
    },
    view: {
      onRender({ el, model }) {
        el.textContent = unpack(model.getAttributes().code ?? '');
        el.setAttribute('style', 'display:block;margin:2px 8px;padding:2px 8px;border:1px dashed #8a5300;border-radius:4px;background:#fdf0d8;color:#5c3800;font:12px/1.5 monospace;text-align:left');
      },
    },
  });
};

const start = load => {
  translation = new Translation(load.brand, load.root);
  document.documentElement.classList.toggle('is-dark', load.dark);
  editor?.destroy();
  host.replaceChildren();
  quiet = true;
  host.setAttribute('aria-busy', 'true'); // What would be changed before the canvas has settled could not be told from its settling.
  editor = grapesjs.init({
    container: host, height: '100%', width: 'auto', storageManager: false, telemetry: false, cssIcons: '', noticeOnUnload: false,
    fromElement: false, components: translation.toCanvas(load.mjml), avoidInlineStyle: false, multipleSelection: false,
    blockManager: { appendOnClick: true },
    assetManager: { assets: load.images.map(image => ({ type: 'image', src: image.url.replace(load.root, '/'), name: image.label, width: image.width, height: image.height })), upload: false, dropzone: false, showUrlInput: false },
    plugins: [instance => mjmlPlugin(instance, { resetDevices: true, useXmlParser: false, useCustomTheme: false, imagePlaceholderSrc: '', importPlaceholder: '', customComponents: [liquidElement] }), takeLiquid, instance => offerBlocks(instance, load.blocks)],
  });
  for (const command of ['mjml-export', 'mjml-import', 'export-template', 'preview', 'fullscreen', 'open-code']) editor.Panels.removeButton('options', command);
  editor.Panels.removeButton('views', 'open-code');
  const words = { 'sw-visibility': 'Outlines', 'open-sm': 'Style', 'open-tm': 'Settings', 'open-layers': 'Layers', 'open-blocks': 'Blocks' };
  for (const panel of ['options', 'views']) for (const [id, label] of Object.entries(words)) editor.Panels.getButton(panel, id)?.set({ className: 'word', label, attributes: { title: label } });
  editor.on('load', () => { setTimeout(() => { last = source(); quiet = false; host.removeAttribute('aria-busy'); }, 300); editor.runCommand('open-blocks'); });
  lens = new Lens(editor.Canvas, legend);
  editor.on('load', () => { lens.show(uses); beReachable(); });
  editor.on('update component:update component:mount canvas:frame:load', () => lens.later());
  editor.on('update', propose);
  editor.Keymaps?.add('save', '⌘+s, ctrl+s', () => key('SaveKey'), { prevent: true });
};

// What scrolls can be scrolled by keyboard, and what is framed has a name. WCAG 2.2, 2.1.1 and 4.1.2.
const beReachable = () => {
  for (const panel of host.querySelectorAll('.gjs-pn-views-container')) panel.tabIndex = 0;
  for (const frame of host.querySelectorAll('iframe.gjs-frame')) frame.title = 'The message';
};

const source = () => translation.toSource(editor.getHtml());

const tell = () => {
  if (quiet || !editor) return;
  const mjml = source();
  if (mjml === last) return;
  last = mjml;
  post({ type: 'change', mjml });
};

const propose = () => {
  if (quiet) return;
  post({ type: 'dirty' });
  clearTimeout(timer);
  timer = setTimeout(tell, 500);
};

// Text being typed is part of the message only once its editing has ended.
const flush = async () => {
  clearTimeout(timer);
  await editor?.getEditing()?.view?.disableEditing?.();
  tell();
};

const key = async name => { await flush(); post({ type: 'key', key: name }); };

addEventListener('message', event => {
  if (event.origin !== location.origin || event.source !== parent || typeof event.data !== 'object') return;
  if (event.data.type === 'load') start(event.data);
  else if (event.data.type === 'hello') post({ type: 'ready', answer: true }); // The page listened later than this was said first, or shows another language here.
  else if (event.data.type === 'lens') { uses = event.data.uses; lens?.show(uses); }
  else if (event.data.type === 'flush') flush().finally(() => post({ type: 'flushed' }));
  else if (event.data.type === 'insert' && editor) {
    const selected = editor.getSelected();
    const editing = editor.getEditing();
    if (editing) { const document_ = editor.Canvas.getDocument(); document_.execCommand('insertText', false, event.data.text); }
    else if (selected && ['mj-text', 'mj-button'].includes(selected.get('type'))) { selected.append(event.data.text); selected.view?.render(); propose(); }
    else post({ type: 'nowhere' });
  }
});
document.body.append(legend);
addEventListener('keydown', event => {
  if (!(event.ctrlKey || event.metaKey)) return;
  const name = event.key === 's' ? 'SaveKey' : event.key === 'Enter' ? 'PreviewKey' : event.key === 'i' ? 'FieldKey' : null;
  if (!name) return;
  event.preventDefault();
  if (name === 'FieldKey') post({ type: 'key', key: name }); // The place where the field goes must stay.
  else key(name);
});
post({ type: 'ready' });
