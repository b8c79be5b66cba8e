// Between a template's source and what the canvas can hold. Liquid statements between elements become elements of their own, brand values become values that are told apart, and everything goes back as it came.
const texts = new Set(['mj-text', 'mj-button', 'mj-table', 'mj-raw', 'mj-style', 'mj-navbar-link', 'mj-social-element', 'mj-accordion-title', 'mj-accordion-text', 'mj-title', 'mj-preview']);

export const pack = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
export const unpack = code => new TextDecoder().decode(Uint8Array.from(atob(code), c => c.charCodeAt(0)));

const marked = (name, value) => {
  const colour = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(value);
  let index = 0;
  for (const c of name) index = (index * 31 + c.charCodeAt(0)) % 89;
  if (colour) return `rgba(${parseInt(colour[1], 16)},${parseInt(colour[2], 16)},${parseInt(colour[3], 16)},0.99${String(index + 10)})`;
  if (/^\d+px$/.test(value)) return `${parseInt(value, 10)}.0${index + 10}px`;
  return null;
};

export class Translation {
  constructor(brand, root) {
    this.root = root;
    this.values = new Map();
    for (const [name, value] of Object.entries(brand)) {
      const shown = marked(name, value) ?? (name.endsWith('font') ? `${value.replaceAll("'", '')}, brand-${name}` : null);
      if (shown) this.values.set(name, shown);
    }
    this.head = '';
    this.open = '<mjml>';
  }

  toCanvas(source) {
    const head = /<mj-head\b[^>]*?(\/>|>[\s\S]*?<\/mj-head>)/i.exec(source);
    this.head = head?.[0] ?? '';
    this.open = /<mjml\b[^>]*>/i.exec(source)?.[0] ?? '<mjml>';
    const body = (head ? source.replace(head[0], '') : source).replaceAll(`${this.root}i/`, '/i/');
    const stack = [];
    let result = '', at = 0;
    const scan = /<(\/?)([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|\{%-?[\s\S]*?-?%\}|<!--[\s\S]*?-->/gi;
    for (const match of body.matchAll(scan)) {
      const inText = stack.some(name => texts.has(name));
      result += body.slice(at, match.index);
      at = match.index + match[0].length;
      if (match[0].startsWith('{%') || match[0].startsWith('<!--')) { result += inText ? match[0] : `<mj-liquid code="${pack(match[0])}"></mj-liquid>`; continue; }
      const name = match[2].toLowerCase();
      if (match[1]) { if (name.startsWith('mj')) while (stack.length && stack.pop() !== name); result += match[0]; continue; }
      const closes = match[3].trimEnd().endsWith('/');
      const attributes = match[3].replace(/\{%-?\s*brand\s+["']?([\w-]+)["']?\s*-?%\}/g, (tag, key) => this.values.get(key) ?? tag);
      if (name.startsWith('mj') && !closes) stack.push(name);
      result += closes && name.startsWith('mj') ? `<${match[2]}${attributes.trimEnd().replace(/\/$/, '')}></${match[2]}>` : `<${match[2]}${attributes}>`;
    }
    return result + body.slice(at);
  }

  toSource(canvas) {
    let source = canvas.replace(/<mj-liquid\b[^>]*?code="([^"]*)"[^>]*?>(?:[\s\S]*?<\/mj-liquid>)?/g, (_, code) => unpack(code));
    for (const [name, shown] of this.values) source = source.replaceAll(shown, `{% brand ${name} %}`).replaceAll(shown.replaceAll(',', ', ').replaceAll(',  ', ', '), `{% brand ${name} %}`);
    source = source.replace(/(src|href|background-url)="\/i\//g, (_, name) => `${name}="${this.root}i/`);
    // The canvas gives ids to what it holds; a template has no use for them.
    source = source.replace(/ id="i[\w-]{1,8}"/g, '').replace(/ data-gjs-[\w-]+="[^"]*"/g, '').replace(/ style=""/g, '');
    source = source.replace(/<mjml\b[^>]*>/i, this.open + (this.head ? `\n${this.head}` : ''));
    source = source.replace(/<(mj-(?:image|divider|spacer))((?:"[^"]*"|'[^']*'|[^"'>])*)>\s*<\/\1>/g, (_, name, attributes) => `<${name}${attributes.trimEnd()} />`);
    return lines(source);
  }
}

// One element a line, so that versions can be compared.
const lines = source => {
  let depth = 0, inText = 0;
  const result = [];
  let line = '';
  const flush = () => { if (line.trim()) result.push('  '.repeat(Math.max(0, depth)) + line.trim()); line = ''; };
  for (const part of source.split(/(<\/?mj[\w-]*(?:"[^"]*"|'[^']*'|[^"'>])*>|\{%-?[\s\S]*?-?%\})/)) {
    const tag = /^<(\/?)(mj[\w-]*)/.exec(part);
    if (!tag) { if (part.startsWith('{%') && !inText) { flush(); line = part; flush(); } else line += inText ? part : part.replace(/\s*\n\s*/g, ''); continue; }
    const isText = texts.has(tag[2].toLowerCase()), closes = part.endsWith('/>');
    if (isText) {
      if (!tag[1]) { if (!inText) flush(); line += part; if (!closes) inText++; else if (!inText) flush(); }
      else { inText = Math.max(0, inText - 1); line += part; if (!inText) flush(); }
    } else if (inText) line += part;
    else if (tag[1]) { flush(); depth--; line = part; flush(); }
    else { flush(); line = part; flush(); if (!closes) depth++; }
  }
  flush();
  return result.join('\n') + '\n';
};
