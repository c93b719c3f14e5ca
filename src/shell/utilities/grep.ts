import type { FileSystem, Process } from '../../engine/os/process.ts';
import { baseName, resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, readAll, readerOf, writeText } from '../../engine/os/text.ts';
import { escapeRegExp, matches } from '../pattern.ts';
import { readOptions } from './arguments.ts';
import { posixRegExp, RegExpMistake } from './basic-regexp.ts';
import { Batch } from './filter.ts';
import { complain, openInput, readInput } from './input.ts';
import { LineSource } from './line-source.ts';

const USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.";
/** The pattern of an empty file. */
const NOTHING = '\0';

export function* grep(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'EFGPivnclLoqwxhHrRsabzZyTUe:f:m:A:B:C:d:D:',
    long: { 'ignore-case': 'i', 'invert-match': 'v', 'line-number': 'n', count: 'c', 'extended-regexp': 'E', 'fixed-strings': 'F', 'only-matching': 'o', quiet: 'q', silent: 'q', 'files-with-matches': 'l', 'word-regexp': 'w', 'line-regexp': 'x', recursive: 'r', 'regexp=': 'e', 'max-count=': 'm', 'after-context=': 'A', 'before-context=': 'B', 'context=': 'C', 'line-buffered': 'line-buffered', 'files-without-match': 'L', 'byte-offset': 'b', text: 'a', 'null-data': 'z', 'file=': 'f', 'include=': 'include', 'exclude=': 'exclude', 'exclude-dir=': 'exclude-dir', 'no-messages': 's', color: 'color', colour: 'color', 'perl-regexp': 'P', 'basic-regexp': 'G', 'no-filename': 'h', 'with-filename': 'H', 'no-group-separator': 'no-group-separator', 'group-separator=': 'group-separator', 'directories=': 'd', 'devices=': 'D', null: 'Z', 'initial-tab': 'T', 'label=': 'label', 'binary-files=': 'binary-files', binary: 'U' },
    joined: ['e', 'f', 'include', 'exclude', 'exclude-dir'],
    number: 'C',
    status: 2,
    says: (what) => `grep: ${what}\n${USAGE}`,
  }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags } = options;
  const operands = [...options.operands];
  let pattern = flags.get('e');
  for (const path of flags.get('f')?.split('\n') ?? []) {
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) return 2;
    const text = decode(bytes).replace(/\n$/, '');
    // An empty file has no pattern, and nothing fits.
    pattern = bytes.length === 0 ? (pattern ?? NOTHING) : pattern === undefined || pattern === NOTHING ? text : `${pattern}\n${text}`;
  }
  pattern ??= operands.shift();
  if (pattern === undefined) {
    yield* writeText(process.stderr, `${USAGE}\n`);
    return 2;
  }
  let regExp: RegExp;
  try {
    const letters = `g${flags.has('i') || flags.has('y') ? 'i' : ''}`;
    const sources =
      pattern === NOTHING
        ? ['(?!)']
        : pattern
            .split('\n')
            .map((each) =>
              flags.has('F')
                ? escapeRegExp(each)
                : flags.has('P')
                  ? perlSource(each)
                  : posixRegExp(each, flags.has('E') || process.argv[0] === 'egrep', letters).source,
            );
    let source = sources.length === 1 ? (sources[0] as string) : sources.map((each) => `(?:${each})`).join('|');
    if (flags.has('w')) source = `(?<!\\w)(?:${source})(?!\\w)`;
    if (flags.has('x')) source = `^(?:${source})$`;
    // `(?i)` at the beginning of a Perl expression is a matter of the whole.
    const inline = flags.has('P') ? /^\(\?([imsx]+)\)/.exec(source) : null;
    regExp = new RegExp(inline === null ? source : source.slice(inline[0].length), [...new Set(letters + (inline?.[1] ?? '').replace('x', ''))].join('')); // prettier-ignore
  } catch (error) {
    if (!(error instanceof RegExpMistake) && !(error instanceof SyntaxError)) throw error;
    yield* complain(process, error instanceof RegExpMistake ? error.message : perlMistake((error as SyntaxError).message));
    return 2;
  }
  const fits = (name: string, patterns: string | undefined): boolean => patterns?.split('\n').some((each) => matches(name, each)) === true;
  const chosen = (name: string): boolean =>
    (!flags.has('include') || fits(name, flags.get('include'))) && !fits(name, flags.get('exclude'));
  const skipped = (name: string): boolean => fits(name, flags.get('exclude-dir'));
  const recursive = flags.has('r') || flags.has('R');
  const paths = recursive
    ? (operands.length === 0 ? [''] : operands).flatMap((path) => walk(process.files, process.cwd, path, chosen, skipped))
    : operands.length === 0
      ? ['-']
      : operands;
  const named = flags.has('H') || (!flags.has('h') && (recursive || paths.length > 1));
  for (const letter of ['A', 'B', 'C']) {
    if (/^\d+$/.test(flags.get(letter) ?? '0')) continue;
    yield* complain(process, `${flags.get(letter)}: invalid context length argument`);
    return 2;
  }
  const limit = Number(flags.get('m') ?? Number.POSITIVE_INFINITY);
  const before = Number(flags.get('B') ?? flags.get('C') ?? 0);
  const after = Number(flags.get('A') ?? flags.get('C') ?? 0);
  const batch = new Batch(process);
  let found = false;
  let listed = false;
  let failed = false;
  for (const path of paths) {
    const full = resolvePath(process.cwd, path);
    if (path !== '-' && process.files.exists(full) && process.files.stat(full).type === 'directory') {
      if (flags.get('d') === 'skip') continue;
      failed = true;
      yield* complain(process, `${path}: Is a directory`);
      continue;
    }
    const reader = flags.has('s') && path !== '-' && !process.files.exists(full) ? undefined : yield* openInput(process, path);
    if (reader === undefined) {
      failed = true;
      continue;
    }
    const name = path === '-' ? (flags.get('label') ?? '(standard input)') : path;
    const mark0 = flags.has('Z') ? '\0' : undefined;
    const zero = flags.has('z');
    // `-z`: what newlines are otherwise, NULs are.
    const source = new LineSource(
      zero ? readerOf((yield* readAll(reader)).replace(/[\0\n]/g, (c) => (c === '\0' ? '\n' : '\0'))) : reader,
      () => batch.flush(),
    );
    const shown = (text: string): string => (zero ? `${text.replaceAll('\0', '\n')}\0` : `${text}\n`);
    const quiet = flags.has('q') || flags.has('l') || flags.has('L') || flags.has('c');
    const kept: [number, string, number][] = [];
    const prefix = (at: number, mark: string, offset: number): string =>
      (named ? `${name}${mark0 ?? mark}` : '') + (flags.has('n') ? `${at}${mark}` : '') + (flags.has('b') ? `${offset}${mark}` : '');
    let binary = false;
    let [number, count, trailing, printed, offset] = [0, 0, 0, 0, 0];
    for (let raw = yield* source.next(); raw !== undefined; raw = yield* source.next()) {
      const line = raw.endsWith('\n') ? raw.slice(0, -1) : raw;
      binary ||= !zero && !flags.has('a') && line.includes('\0');
      const start = offset;
      offset += flags.has('b') ? encode(raw).length : 0;
      number++;
      regExp.lastIndex = 0;
      if (count >= limit || regExp.test(line) === flags.has('v')) {
        if (trailing > 0 && !quiet) {
          trailing--;
          printed = number;
          yield* batch.add(prefix(number, '-', start) + shown(line));
        } else if (before > 0) {
          kept.push([number, line, start]);
          if (kept.length > before) kept.shift();
        }
        if (count >= limit && trailing === 0) break;
        continue;
      }
      count++;
      found = true;
      if (flags.has('q')) return 0;
      if (flags.has('l') || flags.has('L')) break;
      if (binary && !quiet) {
        yield* batch.flush();
        yield* complain(process, `${name}: binary file matches`);
        break;
      }
      if (!quiet) {
        const first = kept[0]?.[0] ?? number;
        if (before + after > 0 && printed > 0 && first > printed + 1 && !flags.has('no-group-separator'))
          yield* batch.add(`${flags.get('group-separator') ?? '--'}\n`);
        for (const [at, text, place] of kept.splice(0)) yield* batch.add(prefix(at, '-', place) + shown(text));
        if (!flags.has('o')) yield* batch.add(prefix(number, ':', start) + shown(line));
        else if (!flags.has('v')) {
          for (const match of line.matchAll(new RegExp(regExp.source, regExp.flags)))
            if (match[0] !== '') yield* batch.add(prefix(number, ':', start + encode(line.slice(0, match.index)).length) + shown(match[0]));
        }
        printed = number;
        trailing = after;
      }
      if (count >= limit && trailing === 0) break;
    }
    if (flags.has('l') ? count > 0 : flags.has('L') && count === 0) yield* batch.add(`${name}${mark0 ?? '\n'}`);
    else if (flags.has('c') && !flags.has('l') && !flags.has('L')) yield* batch.add(`${named ? `${name}:` : ''}${count}\n`);
    listed ||= flags.has('L') && count === 0;
    yield* batch.flush();
  }
  if (flags.has('L')) return failed ? 2 : listed ? 0 : 1;
  return failed ? 2 : found ? 0 : 1;
}

/** Perl's expressions are JavaScript's but for a few. */
function perlSource(pattern: string): string {
  const kept = pattern.lastIndexOf('\\K');
  const source = kept < 0 ? pattern : `(?<=${pattern.slice(0, kept)})${pattern.slice(kept + 2)}`;
  return source
    .replace(/\\[Aa]/g, (c) => (c === '\\A' ? '^' : '\\x07'))
    .replace(/\\[zZ]/g, '$')
    .replace(/\\h/g, '[ \\t]')
    .replace(/\[\[:(\^?)(\w+):\]\]/g, (all, not: string, name: string) =>
      PERL_CLASSES[name] === undefined ? all : `[${not}${PERL_CLASSES[name]}]`,
    )
    .replace(/\(\?P?<([A-Za-z_]\w*)>/g, '(?<$1>')
    .replace(/([*+?}])\+/g, '$1');
}

const PERL_CLASSES: Readonly<Record<string, string>> = {
  digit: '0-9', alpha: 'A-Za-z', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', xdigit: '0-9A-Fa-f', punct: '!-/:-@\\[-`{-~', word: '\\w',
}; // prettier-ignore

/** As PCRE2 says it. */
function perlMistake(message: string): string {
  if (/Unterminated group/.test(message)) return 'missing closing parenthesis';
  if (/Unmatched '\)'/.test(message)) return 'unmatched closing parenthesis';
  if (/Nothing to repeat/.test(message)) return 'quantifier does not follow a repeatable item';
  if (/character class/.test(message)) return 'missing terminating ] for character class';
  return 'unrecognized character in pattern';
}

function walk(
  files: FileSystem,
  cwd: string,
  path: string,
  chosen: (name: string) => boolean,
  skipped: (name: string) => boolean,
): string[] {
  const full = resolvePath(cwd, path === '' ? '.' : path);
  const name = baseName(full);
  if (!files.exists(full)) return [path];
  if (files.stat(full).type !== 'directory') return chosen(name) ? [path] : [];
  if (path !== '' && skipped(name)) return [];
  return files.list(full).flatMap((each) => walk(files, cwd, path === '' ? each : `${path.replace(/\/$/, '')}/${each}`, chosen, skipped));
}
