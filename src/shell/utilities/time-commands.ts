import { Interrupted, type Program } from '../../engine/os/process.ts';
import { run, suspend, type Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';
import { launch, launchAndWait } from './launch.ts';

// The commands about time: sleep, date, watch, timeout.

/** `5`, `0.5`, `2m`, `1h30m` is not one. In ms; NaN when it is no duration. */
function duration(text: string): number {
  const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (found === null) return text === 'infinity' || text === 'inf' ? 1e12 : Number.NaN;
  return Number(found[1]) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[(found[2] || 's') as 's' | 'm' | 'h' | 'd'];
}

export const sleep: Program = function* (process) {
  const options = yield* readOptions(process, { short: '' });
  if (typeof options === 'number') return options;
  let total = 0;
  if (options.operands.length === 0) {
    yield* complain(process, "missing operand\nTry 'sleep --help' for more information.");
    return 1;
  }
  for (const text of options.operands) {
    const each = duration(text);
    if (Number.isNaN(each)) {
      yield* complain(process, `invalid time interval ‘${text}’\nTry 'sleep --help' for more information.`);
      return 1;
    }
    total += each;
  }
  yield* process.sleep(total);
  return 0;
};

export const timeout: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 's:k:',
    long: { 'signal=': 's', 'kill-after=': 'k' },
    stopEarly: true,
    status: 125,
  });
  if (typeof options === 'number') return options;
  const [limit = '', ...command] = options.operands;
  const allowed = duration(limit);
  if (command.length === 0 || Number.isNaN(allowed)) {
    yield* complain(
      process,
      `${command.length === 0 ? 'missing operand' : `invalid time interval ‘${limit}’`}\nTry 'timeout --help' for more information.`,
    );
    return 125;
  }
  const child = yield* launch(process, command);
  if (typeof child === 'number') return child;
  let late = false;
  const code = yield* suspend<number>((resume, fail) => {
    const waiting = run(child.wait(), resume, fail);
    const ticking = run(process.sleep(allowed), () => {
      late = true;
      child.kill(options.flags.get('s')?.replace('SIG', '') === 'KILL' ? 'KILL' : 'TERM');
    }, fail); // prettier-ignore
    return () => {
      waiting.kill();
      ticking.kill();
    };
  });
  return late ? (code === 137 ? 137 : 124) : code;
};

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** In UTC. */
export const date: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'ud:IR',
    long: { utc: 'u', 'date=': 'd', 'rfc-email': 'R', 'iso-8601': 'I', 'iso-8601=': 'iso' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const wanted = flags.get('d');
  const at =
    wanted === undefined || wanted === 'now'
      ? process.now()
      : wanted.startsWith('@')
        ? Number(wanted.slice(1)) * 1000
        : Date.parse(/[zZ]|[-+]\d\d:?\d\d$/.test(wanted) || /^\d{4}-\d\d-\d\d$/.test(wanted) ? wanted : `${wanted}Z`);
  if (Number.isNaN(at)) {
    yield* complain(process, `invalid date ‘${wanted}’`);
    return 1;
  }
  const [format] = operands;
  if (format !== undefined && !format.startsWith('+')) {
    yield* complain(process, `invalid date ‘${format}’`);
    return 1;
  }
  const pattern =
    format?.slice(1) ??
    (flags.has('R')
      ? '%a, %d %b %Y %H:%M:%S +0000'
      : flags.has('I') || flags.get('iso') === 'date'
        ? '%F'
        : flags.has('iso')
          ? '%FT%T+00:00'
          : '%a %b %e %H:%M:%S UTC %Y');
  yield* writeText(process.stdout, `${strftime(pattern, at)}\n`);
  return 0;
};

function strftime(format: string, at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hour, day, weekday] = [time.getUTCHours(), time.getUTCDate(), time.getUTCDay()];
  const month = MONTHS[time.getUTCMonth()] as string;
  const year = time.getUTCFullYear();
  const values: Readonly<Record<string, string>> = {
    Y: String(year), y: two(year % 100), m: two(time.getUTCMonth() + 1), d: two(day), e: String(day).padStart(2), H: two(hour), I: two(hour % 12 || 12),
    M: two(time.getUTCMinutes()), S: two(time.getUTCSeconds()), s: String(Math.floor(at / 1000)), N: `${String(at % 1000).padStart(3, '0')}000000`,
    a: (DAYS[weekday] as string).slice(0, 3), A: DAYS[weekday] as string, b: month.slice(0, 3), h: month.slice(0, 3), B: month, u: String(weekday || 7), w: String(weekday),
    j: String(Math.floor((at - Date.UTC(year, 0, 1)) / 86_400_000) + 1).padStart(3, '0'), p: hour < 12 ? 'AM' : 'PM', Z: 'UTC', z: '+0000', n: '\n', t: '\t', '%': '%',
    F: time.toISOString().slice(0, 10), T: time.toISOString().slice(11, 19), R: time.toISOString().slice(11, 16),
    D: `${two(time.getUTCMonth() + 1)}/${two(day)}/${two(year % 100)}`,
  }; // prettier-ignore
  return format.replace(/%3N/g, String(at % 1000).padStart(3, '0')).replace(/%-?([a-zA-Z%])/g, (all, c: string) => {
    const value = values[c];
    return value === undefined ? all : all.startsWith('%-') ? value.replace(/^[0 ]+(?=.)/, '') : value;
  }); // prettier-ignore
}

export const watch: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'n:tdxe',
    long: { 'interval=': 'n', 'no-title': 't', differences: 'd', exec: 'x' },
    stopEarly: true,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  if (operands.length === 0) {
    yield* writeText(process.stderr, 'Usage:\n watch [options] command\n');
    return 1;
  }
  const seconds = Number(flags.get('n') ?? 2);
  if (!(seconds > 0)) {
    yield* complain(process, `failed to parse argument: '${flags.get('n')}': Invalid argument`);
    return 1;
  }
  const command = operands.join(' ');
  const title = function* (): Task<void> {
    if (flags.has('t')) return;
    const left = `Every ${Math.max(0.1, seconds).toFixed(1)}s: ${command}`;
    const right = `${process.hostname}: ${strftime('%a %b %e %H:%M:%S %Y', process.now())}`;
    const gap = (process.terminal?.columns ?? 80) - left.length - right.length;
    yield* writeText(process.stdout, `${left}${' '.repeat(Math.max(1, gap))}${right}\n\n`);
  };
  try {
    for (;;) {
      yield* writeText(process.stdout, '\x1b[H\x1b[2J');
      yield* title();
      yield* launchAndWait(process, flags.has('x') ? operands : ['sh', '-c', command]);
      yield* process.sleep(seconds * 1000);
    }
  } catch (error) {
    if (error instanceof Interrupted && error.signal === 'INT') return 0;
    throw error;
  }
};
