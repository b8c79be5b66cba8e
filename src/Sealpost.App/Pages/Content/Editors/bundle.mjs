// Bundles the editors. What libraries compile from text to find the global object is written out: our policies let no page compile text (script-src 'self').
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const written = {
  name: 'no-text-is-compiled',
  setup(bundling) {
    bundling.onLoad({ filter: /node_modules.*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replace(/(?:new\s+)?\bFunction\((["'])return this\1\)\(\)/g, 'globalThis'), loader: 'js' };
    });
  },
};

await build({
  entryPoints: { 'editor-code': 'code.js', 'editor-audience': 'audience.js', 'editor-visual': 'visual.js' },
  bundle: true, minify: true, format: 'esm', outdir: 'out', logLevel: 'error', plugins: [written],
  loader: { '.woff2': 'dataurl', '.woff': 'dataurl', '.ttf': 'dataurl', '.eot': 'empty', '.svg': 'dataurl' },
});
