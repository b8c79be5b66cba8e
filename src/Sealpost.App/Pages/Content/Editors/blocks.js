// Saved blocks beside the editor's own. In the canvas a block stands as the tag that calls it; what it holds is put in by the server when it compiles.
import { pack } from './canvas.js';

const parents = { 'mj-section': ['mj-body', 'mj-wrapper'], 'mj-wrapper': ['mj-body'], 'mj-hero': ['mj-body'], 'mj-column': ['mj-section', 'mj-group'], 'mj-group': ['mj-section'] };
const takers = ['mj-body', 'mj-wrapper', 'mj-section', 'mj-group', 'mj-column', 'mj-hero'];
const ofTypes = types => types.map(type => `[data-gjs-type="${type}"]`).join(', ');

// What stands as a statement may go wherever parts of a message go; a block says itself where.
export const takeLiquid = instance => {
  for (const name of takers) {
    const given = instance.Components.getType(name)?.model.prototype.defaults;
    const defaults = typeof given === 'function' ? given() : given;
    if (typeof defaults?.droppable === 'string') instance.Components.addType(name, { model: { defaults: { droppable: `${defaults.droppable}, ${ofTypes(['mj-liquid'])}` } } });
  }
};

// Text alone needs a part of the message around it.
const contentOf = block => {
  const tag = `{% block ${block.name} %}`;
  return block.begins ? { type: 'mj-liquid', draggable: ofTypes(parents[block.begins] ?? ['mj-column', 'mj-hero']), attributes: { code: pack(tag) } } : `<mj-text>${tag}</mj-text>`;
};

// Clicked instead of dragged: behind what is chosen, or behind the nearest part around it that has a place for the block; else at the end.
const put = (block, instance) => {
  const content = block.get('content');
  const append = (target, at) => {
    if (!instance.Components.canMove(target, content, at).result) return false;
    instance.select(target.append(content, { at })[0], { scroll: true });
    return true;
  };
  for (let target = instance.getSelected(), behind = null; target; behind = target, target = target.parent())
    if (append(target, behind ? target.components().indexOf(behind) + 1 : target.components().length)) return;
  for (const target of instance.getWrapper().find(ofTypes(takers)).reverse())
    if (append(target, target.components().length)) return;
};

export const offerBlocks = (instance, blocks) => {
  for (const block of blocks)
    instance.Blocks.add(`saved-${block.name}`, {
      label: block.name,
      category: { id: 'saved', label: 'Saved blocks', order: -1, open: true },
      media: '<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path fill="currentColor" fill-rule="evenodd" d="M4 4h16v16H4V4m1.6 1.6v12.8h12.8V5.6H5.6M8 8.5h8V10H8V8.5m0 3.2h8v1.5H8v-1.5m0 3.2h5v1.5H8v-1.5Z"/></svg>',
      content: contentOf(block),
      onClick: put,
    });
};
