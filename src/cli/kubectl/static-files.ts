import type { HttpHandler, Process, ServedResponse } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { resolvePath } from './kubeconfig.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** `proxy --www`: the files of a directory under a prefix; nothing for paths outside of it. */
export function staticFiles(
  process: Process,
  directory: string,
  prefix: string,
): (request: Parameters<HttpHandler>[0]) => Task<ServedResponse> | undefined {
  const root = resolvePath(process, directory).replace(/\/+$/, '');
  const under = `/${prefix.replace(/^\/|\/$/g, '')}/`.replace('//', '/');
  return (request) => {
    const path = decodeURIComponent(request.path.replace(/\?.*$/s, ''));
    return path.startsWith(under) ? found(process, root, path.slice(under.length)) : undefined;
  };
}

// eslint-disable-next-line require-yield
function* found({ files }: Process, root: string, path: string): Task<ServedResponse> {
  const missing: ServedResponse = { status: 404, headers: { 'content-type': TYPES['txt'] as string }, body: '404 page not found\n' };
  // Never above the directory.
  if (path.split('/').includes('..')) return missing;
  let file = path === '' ? root : `${root}/${path.replace(/\/+$/, '')}`;
  if (!files.exists(file)) return missing;
  if (files.stat(file).type === 'directory') {
    if (!files.exists(`${file}/index.html`)) {
      const lines = files.list(file).map((name) => {
        const shown = files.stat(`${file}/${name}`).type === 'directory' ? `${name}/` : name;
        return `<a href="${encodeURI(shown)}">${shown.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</a>\n`;
      });
      return {
        status: 200,
        headers: { 'content-type': TYPES['html'] as string },
        body: `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines.join('')}</pre>\n`,
      };
    }
    file = `${file}/index.html`;
  }
  const type = TYPES[/\.(\w+)$/.exec(file)?.[1] ?? ''] ?? 'application/octet-stream';
  return { status: 200, headers: { 'content-type': type }, body: files.read(file) };
}
