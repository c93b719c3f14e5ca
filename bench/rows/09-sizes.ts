import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { measure, type Phase, type Row } from '../measure.ts';

const DIST = new URL('../../dist/', import.meta.url).pathname;

/** What a visitor's browser is sent. Pages with what they ask for at once: their own scripts and styles, not what loads on intent. */
export const row: Row = {
  title: 'bytes shipped, gzip',
  // What is printed while it runs names every page.
  lines: [
    { phase: 'engine core', field: 'value', unit: 'kB', goal: 150 },
    { phase: 'engine, shell and kubectl', field: 'value', unit: 'kB' },
    { phase: 'largest page', field: 'value', unit: 'kB' },
    { phase: 'all files', field: 'value', unit: 'kB' },
  ],
  run() {
    if (!existsSync(DIST)) return [{ ...measure('dist/', () => undefined), note: 'not built: run `npm run build` first' }];
    const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
    const scripts = files.filter((file) => file.endsWith('.js')).map((file) => ({ file, size: zipped(file) }));
    // What a cluster comes up from, and what is fetched beside it.
    const engine = scripts.filter(({ file }) => /engine\.worker/.test(file));
    const whole = [...engine, ...scripts.filter(({ file }) => /\/(session|room\.\w+)-/.test(file))];
    const pages = files.filter((file) => file.endsWith('.html')).map((page) => ({ page, ...shipped(page) }));
    const largest = pages.reduce((most, one) => (one.size > most.size ? one : most), { page: 'none', size: 0, files: 0 });
    const all = files.filter((file) => /\.[a-z0-9]+$/.test(file)).reduce((sum, file) => sum + sizeOf(file), 0);
    return [
      size(
        'engine core',
        engine.reduce((sum, one) => sum + one.size, 0),
        engine.map(({ file }) => file).join(', '),
      ),
      size(
        'engine, shell and kubectl',
        whole.reduce((sum, one) => sum + one.size, 0),
        whole.map(({ file }) => file).join(', '),
      ),
      ...pages.toSorted((a, b) => (a.page < b.page ? -1 : 1)).map((one) => size(one.page, one.size, `${one.files} files`)),
      size('largest page', largest.size, largest.page),
      size('all files', all, 'not compressed'),
    ];
  },
};

/** A page with the scripts and styles that it asks for at once. */
function shipped(page: string): { size: number; files: number } {
  const html = readFileSync(join(DIST, page), 'utf8');
  const asked = html.matchAll(/(?:src|href|component-url|renderer-url)="[^"]*?(_astro\/[^"?#]+\.(?:js|css))"/g);
  const files = [page, ...new Set(Array.from(asked, (match) => match[1] ?? ''))].filter((file) => existsSync(join(DIST, file)));
  return { size: files.reduce((sum, file) => sum + zipped(file), 0), files: files.length };
}

function size(name: string, bytes: number, note: string): Phase {
  return { ...measure(name, () => undefined), value: bytes / 1000, note: `${(bytes / 1000).toFixed(1)} kB  ${note}` };
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
