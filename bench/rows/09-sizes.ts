import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { measure, type Phase, type Row } from '../measure.ts';

const DIST = new URL('../../dist/', import.meta.url).pathname;

/** What a visitor's browser is sent. Pages with what they ask for at once: their own scripts and styles, not what loads on intent. */
export const row: Row = {
  title: 'bytes shipped, gzip',
  target: 'engine core 150 kB',
  run() {
    if (!existsSync(DIST)) return [note('dist/', 'not built: run `npm run build` first')];
    const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
    const scripts = files.filter((file) => file.endsWith('.js')).map((file) => ({ file, size: zipped(file) }));
    const engine = scripts.filter(({ file }) => /engine/i.test(file));
    const pages = files.filter((file) => file.endsWith('.html')).toSorted();
    return [
      ...engine.map(({ file, size }) => note(file, kilobytes(size))),
      ...pages.map((page) => {
        const asked = new Set(
          [
            ...readFileSync(join(DIST, page), 'utf8').matchAll(
              /(?:src|href|component-url|renderer-url)="[^"]*?(_astro\/[^"?#]+\.(?:js|css))"/g,
            ),
          ].map((match) => match[1] ?? ''),
        );
        const sizes = [page, ...asked].filter((file) => existsSync(join(DIST, file))).map(zipped);
        return note(page, `${kilobytes(sizes.reduce((sum, size) => sum + size, 0))} in ${sizes.length} files`);
      }),
      note('all files', kilobytes(files.filter((file) => /\.[a-z0-9]+$/.test(file)).reduce((sum, file) => sum + sizeOf(file), 0))),
    ];
  },
};

function note(name: string, text: string): Phase {
  return { ...measure(name, () => undefined), note: text };
}

function zipped(file: string): number {
  return gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
}

function sizeOf(file: string): number {
  try {
    return readFileSync(join(DIST, file)).length;
  } catch {
    return 0; // a folder whose name looks like a file's
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
