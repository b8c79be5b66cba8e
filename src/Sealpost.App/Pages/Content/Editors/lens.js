// Marks in the canvas what the server's compiler says of each tag, by its label. The marks are highlights of the browser's: they are no part of the document, so nothing of them can get into the message.
const weights = ['none', 'given name', 'demographic', 'identifier', 'contact', 'clinical', 'sensitive'];
const nameOf = label => 'lens-' + label.replaceAll(' ', '-');

// Told apart by line as well as by colour. WCAG 2.2, 1.4.1.
const looks = {
  none: '#efece4; color: #16273a; text-decoration: underline dotted #52606d',
  'given name': '#e6eefa; color: #16273a; text-decoration: underline dotted #1d4f91',
  demographic: '#e6eefa; color: #16273a; text-decoration: underline #1d4f91',
  identifier: '#fdf0d8; color: #5c3800; text-decoration: underline dashed #8a5300',
  contact: '#fdf0d8; color: #5c3800; text-decoration: underline #8a5300',
  clinical: '#fbe6e2; color: #5e0f0a; text-decoration: underline #a12a1e 2px',
  sensitive: '#fbe6e2; color: #5e0f0a; text-decoration: underline double #a12a1e 2px',
};

const plain = text => new DOMParser().parseFromString(text, 'text/html').documentElement.textContent;
const quoted = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export class Lens {
  constructor(canvas, legend) {
    this.canvas = canvas;
    this.legend = legend;
    this.tags = [];
    this.timer = 0;
  }

  // Each use names a tag as it is written, or a saved block. Where the same tag stands for more than one thing, it is marked as the gravest.
  show(uses) {
    const found = new Map();
    for (const use of uses) {
      const pattern = use.block ? `\\{%-?\\s*block\\s+["']?${quoted(use.block)}["']?\\s*-?%\\}` : [...new Set([use.source, plain(use.source)])].map(quoted).join('|');
      if (!found.has(pattern) || weights.indexOf(found.get(pattern)) < weights.indexOf(use.label)) found.set(pattern, use.label);
    }
    this.tags = [...found].map(([pattern, label]) => ({ pattern: new RegExp(pattern, 'g'), label }));
    this.draw();
  }

  // Soon: what was changed in the canvas is drawn anew first.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), 120);
  }

  draw() {
    const view = this.canvas.getWindow(), page = this.canvas.getDocument();
    if (!view?.CSS?.highlights || !page?.body) return;
    for (const label of weights) view.CSS.highlights.delete(nameOf(label));
    const { text, nodes } = this.read(page);
    const ranges = new Map();
    for (const { pattern, label } of this.tags) for (const match of text.matchAll(pattern)) {
      const range = page.createRange();
      const [start, startAt] = at(nodes, match.index), [end, endAt] = at(nodes, match.index + match[0].length - 1);
      range.setStart(start, startAt);
      range.setEnd(end, endAt + 1);
      ranges.set(label, [...ranges.get(label) ?? [], range]);
    }
    if (ranges.size > 0) this.style(page);
    for (const [label, found] of ranges) view.CSS.highlights.set(nameOf(label), new view.Highlight(...found));
    this.explain(ranges);
  }

  read(page) {
    const walker = page.createTreeWalker(page.body, 4); // Text.
    const nodes = [];
    let text = '';
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (['STYLE', 'SCRIPT'].includes(node.parentNode?.nodeName)) continue;
      nodes.push({ node, start: text.length });
      text += node.data;
    }
    return { text, nodes };
  }

  style(page) {
    if (page.getElementById('lens-style')) return;
    const style = page.createElement('style');
    style.id = 'lens-style';
    style.textContent = weights.map(label => `::highlight(${nameOf(label)}) { background-color: ${looks[label]}; }`).join('\n');
    page.head.append(style);
  }

  explain(ranges) {
    const shown = weights.filter(label => ranges.has(label)).reverse();
    this.legend.hidden = shown.length === 0;
    this.legend.replaceChildren(...shown.map(label => {
      const line = document.createElement('li');
      line.className = nameOf(label);
      line.textContent = `${label === 'none' ? 'no label' : label}: ${ranges.get(label).length}`;
      return line;
    }));
  }
}

const at = (nodes, offset) => {
  let low = 0, high = nodes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (nodes[middle].start <= offset) low = middle;
    else high = middle - 1;
  }
  return [nodes[low].node, offset - nodes[low].start];
};
