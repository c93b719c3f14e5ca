import type { FileSystem } from '../engine/os/process.ts';
import { resolvePath } from '../engine/os/path.ts';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z', digit: '0-9', alnum: 'a-zA-Z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~', xdigit: '0-9A-Fa-f', cntrl: '\\x00-\\x1f\\x7f', print: '\\x20-\\x7e', graph: '\\x21-\\x7e',
}; // prettier-ignore

/** Whether a pattern (quoted characters have a backslash before them) has anything that is special. */
export function hasMagic(pattern: string, extended = false): boolean {
  return /(^|[^\\])(\\\\)*[*?[]/.test(pattern) || (extended && /(^|[^\\])(\\\\)*[@!+]\(/.test(pattern));
}

/** Takes the backslashes of quoting out again. */
export function unescapePattern(pattern: string): string {
  return pattern.replace(/\\(.)/gs, '$1');
}

export function quotePattern(text: string): string {
  return text.replace(/[\\*?[\]()|&]/g, '\\$&');
}

export interface PatternOptions {
  /** `shopt -s extglob`: `?(a|b) *(a|b) +(a|b) @(a|b) !(a|b)`. */
  readonly extended?: boolean;
  /** `shopt -s nocasematch`, `nocaseglob`. */
  readonly ignoreCase?: boolean;
}

/** Shell pattern → source of a regular expression without anchors. `any` is what `*` may run over. */
export function patternSource(pattern: string, extended = false, any = '[^]', lazy = false): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    const group = extended && pattern[i + 1] === '(' && '?*+@!'.includes(c) ? alternatives(pattern, i + 2) : undefined;
    if (group !== undefined) {
      const choice = `(?:${group.choices.map((each) => patternSource(each, extended, any)).join('|')})`;
      const rest = pattern.slice(group.end);
      // What is not one of them: anything that is not them with the rest of the pattern behind.
      if (c === '!')
        return `${source}(?:(?!${choice}${patternSource(rest, extended, any)}$)${any}*)${patternSource(rest, extended, any, lazy)}`;
      source += choice + (c === '@' ? '' : c) + (lazy && c !== '@' ? '?' : '');
      i = group.end - 1;
    } else if (c === '\\') source += escapeRegExp(pattern[++i] ?? '\\');
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

/** The patterns between the parentheses of `@(a|b)`, and where the next character is; `undefined` when they do not close. */
function alternatives(pattern: string, from: number): { choices: string[]; end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let start = from;
  for (let i = from; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '(') depth++;
    else if (c === '|' && depth === 0) {
      choices.push(pattern.slice(start, i));
      start = i + 1;
    } else if (c === ')' && depth-- === 0) return { choices: [...choices, pattern.slice(start, i)], end: i + 1 };
  }
  return undefined;
}

/** What stands between the brackets of a POSIX bracket expression, for a JavaScript class. */
export function bracketSource(set: string): string {
  return set.replace(/\[:(\w+):\]|\\(.)|[\\[\]^]/gs, (all, name: string | undefined, escaped: string | undefined) =>
    name !== undefined ? (CLASSES[name] ?? '') : escaped !== undefined ? `\\${escaped}`.replace(/\\([A-Za-z0-9])/, '$1') : `\\${all}`,
  );
}

export function matches(text: string, pattern: string, { extended, ignoreCase }: PatternOptions = {}): boolean {
  return new RegExp(`^(?:${patternSource(pattern, extended)})$`, ignoreCase === true ? 'iu' : 'u').test(text);
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

export interface GlobOptions extends PatternOptions {
  /** `shopt -s globstar`: `**` goes down any number of directories. */
  readonly globstar?: boolean;
  readonly dotglob?: boolean;
}

/** Names of files that match, sorted; empty when none does. */
export function glob(files: FileSystem, cwd: string, pattern: string, options: GlobOptions = {}): string[] {
  const parts = pattern.split('/').filter((part) => part !== '');
  const isDirectory = (path: string): boolean => {
    const full = resolvePath(cwd, path === '' ? '.' : path);
    return files.exists(full) && files.stat(full).type === 'directory';
  };
  const join = (base: string, name: string): string => (base === '' || base.endsWith('/') ? base + name : `${base}/${name}`);
  const named = (base: string, part: string): string[] => {
    if (!isDirectory(base)) return [];
    const regExp = new RegExp(`^(?:${patternSource(part, options.extended, '[^/]')})$`, options.ignoreCase === true ? 'iu' : 'u');
    const hidden = part.startsWith('.') ? ['.', '..'] : [];
    return [...hidden, ...files.list(resolvePath(cwd, base === '' ? '.' : base))].filter(
      (name) => (!name.startsWith('.') || part.startsWith('.') || options.dotglob === true) && regExp.test(name) && !hidden.includes(name),
    );
  };
  const below = (base: string): string[] => named(base, '*').map((name) => join(base, name)).flatMap((path) => [path, ...below(path)]); // prettier-ignore
  let found: string[] = [pattern.startsWith('/') ? '/' : ''];
  parts.forEach((part, index) => {
    const last = index === parts.length - 1;
    found = found.flatMap((base) => {
      if (part === '**' && options.globstar === true) {
        const all = below(base);
        if (!last || pattern.endsWith('/')) return [base, ...all.filter(isDirectory)];
        return base === '' ? all : [join(base, ''), ...all];
      }
      if (hasMagic(part, options.extended))
        return named(base, part)
          .map((name) => join(base, name))
          .filter((path) => last || isDirectory(path));
      const path = join(base, unescapePattern(part));
      return files.exists(resolvePath(cwd, path)) ? [path] : [];
    });
  });
  if (pattern.endsWith('/')) found = found.filter((path) => path !== '' && isDirectory(path)).map((path) => `${path.replace(/\/$/, '')}/`);
  return [...new Set(found)].sort();
}
