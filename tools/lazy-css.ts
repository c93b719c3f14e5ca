import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const MARK = '\0lazy-css:';

/**
 * Stylesheets that Monaco's modules import become modules that add a style element. Astro leaves out CSS that is reached
 * only through a dynamic import, so the editor would come without its looks; this way they travel in its own chunk.
 */
export default function lazyCss(): Plugin {
  return {
    name: 'lazy-css',
    enforce: 'pre',
    resolveId(source, importer) {
      if (importer === undefined || !source.endsWith('.css') || !/\/node_modules\/monaco-editor\//.test(importer)) return null;
      return `${MARK}${resolve(dirname(importer), source)}.js`;
    },
    load(id) {
      if (!id.startsWith(MARK)) return null;
      const file = id.slice(MARK.length, -'.js'.length);
      const assets: string[] = [];
      const css = readFileSync(file, 'utf8').replace(/url\((['"]?)(?!data:|#)([^'")]+)\1\)/g, (_all, _quote, ref: string) => {
        assets.push(resolve(dirname(file), ref.split(/[?#]/)[0] ?? ref));
        return `url(@asset${assets.length - 1}@)`;
      });
      const imports = assets.map((asset, i) => `import asset${i} from ${JSON.stringify(`${asset}?url`)};`);
      const text = JSON.stringify(css).replace(/@asset(\d+)@/g, '" + asset$1 + "');
      return [
        ...imports,
        "const sheet = document.createElement('style');",
        `sheet.textContent = ${text};`,
        'document.head.append(sheet);',
        'export default undefined;',
      ].join('\n');
    },
  };
}
