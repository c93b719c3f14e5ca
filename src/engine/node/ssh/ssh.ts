import type { Connection, Process } from '../../os/process.ts';
import { run, type Running, type Task } from '../../os/task.ts';
import { decode, writeText } from '../../os/text.ts';
import { isTerminal } from '../../os/tty.ts';
import { SECOND } from '../../sim/time.ts';
import { connectSsh, FAILED } from './connect.ts';
import { frame, type FrameReader } from './frames.ts';
import { destinationOf, type Destination } from './ssh-config.ts';

const USAGE = 'usage: ssh [-nqTt] [-l login_name] [-o option] [-p port] destination [command [argument ...]]\n';
/** How long a server that was written to may say nothing (ServerAliveInterval times ServerAliveCountMax). */
const PATIENCE = 45 * SECOND;

interface Invocation {
  readonly target: string;
  readonly command: string | undefined;
  readonly options: ReadonlyMap<string, string>;
  readonly terminal: 'ask' | 'never' | undefined;
  readonly silent: boolean;
}

/** `ssh`: a shell, or one command, on another machine. */
export function* ssh(process: Process): Task<number> {
  const given = readArguments(process.argv.slice(1));
  if (typeof given === 'string') {
    yield* writeText(process.stderr, given);
    return FAILED;
  }
  const to = destinationOf(process, given.target, given.options);
  const here = process.terminal;
  const tty =
    given.terminal === 'ask'
      ? here !== undefined
      : given.terminal === undefined && given.command === undefined && here !== undefined && isTerminal(process.stdin);
  const opened = yield* connectSsh(process, to, {
    ...(given.command === undefined ? {} : { command: given.command }),
    ...(tty && here !== undefined ? { terminal: [here.columns, here.rows] as const } : {}),
  });
  if (typeof opened === 'number') return opened;
  return yield* converse(process, to, opened.connection, opened.reader, { tty, silent: given.silent });
}

/** Both directions at once, until the far end says how it ended. */
function* converse(
  process: Process,
  { host }: Destination,
  connection: Connection,
  reader: FrameReader,
  { tty, silent }: { tty: boolean; silent: boolean },
): Task<number> {
  const post = (bytes: Uint8Array): void =>
    void run(
      connection.output.write(bytes),
      () => {},
      () => {},
    );
  let over: string | undefined;
  let patience: Running | undefined;
  const leave = (why: string): void => {
    over = why;
    connection.input.close();
  };
  /** What was sent has to be answered in time. */
  const expectAnswer = (): void => {
    if (patience?.done === false) return;
    post(frame('ping'));
    patience = run(
      process.sleep(PATIENCE),
      () => leave(`Timeout, server ${host} not responding.`),
      () => {},
    );
  };
  const send = (bytes: Uint8Array): void => {
    post(bytes);
    if (tty) expectAnswer();
  };
  const input = silent
    ? undefined
    : run(
        forward(process, tty, send, () => leave(`Connection to ${host} closed.`)),
        () => {},
        () => {},
      );
  if (silent) post(frame('eof'));
  const unlisten = tty
    ? process.terminal?.onResize(() =>
        post(frame('resize', JSON.stringify([process.terminal?.columns ?? 80, process.terminal?.rows ?? 24]))),
      )
    : undefined;
  if (tty) {
    const keys = { INT: 3, QUIT: 28, TSTP: 26 } as const;
    for (const key of ['INT', 'QUIT', 'TSTP'] as const) process.onSignal(key, () => send(frame('stdin', Uint8Array.of(keys[key]))));
  }
  try {
    for (let next = yield* reader.next(); next !== undefined; next = yield* reader.next()) {
      if (next.kind === 'pong') patience?.kill();
      else if (next.kind === 'stdout' || next.kind === 'stderr') yield* process[next.kind].write(next.bytes);
      else if (next.kind === 'exit') {
        if (tty) yield* writeText(process.stderr, `Connection to ${host} closed.\n`);
        return Number(decode(next.bytes));
      }
    }
    yield* writeText(process.stderr, `${over ?? `Connection to ${host} closed by remote host.`}\n`);
    return FAILED;
  } finally {
    input?.kill();
    patience?.kill();
    unlisten?.();
    connection.close();
  }
}

/** What is typed goes to the other side; `~.` at the beginning of a line ends the connection. */
function* forward(process: Process, tty: boolean, send: (bytes: Uint8Array) => void, disconnect: () => void): Task<void> {
  let ended: number | undefined;
  for (;;) {
    const bytes = yield* process.stdin.read();
    if (bytes === undefined) {
      // ^D is a key for the other side's terminal. An end that comes at once again is no key: the terminal has gone.
      if (!tty || ended === process.now()) return send(frame('eof'));
      ended = process.now();
      send(frame('stdin', Uint8Array.of(4)));
    } else if (tty && decode(bytes) === '~.\n') return disconnect();
    else send(frame('stdin', bytes));
  }
}

function readArguments(args: readonly string[]): Invocation | string {
  const options = new Map<string, string>();
  let terminal: Invocation['terminal'];
  let silent = false;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] as string;
    if (!/^-./.test(arg)) break;
    if (arg === '--') {
      i++;
      break;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      if (letter === 't') terminal = 'ask';
      else if (letter === 'T') terminal = 'never';
      else if (letter === 'n') silent = true;
      else if ('q46vAaCxX'.includes(letter)) continue;
      else if ('lpoiF'.includes(letter)) {
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
        if (value === undefined) return `option requires an argument -- ${letter}\n${USAGE}`;
        if (letter === 'l') options.set('user', value);
        else if (letter === 'p') {
          if (!/^\d+$/.test(value)) return `Bad port '${value}'\n`;
          options.set('port', value);
        } else if (letter === 'o') {
          const [, key = '', setting = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(value) ?? [];
          if (key === '') return `command-line line 0: Bad configuration option: ${value}\n`;
          options.set(key.toLowerCase(), setting);
        }
        break;
      } else if ('LRDNfWJ'.includes(letter)) return `ssh: option -${letter} is not modelled here: forwarding and background sessions\n`;
      else return `unknown option -- ${letter}\n${USAGE}`;
    }
  }
  const [target, ...command] = args.slice(i);
  if (target === undefined) return USAGE;
  if (command[0] === '--') command.shift();
  // Options may also come after the destination.
  if (command[0] !== undefined && /^-[tTnlpoi]/.test(command[0])) {
    const again = readArguments([...args.slice(0, i), ...takeOptions(command), target, ...command.slice(takeOptions(command).length)]);
    return again;
  }
  return { target, command: command.length === 0 ? undefined : command.join(' '), options, terminal, silent };
}

function takeOptions(words: readonly string[]): string[] {
  const taken: string[] = [];
  for (let i = 0; i < words.length && /^-[tTnlpoi]/.test(words[i] ?? ''); i++) {
    taken.push(words[i] as string);
    if (/^-[lpoi]$/.test(words[i] ?? '') && i + 1 < words.length) taken.push(words[++i] as string);
  }
  return taken;
}
