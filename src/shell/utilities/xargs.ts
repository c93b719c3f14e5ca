import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { emptyReader, readAll, splitLines, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { launchAndWait } from './launch.ts';

export function* xargs(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'n:I:rt0L:',
    long: { 'no-run-if-empty': 'r', 'max-args=': 'n', null: '0', verbose: 't' },
    stopEarly: true,
    refused: ['-P', '--max-procs', '-p', '-a', '-d', '-E', '-s'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const command = operands.length === 0 ? ['echo'] : operands;
  const text = yield* readAll(process.stdin);
  const placeholder = flags.get('I');
  const items = flags.has('0') ? text.split('\0').filter(Boolean) : placeholder !== undefined ? splitLines(text).map((line) => line.trim()).filter(Boolean) : words(text); // prettier-ignore
  const size = Number(flags.get('n') ?? (flags.get('L') || Number.POSITIVE_INFINITY));
  const calls: string[][] = [];
  if (placeholder !== undefined) for (const item of items) calls.push(command.map((word) => word.replaceAll(placeholder, item)));
  else if (items.length === 0) {
    if (!flags.has('r')) calls.push([...command]);
  } else for (let i = 0; i < items.length; i += size) calls.push([...command, ...items.slice(i, i + size)]);
  let status = 0;
  for (const argv of calls) {
    if (flags.has('t')) yield* writeText(process.stderr, `${argv.join(' ')}\n`);
    const code = yield* launchAndWait(process, argv, { stdin: emptyReader() });
    if (code === 126 || code === 127) return code;
    if (code !== 0) status = 123;
  }
  return status;
}

/** Blanks separate; quotes and backslashes protect. */
function words(text: string): string[] {
  return [...text.matchAll(/(?:"[^"\n]*"|'[^'\n]*'|\\.|[^\s"'\\])+/gs)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'|\\(.)/gs, (_, a, b, c) => a ?? b ?? c)); // prettier-ignore
}
