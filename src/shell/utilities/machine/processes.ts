import type { Process, ProcessInfo, Program, SignalName } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { signalNamed } from '../../signals.ts';
import { readOptions } from '../arguments.ts';
import { complain, programName } from '../input.ts';
import { commandName } from '../ps.ts';

// Processes by their names: pgrep and pkill, pidof and killall, pstree.

function others(process: Process): readonly ProcessInfo[] {
  return (process.system?.processes() ?? []).filter(({ pid }) => pid !== process.pid);
}

export const pgrep: Program = (process) => byPattern(process);
export const pkill: Program = (process) => byPattern(process);

function* byPattern(process: Process): Task<number> {
  const kills = programName(process) === 'pkill';
  const args = process.argv.slice(1);
  const given = kills ? args.find((arg) => /^-([A-Z]+|\d+)$/.test(arg)) : undefined;
  const options = yield* readOptions(
    Object.create(process, { argv: { value: ['pgrep', ...args.filter((arg) => arg !== given)] } }) as Process,
    {
      short: 'aflxnovcP:u:d:e',
      long: {
        full: 'f',
        'list-name': 'l',
        'list-full': 'a',
        exact: 'x',
        newest: 'n',
        oldest: 'o',
        inverse: 'v',
        count: 'c',
        'parent=': 'P',
        'delimiter=': 'd',
        'signal=': 's',
      },
      refused: ['-u', '-g', '-G', '-t', '-s', '-U'],
      status: 2,
    },
  );
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [pattern] = operands;
  if (pattern === undefined && !flags.has('P')) {
    yield* complain(process, 'no matching criteria specified');
    return 2;
  }
  const signal = yield* signalOf(process, given?.slice(1) ?? flags.get('s') ?? 'TERM');
  if (typeof signal === 'number') return 2;
  const expression = new RegExp(flags.has('x') ? `^(?:${pattern ?? ''})$` : (pattern ?? ''));
  let found = others(process).filter(
    (info) =>
      expression.test(flags.has('f') ? info.argv.join(' ') : commandName(info)) !== flags.has('v') &&
      (!flags.has('P') || flags.get('P')?.split(',').includes(String(info.parent)) === true),
  );
  if (flags.has('n')) found = found.slice(-1);
  if (flags.has('o')) found = found.slice(0, 1);
  if (kills) for (const { pid } of found) process.system?.kill(pid, signal);
  else if (flags.has('c')) yield* writeText(process.stdout, `${found.length}\n`);
  else if (found.length > 0) {
    const texts = found.map(
      (info) => `${info.pid}${flags.has('a') ? ` ${info.argv.join(' ')}` : flags.has('l') ? ` ${commandName(info)}` : ''}`,
    );
    yield* writeText(process.stdout, `${texts.join(flags.get('d') ?? '\n')}\n`);
  }
  return found.length > 0 ? 0 : 1;
}

function* signalOf(process: Process, name: string): Task<SignalName | number> {
  const signal = signalNamed(name);
  if (signal !== undefined) return signal;
  yield* complain(process, `${name}: unknown signal`);
  return 1;
}

export const pidof: Program = function* (process) {
  const names = process.argv.slice(1).filter((arg) => arg !== '-s' && arg !== '-x');
  const found = others(process)
    .filter((info) => names.includes(commandName(info)) || names.includes(info.argv[0] ?? ''))
    .map(({ pid }) => pid)
    .reverse();
  if (found.length === 0) return 1;
  yield* writeText(process.stdout, `${(process.argv.includes('-s') ? found.slice(0, 1) : found).join(' ')}\n`);
  return 0;
};

export const killall: Program = function* (process) {
  const args = process.argv.slice(1);
  const quiet = args.includes('-q');
  const given = args.find((arg) => /^-(SIG)?([A-Z]+\d*|\d+)$/.test(arg));
  const signal = yield* signalOf(process, given?.slice(1) ?? 'TERM');
  if (typeof signal === 'number') return 1;
  let status = 0;
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const found = others(process).filter((info) => commandName(info) === name);
    for (const { pid } of found) process.system?.kill(pid, signal);
    if (found.length > 0) continue;
    status = 1;
    if (!quiet) yield* writeText(process.stderr, `${name}: no process killed\n`);
  }
  return status;
};

/** Who started whom: `pstree [-p] [-a]`. Siblings of one name that start nobody are counted. */
export const pstree: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'pan', refused: ['-s', '-u', '-h', '-l', '-c', '-g'] });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const all = process.system?.processes() ?? [];
  const root = operands[0] === undefined ? 1 : Number(operands[0]);
  const top = all.find(({ pid }) => pid === root);
  if (top === undefined) return 1;
  const label = (info: ProcessInfo): string =>
    `${flags.has('a') ? info.argv.join(' ') : commandName(info)}${flags.has('p') ? (flags.has('a') ? `,${info.pid}` : `(${info.pid})`) : ''}`;
  const children = (pid: number): readonly ProcessInfo[] => all.filter((each) => each.parent === pid);
  const lines: string[] = [];
  const draw = (info: ProcessInfo, depth: string): void => {
    const own = children(info.pid);
    for (const [i, child] of own.entries()) {
      const last = i === own.length - 1;
      lines.push(`${depth}${last ? '└─' : '├─'}${label(child)}`);
      draw(child, `${depth}${last ? '  ' : '│ '}`);
    }
  };
  lines.push(label(top));
  draw(top, '  ');
  yield* writeText(process.stdout, lines.map((line) => `${line}\n`).join(''));
  return 0;
};
