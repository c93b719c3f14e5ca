import type { FileSystem, Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { forEachLine, writeText } from '../../engine/os/text.ts';
import { escapeRegExp } from '../pattern.ts';
import { readOptions } from './arguments.ts';
import { posixRegExp, RegExpMistake } from './basic-regexp.ts';
import { complain, openInput } from './input.ts';

export function* grep(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'EFGPivncloqwxhHrRse:m:A:B:C:',
    long: { 'ignore-case': 'i', 'invert-match': 'v', 'line-number': 'n', count: 'c', 'extended-regexp': 'E', 'fixed-strings': 'F', 'only-matching': 'o', quiet: 'q', silent: 'q', 'files-with-matches': 'l', 'word-regexp': 'w', 'line-regexp': 'x', recursive: 'r', 'regexp=': 'e', 'max-count=': 'm', 'after-context=': 'A', 'before-context=': 'B', 'context=': 'C', 'line-buffered': 'line-buffered', 'no-filename': 'h', 'with-filename': 'H' },
    joined: 'e',
    number: 'C',
    refused: ['--color', '--colour', '-a', '-b', '-f', '-L', '-z', '--include', '--exclude', '--exclude-dir'],
    status: 2,
  }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags } = options;
  const operands = [...options.operands];
  const pattern = flags.get('e') ?? operands.shift();
  if (pattern === undefined) {
    yield* writeText(process.stderr, "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n");
    return 2;
  }
  let regExp: RegExp;
  try {
    const letters = `g${flags.has('i') ? 'i' : ''}`;
    const sources = pattern
      .split('\n')
      .map((each) =>
        flags.has('F')
          ? escapeRegExp(each)
          : flags.has('P')
            ? each
            : posixRegExp(each, flags.has('E') || process.argv[0] === 'egrep', letters).source,
      );
    let source = sources.length === 1 ? (sources[0] as string) : sources.map((each) => `(?:${each})`).join('|');
    if (flags.has('w')) source = `(?<!\\w)(?:${source})(?!\\w)`;
    if (flags.has('x')) source = `^(?:${source})$`;
    regExp = new RegExp(source, letters);
  } catch (error) {
    if (!(error instanceof RegExpMistake) && !(error instanceof SyntaxError)) throw error;
    yield* complain(process, error instanceof RegExpMistake ? error.message : 'unrecognized character in pattern');
    return 2;
  }
  const recursive = flags.has('r') || flags.has('R');
  const paths = recursive
    ? (operands.length === 0 ? ['.'] : operands).flatMap((path) => walk(process.files, process.cwd, path))
    : operands.length === 0
      ? ['-']
      : operands;
  const named = flags.has('H') || (!flags.has('h') && (recursive || paths.length > 1));
  const limit = Number(flags.get('m') ?? Number.POSITIVE_INFINITY);
  const before = Number(flags.get('B') ?? flags.get('C') ?? 0);
  const after = Number(flags.get('A') ?? flags.get('C') ?? 0);
  let found = false;
  let failed = false;
  for (const path of paths) {
    const full = resolvePath(process.cwd, path);
    if (path !== '-' && process.files.exists(full) && process.files.stat(full).type === 'directory') {
      yield* complain(process, `${path}: Is a directory`);
      continue;
    }
    const reader = flags.has('s') && path !== '-' && !process.files.exists(full) ? undefined : yield* openInput(process, path);
    if (reader === undefined) {
      failed = true;
      continue;
    }
    let number = 0;
    let count = 0;
    let trailing = 0;
    let printed = 0;
    const kept: [number, string][] = [];
    const name = path === '-' ? '(standard input)' : path;
    const prefix = (at: number, mark: string): string => (named ? `${name}${mark}` : '') + (flags.has('n') ? `${at}${mark}` : '');
    const quiet = flags.has('q') || flags.has('l') || flags.has('c');
    yield* forEachLine(reader, function* (line) {
      number++;
      regExp.lastIndex = 0;
      if (regExp.test(line) === flags.has('v')) {
        if (trailing > 0 && !quiet) {
          trailing--;
          printed = number;
          yield* writeText(process.stdout, `${prefix(number, '-')}${line}\n`);
        } else if (before > 0) {
          kept.push([number, line]);
          if (kept.length > before) kept.shift();
        }
        return count < limit;
      }
      if (count >= limit) return false;
      count++;
      found = true;
      if (flags.has('q') || flags.has('l')) return false;
      if (!quiet) {
        const first = kept[0]?.[0] ?? number;
        if (before + after > 0 && printed > 0 && first > printed + 1) yield* writeText(process.stdout, '--\n');
        for (const [at, text] of kept.splice(0)) yield* writeText(process.stdout, `${prefix(at, '-')}${text}\n`);
        if (flags.has('o'))
          for (const [match] of flags.has('v') ? [] : line.matchAll(new RegExp(regExp.source, regExp.flags)))
            yield* writeText(process.stdout, match === '' ? '' : `${prefix(number, ':')}${match}\n`);
        else yield* writeText(process.stdout, `${prefix(number, ':')}${line}\n`);
        printed = number;
        trailing = after;
      }
      return count < limit || trailing > 0;
    });
    if (flags.has('l') && count > 0) yield* writeText(process.stdout, `${name}\n`);
    else if (flags.has('c')) yield* writeText(process.stdout, `${named ? `${name}:` : ''}${count}\n`);
    if (found && flags.has('q')) return 0;
  }
  return failed ? 2 : found ? 0 : 1;
}

function walk(files: FileSystem, cwd: string, path: string): string[] {
  const full = resolvePath(cwd, path);
  if (!files.exists(full) || files.stat(full).type !== 'directory') return [path];
  return files.list(full).flatMap((name) => walk(files, cwd, path === '.' ? name : `${path.replace(/\/$/, '')}/${name}`));
}
