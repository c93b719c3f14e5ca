import { FileError, type FileSystem } from '../../../os/process.ts';

export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array }
  /** A directory asked for without its final slash. */
  | { readonly kind: 'directory'; readonly path: string; readonly error?: undefined }
  | { readonly kind: 'missing' | 'forbidden'; readonly path: string; readonly error: unknown };

/** What a web server finds for a URL path under its document root. */
export function serveFile(files: FileSystem, root: string, path: string, index: readonly string[]): Found {
  // `..` must not lead out of the root.
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const target = `${root.replace(/\/$/, '')}/${parts.join('/')}`;
  try {
    if (files.stat(target).type !== 'directory') return { kind: 'file', path: target, bytes: files.read(target) };
    if (!path.endsWith('/')) return { kind: 'directory', path: target };
    const directory = target.replace(/\/$/, '');
    for (const name of index) {
      if (files.exists(`${directory}/${name}`))
        return { kind: 'file', path: `${directory}/${name}`, bytes: files.read(`${directory}/${name}`) };
    }
    return { kind: 'forbidden', path: `${directory}/`, error: undefined };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { kind: 'missing', path: target, error };
  }
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html', htm: 'text/html', css: 'text/css', js: 'application/javascript', json: 'application/json', txt: 'text/plain', xml: 'text/xml',
  svg: 'image/svg+xml', png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif', ico: 'image/x-icon',
}; // prettier-ignore

export function contentType(path: string): string {
  return TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}
