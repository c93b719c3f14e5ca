import type { Process, Program } from '../../engine/os/process.ts';
import { suspend, run, type Task } from '../../engine/os/task.ts';
import { readLine, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';

/** procps' `top [-b] [-n turns] [-d seconds]`: the processes, those that use most first. What the kernel here does not count (the machine's memory, processor time) has no line. */
export const top: Program = (process) => show(process, ofProcps);
/** busybox's applet: the same with its columns. */
export const busyboxTop: Program = (process) => show(process, ofBusybox);

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: 'R' | 'S' | 'T';
  readonly memory: number;
  /** Of one processor. */
  readonly percent: number;
  readonly command: string;
  readonly name: string;
}

function* show(process: Process, screen: (process: Process, rows: readonly Row[]) => string): Task<number> {
  const options = yield* readOptions(process, { short: 'bn:d:', long: {} });
  if (typeof options === 'number') return options;
  const batch = options.flags.has('b');
  const turns = Number(options.flags.get('n') ?? Number.POSITIVE_INFINITY);
  const pause = Number(options.flags.get('d') ?? 3) * 1000;
  if (Number.isNaN(turns) || Number.isNaN(pause)) {
    yield* complain(
      process,
      `bad ${Number.isNaN(turns) ? 'iterations' : 'delay interval'} argument '${options.flags.get(Number.isNaN(turns) ? 'n' : 'd')}'`,
    );
    return 1;
  }
  if (!batch && process.terminal === undefined) {
    yield* complain(process, 'failed tty get');
    return 1;
  }
  for (let turn = 1; ; turn++) {
    const text = screen(process, rowsOf(process));
    const { rows = 24, columns = 80 } = process.terminal ?? {};
    const lines = text.split('\n').slice(0, batch ? undefined : rows - 1);
    yield* writeText(
      process.stdout,
      batch ? `${turn > 1 ? '\n' : ''}${text}` : `\x1b[H\x1b[2J${lines.map((line) => line.slice(0, columns)).join('\n')}`,
    );
    if (turn >= turns) return 0;
    if (batch) yield* process.sleep(pause);
    else if (yield* leaves(process, pause)) return 0;
  }
}

/** Waits for the next turn; true when somebody types `q` meanwhile. */
function* leaves(process: Process, pause: number): Task<boolean> {
  return yield* suspend<boolean>((resume, fail) => {
    const reading = run(readLine(process.stdin), (line) => resume(line === undefined || /^q/i.test(line)), fail);
    const waiting = run(process.sleep(pause), () => resume(false), fail);
    return () => {
      reading.kill();
      waiting.kill();
    };
  });
}

function rowsOf(process: Process): Row[] {
  const found = process.system?.processes() ?? [];
  return found
    .map(({ pid, parent, argv, stopped, memory = 0, cpu = 0 }): Row => ({
      pid,
      parent,
      state: stopped ? 'T' : pid === process.pid || cpu > 0 ? 'R' : 'S',
      memory,
      percent: cpu / 10,
      command: argv.join(' '),
      name: (argv[0] ?? '').split('/').pop() ?? '',
    }))
    .sort((a, b) => b.percent - a.percent || b.memory - a.memory || a.pid - b.pid);
}

const count = (rows: readonly Row[], state: Row['state']): string => String(rows.filter((row) => row.state === state).length).padStart(3);
const kibibytes = (bytes: number): string => String(Math.round(bytes / 1024));

function ofProcps(process: Process, rows: readonly Row[]): string {
  const user = process.system?.user ?? 'root';
  const clock = new Date(process.now()).toISOString().slice(11, 19);
  const lines = rows.map(
    ({ pid, state, memory, percent, name }) =>
      `${String(pid).padStart(7)} ${user.padEnd(8)}  20   0 ${kibibytes(memory).padStart(7)} ${state} ${percent.toFixed(1).padStart(5)} ${name}\n`,
  );
  return `top - ${clock}
Tasks: ${String(rows.length).padStart(3)} total, ${count(rows, 'R')} running, ${count(rows, 'S')} sleeping, ${count(rows, 'T')} stopped,   0 zombie

    PID USER      PR  NI     RES S  %CPU COMMAND
${lines.join('')}`;
}

function ofBusybox(process: Process, rows: readonly Row[]): string {
  const user = process.system?.user ?? 'root';
  const lines = rows.map(
    ({ pid, parent, state, memory, percent, command }) =>
      `${String(pid).padStart(5)} ${String(parent).padStart(5)} ${user.padEnd(8)} ${state}    ${kibibytes(memory).padStart(7)} ${String(Math.round(percent)).padStart(3)}% ${command}\n`,
  );
  return `  PID  PPID USER     STAT     RSS %CPU COMMAND\n${lines.join('')}`;
}
