import type { FileSystem } from '../engine/os/process.ts';
import { resolvePath } from '../engine/os/path.ts';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z', digit: '0-9', alnum: 'a-zA-Z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~', xdigit: '0-9A-Fa-f', cntrl: '\\x00-\\x1f\\x7f', print: '\\x20-\\x7e', graph: '\\x21-\\x7e',
}; // prettier-ignore

/** Whether a pattern (quoted characters have a backslash before them) has anything that is special. */
export function hasMagic(pattern: string): boolean {
  return /(^|[^\\])(\\\\)*[*?[]/.test(pattern);
}

/** Takes the backslashes of quoting out again. */
export function unescapePattern(pattern: string): string {
  return pattern.replace(/\\(.)/gs, '$1');
}

export function quotePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

/** Shell pattern → source of a regular expression without anchors. `any` is what `*` may run over. */
export function patternSource(pattern: string, any = '[^]', lazy = false): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '\\') source += escapeRegExp(pattern[++i] ?? '\\');
    else if (c === '*') source += `${any}*${lazy ? '?' : ''}`;
    else if (c === '?') source += any;
    else if (c === '[') {
      const set = /^\[([!^]?)((?:\]|\[:\w+:\]|\\.|[^\]\\])(?:\[:\w+:\]|\\.|[^\]\\])*)\]/s.exec(pattern.slice(i));
      if (set === null) source += '\\[';
      else {
        i += set[0].length - 1;
        source += `[${set[1] === '' ? '' : '^'}${bracketSource(set[2] as string)}]`;
      }
    } else source += escapeRegExp(c);
  }
  return source;
}

/** What stands between the brackets of a POSIX bracket expression, for a JavaScript class. */
export function bracketSource(set: string): string {
  return set.replace(/\[:(\w+):\]|\\(.)|[\\[\]^]/gs, (all, name: string | undefined, escaped: string | undefined) =>
    name !== undefined ? (CLASSES[name] ?? '') : escaped !== undefined ? `\\${escaped}`.replace(/\\([A-Za-z0-9])/, '$1') : `\\${all}`,
  );
}

export function matches(text: string, pattern: string): boolean {
  return new RegExp(`^(?:${patternSource(pattern)})$`, 'u').test(text);
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Names of files that match, sorted; empty when none does. */
export function glob(files: FileSystem, cwd: string, pattern: string): string[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split('/').filter((part) => part !== '');
  let found: string[] = [absolute ? '/' : ''];
  parts.forEach((part, index) => {
    const next: string[] = [];
    const last = index === parts.length - 1;
    for (const base of found) {
      const join = (name: string): string => (base === '' || base.endsWith('/') ? base + name : `${base}/${name}`);
      if (!hasMagic(part)) {
        const path = join(unescapePattern(part));
        if (files.exists(resolvePath(cwd, path))) next.push(path);
        continue;
      }
      const directory = resolvePath(cwd, base === '' ? '.' : base);
      if (!files.exists(directory) || files.stat(directory).type !== 'directory') continue;
      const regExp = new RegExp(`^${patternSource(part, '[^/]')}$`, 'u');
      for (const name of files.list(directory)) {
        if (name.startsWith('.') && !part.startsWith('.')) continue;
        if (!regExp.test(name)) continue;
        const path = join(name);
        if (last || (files.exists(resolvePath(cwd, path)) && files.stat(resolvePath(cwd, path)).type === 'directory')) next.push(path);
      }
    }
    found = next;
  });
  return pattern.endsWith('/') ? found.map((path) => `${path}/`) : found;
}
