import type { Process, ProcessInfo, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { baseName } from '../../engine/os/path.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';

/** procps' `ps`: `-ef`, `aux`, `-o` with columns, `-p` and `-C` of some. */
export const ps: Program = function* (process) {
  const argv = process.argv.map((arg, i) => (i === 1 && /^[auxfweo]+$/.test(arg) ? `-${arg.replace(/[auxw]+/, 'x')}` : arg));
  const bsd = argv[1] !== process.argv[1];
  const options = yield* readOptions(Object.create(process, { argv: { value: argv } }) as Process, {
    short: 'eAfaxuwlo:p:C:H',
    long: { 'format=': 'o', 'pid=': 'p', 'sort=': 'sort', 'no-headers': 'n', 'no-heading': 'n', forest: 'H' },
    joined: 'o',
    refused: ['-l', '-t', '-g', '-L', '-T', '-M', '-Z', '--ppid'],
  });
  if (typeof options === 'number') return options;
  const { flags } = options;
  const columns = flags.has('o') ? columnsOf(flags.get('o') ?? '') : bsd ? USER_COLUMNS : flags.has('f') ? FULL_COLUMNS : SHORT_COLUMNS;
  if (typeof columns === 'string') return yield* fail(process, `error: unknown user-defined format specifier "${columns}"`);
  // The workstation's init stands for a machine that nobody looks at.
  const all = (process.system?.processes() ?? []).filter(({ argv: [name] }) => name !== 'init');
  const pids = flags.get('p')?.split(/[,\s]+/);
  const names = flags.get('C')?.split(',');
  const found = all.filter((info) => (pids?.includes(String(info.pid)) ?? true) && (names?.includes(commandName(info)) ?? true));
  yield* writeText(process.stdout, table(process, columns, sorted(found, flags.get('sort')), !flags.has('n')));
  return found.length === 0 ? 1 : 0;
};

/** busybox's takes no notice of `aux` and `-ef`, and has one layout; `-o` names its own columns. */
export const busyboxPs: Program = function* (process) {
  const args = process.argv.slice(1);
  const at = args.indexOf('-o');
  const format = at < 0 ? undefined : args.splice(at, 2)[1];
  const option = args.find((arg) => !/^-?[aefuxlTw]+$/.test(arg));
  if (option !== undefined) return yield* fail(process, `unrecognized option: ${option.replace(/^-+/, '')}`);
  const columns = columnsOf(format ?? 'pid,user,time,args');
  if (typeof columns === 'string')
    return yield* fail(process, `bad -o argument '${columns}', supported arguments: user,group,comm,args,pid,ppid,pgid,etime,rss,stat`);
  const found = process.system?.processes() ?? [];
  if (format !== undefined) {
    yield* writeText(process.stdout, table(process, columns, found, true));
    return 0;
  }
  const user = process.system?.user ?? 'root';
  const rows = found.map(({ pid, argv }) => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${argv.join(' ')}\n`);
  yield* writeText(process.stdout, `PID   USER     TIME  COMMAND\n${rows.join('')}`);
  return 0;
};

/** `nginx` of `nginx: master process …`: what a process is called that has a title of its own. */
export function commandName({ argv: [first = ''] }: ProcessInfo): string {
  return baseName(first.replace(/:( .*)?$/, ''));
}

interface Column {
  readonly title: string;
  readonly width: number;
  /** Text stands left, numbers right. */
  readonly left?: boolean;
  readonly value: (info: ProcessInfo, process: Process) => string;
}

const terminalOf = (process: Process): string => (process.terminal === undefined ? '?' : 'pts/0');
const startOf = ({ started }: ProcessInfo): string => new Date(started).toISOString().slice(11, 16);
const kibibytes = ({ memory = 0 }: ProcessInfo): string => String(Math.round(memory / 1024));
const share = (part: number, whole: number): string => (whole === 0 ? 0 : (100 * part) / whole).toFixed(1);
const stateOf = ({ stopped, cpu = 0, pid }: ProcessInfo, process: Process): string =>
  stopped ? 'T' : cpu > 0 || pid === process.pid ? 'R' : 'S';

function elapsed({ started }: ProcessInfo, process: Process): string {
  const seconds = Math.floor((process.now() - started) / 1000);
  const two = (number: number): string => String(number).padStart(2, '0');
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  return `${days > 0 ? `${two(days)}-` : ''}${days > 0 || hours > 0 ? `${two(hours)}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function memoryShare({ memory = 0 }: ProcessInfo, process: Process): string {
  const { files } = process;
  const total = files.exists('/proc/meminfo') ? Number(/^MemTotal: +(\d+)/m.exec(decode(files.read('/proc/meminfo')))?.[1] ?? 0) * 1024 : 0;
  return share(memory, total);
}

const COLUMNS: Readonly<Record<string, Column>> = {
  pid: { title: 'PID', width: 7, value: ({ pid }) => String(pid) },
  ppid: { title: 'PPID', width: 7, value: ({ parent }) => String(parent) },
  pgid: { title: 'PGID', width: 7, value: ({ group }) => String(group) },
  user: { title: 'USER', width: 8, left: true, value: (_, process) => process.system?.user ?? 'root' },
  uid: { title: 'UID', width: 8, left: true, value: (_, process) => process.system?.user ?? 'root' },
  comm: { title: 'COMMAND', width: 15, left: true, value: (info) => commandName(info).slice(0, 15) },
  cmd: { title: 'CMD', width: 0, left: true, value: ({ argv }) => argv.join(' ') },
  args: { title: 'COMMAND', width: 0, left: true, value: ({ argv }) => argv.join(' ') },
  name: { title: 'CMD', width: 0, left: true, value: ({ argv }) => argv[0] ?? '' },
  stat: { title: 'STAT', width: 4, left: true, value: stateOf },
  c: { title: 'C', width: 2, value: ({ cpu = 0 }) => String(Math.min(99, Math.floor(cpu / 10))) },
  pcpu: { title: '%CPU', width: 4, value: ({ cpu = 0 }) => (cpu / 10).toFixed(1) },
  pmem: { title: '%MEM', width: 4, value: memoryShare },
  rss: { title: 'RSS', width: 5, value: kibibytes },
  vsz: { title: 'VSZ', width: 6, value: kibibytes },
  tty: { title: 'TTY', width: 8, left: true, value: (_, process) => terminalOf(process) },
  stime: { title: 'STIME', width: 5, value: startOf },
  start: { title: 'START', width: 7, left: true, value: startOf },
  etime: { title: 'ELAPSED', width: 11, value: elapsed },
  time: { title: 'TIME', width: 8, value: () => '00:00:00' },
  bsdtime: { title: 'TIME', width: 4, value: () => '0:00' },
};
const SAME: Readonly<Record<string, string>> = {
  command: 'args', ucmd: 'comm', ucomm: 'comm', '%cpu': 'pcpu', '%mem': 'pmem', rssize: 'rss', vsize: 'vsz', euser: 'user', tname: 'tty', tt: 'tty', state: 'stat', s: 'stat',
  cputime: 'time', start_time: 'stime',
}; // prettier-ignore

const named = (names: string): Column[] => names.split(' ').map((name) => COLUMNS[name] as Column);

const SHORT_COLUMNS = named('pid tty time name');
const FULL_COLUMNS = named('uid pid ppid c stime tty time cmd');
const USER_COLUMNS = named('user pid pcpu pmem vsz rss tty stat start bsdtime args');

/** `pid,comm`, `pid=,args=Command`; a text is the column that there is none of. */
function columnsOf(format: string): Column[] | string {
  const columns: Column[] = [];
  for (const each of format.split(/[\s,]+/).filter(Boolean)) {
    const [name = '', title] = each.split('=');
    const column = COLUMNS[SAME[name] ?? name];
    if (column === undefined || name === 'name') return name;
    columns.push(title === undefined ? column : { ...column, title, width: Math.max(column.width, title.length) });
  }
  return columns;
}

function sorted(found: readonly ProcessInfo[], key: string | undefined): readonly ProcessInfo[] {
  if (key === undefined) return found;
  const by = key.replace(/^[-+]/, '');
  const number = (info: ProcessInfo): number =>
    /cpu/.test(by) ? (info.cpu ?? 0) : /mem|rss|vsz/.test(by) ? (info.memory ?? 0) : /start/.test(by) ? info.started : info.pid;
  return found.toSorted((a, b) => (key.startsWith('-') ? number(b) - number(a) : number(a) - number(b)));
}

function table(process: Process, columns: readonly Column[], found: readonly ProcessInfo[], headings: boolean): string {
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, i) => {
        const { width = 0, left = false } = columns[i] ?? {};
        return left ? (i === cells.length - 1 ? cell : cell.padEnd(width)) : cell.padStart(width);
      })
      .join(' ')}\n`;
  const titles = headings && columns.some(({ title }) => title !== '') ? line(columns.map(({ title }) => title)) : '';
  return titles + found.map((info) => line(columns.map(({ value }) => value(info, process)))).join('');
}

function* fail(process: Process, text: string): Task<number> {
  yield* complain(process, text);
  return 1;
}
