import { Namespaces } from '../../../engine/os/namespaces.ts';
import { FileError, type Process, type Program, type Reader, type SignalName, type Writer } from '../../../engine/os/process.ts';
import { suspend, type Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { asTerminal, isTerminal } from '../../../engine/os/tty.ts';
import { readOptions } from '../arguments.ts';
import { complain } from '../input.ts';
import { inside } from '../inside.ts';

const KINDS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

/** `lsns [-t TYPE] [-p PID]`: namespaces, how many processes each has, and the first of them. */
export const lsns: Program = function* (process) {
  const options = yield* readOptions(process, { short: 't:p:nl', long: { 'type=': 't', 'task=': 'p', noheadings: 'n', list: 'l' } });
  if (typeof options === 'number') return options;
  const { flags } = options;
  const kind = flags.get('t');
  if (kind !== undefined && !KINDS.includes(kind)) {
    yield* complain(process, `unknown namespace type: ${kind}`);
    return 1;
  }
  const rows = new Map<string, { kind: string; number: string; count: number; pid: number; command: string }>();
  const all = process.system?.processes() ?? [];
  for (const { pid, argv } of all)
    for (const each of kind === undefined ? KINDS : [kind]) {
      const link = linkOf(process, pid, each);
      const number = link?.replace(/\D/g, '');
      if (number === undefined) continue;
      const row = rows.get(link as string);
      if (row === undefined) rows.set(link as string, { kind: each, number, count: 1, pid, command: argv.join(' ') });
      else row.count++;
    }
  const only = flags.get('p');
  const shown = [...rows]
    .filter(([link, { kind: each }]) => only === undefined || linkOf(process, Number(only), each) === link)
    .map(([, row]) => row)
    .toSorted((a, b) => Number(a.number) - Number(b.number));
  const user = process.system?.user ?? 'root';
  const width = Math.max(5, ...shown.map(({ pid }) => String(pid).length));
  const line = (cells: readonly string[]): string =>
    `${cells[0]?.padStart(10)} ${cells[1]?.padEnd(6)} ${cells[2]?.padStart(6)} ${cells[3]?.padStart(width)} ${cells[4]?.padEnd(5)} ${cells[5]}\n`;
  yield* writeText(
    process.stdout,
    (flags.has('n') ? '' : line(['NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'COMMAND'])) +
      shown.map((row) => line([row.number, row.kind, String(row.count), String(row.pid), user, row.command])).join(''),
  );
  return 0;
};

/** What `/proc/PID/ns/net` leads to. */
function linkOf({ files }: Process, pid: number, kind: string): string | undefined {
  try {
    return files.readLink(`/proc/${pid}/ns/${kind}`);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** `nsenter -t PID -n COMMAND…`: a program of this machine in another's network, or (with `-m`, `-p` or `-a`) among its files and processes. */
export const nsenter: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 't:amuinpCUSG',
    long: { 'target=': 't', all: 'a', mount: 'm', uts: 'u', ipc: 'i', net: 'n', pid: 'p', cgroup: 'C', user: 'U' },
    refused: ['-r', '-w', '-F', '-Z', '--root', '--wd', '--no-fork'],
    stopEarly: true,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const pid = flags.get('t');
  if (pid === undefined) {
    yield* complain(process, 'no target PID specified for --all');
    return 1;
  }
  const status = `/proc/${pid}/status`;
  const found = process.files.exists(status) ? process.files.special?.(status)?.service : undefined;
  if (!(found instanceof Namespaces)) {
    yield* complain(process, `cannot open /proc/${pid}/ns/${flags.has('n') ? 'net' : 'ipc'}: No such file or directory`);
    return 1;
  }
  const argv = operands.length > 0 ? operands : [process.env.get('SHELL') ?? '/bin/sh'];
  try {
    if (found.start !== undefined && ['a', 'm', 'p'].some((flag) => flags.has(flag))) return yield* among(process, found.start, argv);
    // Who is in that network already (a container sees none but its pod's) goes nowhere.
    const same = linkOf(process, process.pid, 'net') === linkOf(process, Number(pid), 'net');
    const child = !same && (flags.has('n') || flags.has('a')) ? inside(process, { net: found.network() }).spawn(argv) : process.spawn(argv);
    return yield* child.wait();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `failed to execute ${argv[0] ?? ''}: ${error.message}`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
};

function* among(process: Process, start: NonNullable<Namespaces['start']>, argv: readonly string[]): Task<number> {
  const { terminal } = process;
  const child = start(argv, {
    env: process.env,
    cwd: '/',
    stdin: lentReader(process.stdin),
    stdout: lentWriter(process.stdout),
    stderr: lentWriter(process.stderr),
    ...(terminal === undefined ? {} : { terminal }),
  });
  for (const signal of ['INT', 'TERM', 'HUP', 'QUIT'] satisfies SignalName[]) process.onSignal(signal, () => child.kill(signal));
  return yield* suspend<number>((resume) => child.onExit((code) => resume(code)));
}

// Streams that stay open when who borrowed them ends.

function lentReader(stream: Reader): Reader {
  const copy: Reader = { read: () => stream.read(), unread: (bytes) => stream.unread?.(bytes), close: () => {} };
  return isTerminal(stream) ? asTerminal(copy) : copy;
}

function lentWriter(stream: Writer): Writer {
  const copy: Writer = { write: (bytes) => stream.write(bytes), close: () => {} };
  return isTerminal(stream) ? asTerminal(copy) : copy;
}

/** `unshare` would make namespaces, which only the container runtime does here. */
export const unshare: Program = function* (process): Task<number> {
  const root = process.system?.confinement.capabilities.has('SYS_ADMIN') === true;
  yield* complain(
    process,
    root ? 'namespaces are made by the container runtime alone here; nsenter enters them' : 'unshare failed: Operation not permitted',
  );
  return 1;
};
