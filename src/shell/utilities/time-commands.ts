import { resolvePath } from '../../engine/os/path.ts';
import { FileError, Interrupted, type Child, type Process, type Program } from '../../engine/os/process.ts';
import { run, suspend, type Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';
import { launchAndWait } from './launch.ts';
import { duration } from './sleep.ts';
import { readDate } from './read-date.ts';
import { strftime } from './strftime.ts';
import { signalNamed } from '../signals.ts';

// The commands about time: date, watch, timeout.

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
  if (command.length === 0) {
    yield* writeText(process.stderr, "Try 'timeout --help' for more information.\n");
    return 125;
  }
  if (Number.isNaN(allowed)) {
    yield* complain(process, `invalid time interval ‘${limit}’\nTry 'timeout --help' for more information.`);
    return 125;
  }
  const { flags } = options;
  const signal = signalNamed(flags.get('s') ?? 'TERM');
  const grace = flags.has('k') ? duration(flags.get('k') as string) : undefined;
  if (signal === undefined || (grace !== undefined && Number.isNaN(grace))) {
    yield* complain(
      process,
      `${signal === undefined ? `‘${flags.get('s')}’: invalid signal` : `invalid time interval ‘${flags.get('k')}’`}\nTry 'timeout --help' for more information.`,
    );
    return 125;
  }
  let child: Child;
  try {
    child = process.spawn(command);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `failed to run command '${command[0]}': ${error.message}`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
  let late = false;
  const code = yield* suspend<number>((resume, fail) => {
    const waiting = run(child.wait(), resume, fail);
    let last: { kill(): void } | undefined;
    const ticking = run(process.sleep(allowed), () => {
      late = true;
      child.kill(signal);
      if (grace !== undefined) last = run(process.sleep(grace), () => child.kill('KILL'), fail);
    }, fail); // prettier-ignore
    return () => {
      waiting.kill();
      ticking.kill();
      last?.kill();
    };
  });
  return late ? (code === 137 ? 137 : 124) : code;
};

const ISO: Readonly<Record<string, string>> = {
  hours: '%FT%H+00:00',
  minutes: '%FT%R+00:00',
  seconds: '%FT%T+00:00',
  ns: '%FT%T,%N+00:00',
};

/** In UTC. */
export const date: Program = function* (process) {
  // `-Iseconds`: what is stuck to it belongs to it.
  const argv = process.argv.map((arg) => arg.replace(/^-I(?=[a-z])/, '--iso-8601='));
  const options = yield* readOptions(Object.create(process, { argv: { value: argv } }) as Process, {
    short: 'ud:IRr:',
    refused: ['-f', '-s', '--set', '--file', '--debug', '--resolution'],
    long: { utc: 'u', 'date=': 'd', 'reference=': 'r', 'rfc-email': 'R', 'iso-8601': 'I', 'iso-8601=': 'iso', 'rfc-3339=': 'rfc' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const wanted = flags.get('d');
  const reference = flags.get('r');
  let at = wanted === undefined ? process.now() : readDate(wanted, process.now());
  if (reference !== undefined) {
    const full = resolvePath(process.cwd, reference);
    if (!process.files.exists(full)) {
      yield* complain(process, `${reference}: No such file or directory`);
      return 1;
    }
    at = process.files.stat(full).modified;
  }
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
          ? (ISO[flags.get('iso') ?? 'date'] ?? '%F')
          : flags.has('rfc')
            ? (ISO[flags.get('rfc') as string] ?? '%F').replace('T%', ' %').replace(',', '.')
            : '%a %b %e %H:%M:%S UTC %Y');
  yield* writeText(process.stdout, `${strftime(pattern, at)}\n`);
  return 0;
};

export const watch: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'n:tx',
    long: { 'interval=': 'n', 'no-title': 't', exec: 'x' },
    refused: [
      '-d',
      '--differences',
      '-e',
      '--errexit',
      '-g',
      '--chgexit',
      '-b',
      '--beep',
      '-c',
      '--color',
      '-p',
      '--precise',
      '-w',
      '--no-wrap',
    ],
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
