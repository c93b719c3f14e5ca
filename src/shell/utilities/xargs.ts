import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, emptyReader, readBytes, splitLines, writeText } from '../../engine/os/text.ts';
import { together } from '../../engine/os/together.ts';
import { readOptions } from './arguments.ts';
import { escapeRegExp } from '../pattern.ts';
import { unescape } from './escapes.ts';
import { complain, readFile } from './input.ts';
import { launchAndWait } from './launch.ts';

export function* xargs(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'n:I:rt0L:P:d:a:E:s:x',
    long: {
      'no-run-if-empty': 'r',
      'max-args=': 'n',
      null: '0',
      verbose: 't',
      'max-procs=': 'P',
      'delimiter=': 'd',
      'max-lines=': 'L',
      'arg-file=': 'a',
      'replace=': 'I',
      exit: 'x',
    },
    stopEarly: true,
    refused: ['-p', '--interactive'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const command = operands.length === 0 ? ['echo'] : operands;
  const file = flags.get('a');
  const bytes =
    file === undefined ? yield* readBytes(process.stdin) : yield* readFile(process, file, (path) => `Cannot open input file '${path}'`);
  if (bytes === undefined) return 1;
  const text = decode(bytes);
  const placeholder = flags.get('I');
  const delimiter = flags.has('d') ? unescape(flags.get('d') as string, false).text : undefined;
  const items = flags.has('0') ? text.split('\0').filter(Boolean) : delimiter !== undefined ? text.replace(new RegExp(`${escapeRegExp(delimiter)}$`), '').split(delimiter) : placeholder !== undefined ? splitLines(text).map((line) => line.trim()).filter(Boolean) : words(text); // prettier-ignore
  // Only blanks in between are looked at for quotes.
  const unmatched =
    flags.has('0') || delimiter !== undefined ? undefined : /^(?:"[^"\n]*"|'[^'\n]*'|\\.|[^"'\\])*?(["'])(?![^\n]*\1)/s.exec(text)?.[1];
  if (unmatched !== undefined) {
    yield* complain(
      process,
      `unmatched ${unmatched === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option`,
    );
    return 1;
  }
  const stop = flags.has('E') ? items.indexOf(flags.get('E') as string) : -1;
  if (stop >= 0) items.splice(stop);
  const size = Number(flags.get('n') ?? Number.POSITIVE_INFINITY);
  const perCall = Number(flags.get('L') ?? 0);
  const calls: string[][] = [];
  if (placeholder !== undefined) for (const item of items) calls.push(command.map((word) => word.replaceAll(placeholder, item)));
  else if (items.length === 0) {
    if (!flags.has('r')) calls.push([...command]);
  } else if (perCall > 0) {
    const lines = splitLines(text).filter((line) => line.trim() !== '');
    for (let i = 0; i < lines.length; i += perCall) calls.push([...command, ...lines.slice(i, i + perCall).flatMap(words)]);
  } else for (let i = 0; i < items.length; i += size) calls.push([...command, ...items.slice(i, i + size)]);
  let status = 0;
  const parallel = Number(flags.get('P') ?? 1) || calls.length;
  if (parallel > 1) return yield* inParallel(process, calls, parallel, flags.has('t'));
  for (const argv of calls) {
    if (flags.has('t')) yield* writeText(process.stderr, `${argv.join(' ')}\n`);
    const code = yield* launchAndWait(process, argv, { stdin: emptyReader() });
    if (code === 126 || code === 127) return code;
    if (code === 255) {
      yield* complain(process, `${argv[0]}: exited with status 255; aborting`);
      return 124;
    }
    if (code !== 0) status = 123;
  }
  return status;
}

/** `-P`: so many at once. */
function* inParallel(process: Process, calls: readonly (readonly string[])[], most: number, tell: boolean): Task<number> {
  let status = 0;
  let next = 0;
  const worker = function* (): Task<void> {
    for (let argv = calls[next++]; argv !== undefined; argv = calls[next++]) {
      if (tell) yield* writeText(process.stderr, `${argv.join(' ')}\n`);
      const code = yield* launchAndWait(process, argv, { stdin: emptyReader() });
      if (code !== 0) status = code === 126 || code === 127 ? code : status || 123;
    }
  };
  yield* together(Array.from({ length: Math.min(most, calls.length) }, worker));
  return status;
}

/** Blanks separate; quotes and backslashes protect. */
function words(text: string): string[] {
  return [...text.matchAll(/(?:"[^"\n]*"|'[^'\n]*'|\\.|[^\s"'\\])+/gs)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'|\\(.)/gs, (_, a, b, c) => a ?? b ?? c)); // prettier-ignore
}
