import type { Connection, Process } from '../../os/process.ts';
import { baseName, resolvePath } from '../../os/path.ts';
import type { Task } from '../../os/task.ts';
import { writeText } from '../../os/text.ts';
import { connectSsh } from './connect.ts';
import { doFileCall } from './file-calls.ts';
import { frame, FrameReader, headed, unheaded, type FileAnswer, type FileCall } from './frames.ts';
import { destinationOf } from './ssh-config.ts';

const USAGE = 'usage: scp [-pqr] [-o ssh_option] [-P port] source ... target\n';

/** A place that files are copied from or to, here or on another machine. */
interface Side {
  readonly path: string;
  call(call: FileCall, body?: Uint8Array): Task<{ answer: FileAnswer; body: Uint8Array }>;
}

/** `scp`: copies files between this machine and another. */
export function* scp(process: Process): Task<number> {
  const given = readArguments(process.argv.slice(1));
  if (typeof given === 'string') {
    yield* writeText(process.stderr, given);
    return 1;
  }
  const { paths, recursive, options } = given;
  const connections = new Map<string, Side | number>();
  const opened: Connection[] = [];
  const side = function* (place: string): Task<Side | number> {
    const remote = /^([^/:]+):(.*)$/s.exec(place);
    if (remote === null) return here(process, place);
    const [, target = '', path = ''] = remote;
    const known = connections.get(target);
    if (known !== undefined) return typeof known === 'number' ? known : { ...known, path };
    const connected = yield* connectSsh(process, destinationOf(process, target, options), { files: true });
    if (typeof connected === 'number') {
      connections.set(target, connected);
      yield* writeText(process.stderr, 'scp: Connection closed\n');
      return connected;
    }
    opened.push(connected.connection);
    const there = far(connected.connection, connected.reader, path);
    connections.set(target, there);
    return there;
  };
  try {
    const target = yield* side(paths.at(-1) as string);
    if (typeof target === 'number') return target;
    const into = yield* target.call({ call: 'stat', path: target.path });
    if (paths.length > 2 && into.answer.directory !== true) {
      yield* writeText(process.stderr, `scp: ${target.path}: Not a directory\n`);
      return 1;
    }
    let status = 0;
    for (const place of paths.slice(0, -1)) {
      const source = yield* side(place);
      if (typeof source === 'number') return source;
      const to = into.answer.directory === true ? `${target.path || '.'}/${baseName(source.path)}` : target.path;
      status = (yield* copy(process, source, source.path, target, to, recursive)) ? status : 1;
    }
    return status;
  } finally {
    for (const connection of opened) connection.close();
  }
}

function* copy(process: Process, source: Side, from: string, target: Side, to: string, recursive: boolean): Task<boolean> {
  const fail = function* (path: string, error: string): Task<boolean> {
    yield* writeText(process.stderr, `scp: ${path}: ${error}\n`);
    return false;
  };
  const found = (yield* source.call({ call: 'stat', path: from })).answer;
  if (found.error !== undefined) return yield* fail(from, found.error);
  if (found.directory === true) {
    if (!recursive) return yield* fail(from, 'not a regular file');
    const made = (yield* target.call({ call: 'mkdir', path: to })).answer;
    if (made.error !== undefined) return yield* fail(to, made.error);
    let well = true;
    for (const name of (yield* source.call({ call: 'list', path: from })).answer.names ?? [])
      well = (yield* copy(process, source, `${from}/${name}`, target, `${to}/${name}`, true)) && well;
    return well;
  }
  const begun = process.now();
  const { answer, body } = yield* source.call({ call: 'read', path: from });
  if (answer.error !== undefined) return yield* fail(from, answer.error);
  const written = (yield* target.call({ call: 'write', path: to, ...(found.mode === undefined ? {} : { mode: found.mode }) }, body)).answer;
  if (written.error !== undefined) return yield* fail(`dest open "${to}"`, written.error);
  if (process.terminal !== undefined)
    yield* writeText(process.stdout, progress(baseName(from), body.length, process.now() - begun, process.terminal.columns));
  return true;
}

/** The line that a finished copy leaves on a terminal. */
function progress(name: string, size: number, took: number, columns: number): string {
  const width = Math.max(20, columns - 36);
  const rate = took <= 0 ? 0 : (size * 1000) / took;
  return `${name.slice(0, width).padEnd(width)} 100% ${amount(size).padStart(6)} ${`${amount(rate, 1)}/s`.padStart(10)}   00:00    \n`;
}

function amount(bytes: number, digits = 0): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1024;
  return `${size.toFixed(digits)}${units[unit] ?? ''}`;
}

function here(process: Process, place: string): Side {
  const { files } = process;
  return {
    path: place,
    *call(call, body = new Uint8Array()) {
      return doFileCall(files, { ...call, path: resolvePath(process.cwd, call.path) }, body);
    },
  };
}

function far(connection: Connection, reader: FrameReader, path: string): Side {
  return {
    path,
    *call(call, body) {
      yield* connection.output.write(frame('file', headed(call, body)));
      const next = yield* reader.next();
      if (next?.kind !== 'answer') return { answer: { error: 'Connection closed' }, body: new Uint8Array() };
      const { head, body: content } = unheaded<FileAnswer>(next.bytes);
      return { answer: head, body: content };
    },
  };
}

interface Invocation {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  readonly options: ReadonlyMap<string, string>;
}

function readArguments(args: readonly string[]): Invocation | string {
  const options = new Map<string, string>();
  const paths: string[] = [];
  let recursive = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!/^-./.test(arg)) paths.push(arg);
    else if (arg === '-P' || arg === '-o' || arg === '-i') {
      const value = args[++i];
      if (value === undefined) return `option requires an argument -- ${arg.slice(1)}\n${USAGE}`;
      const [, key = '', setting = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(value) ?? [];
      if (arg === '-P') options.set('port', value);
      else if (arg === '-o') options.set(key.toLowerCase(), setting);
    } else if (/^-[rpqCv46]+$/.test(arg)) recursive ||= arg.includes('r');
    else return `unknown option -- ${arg.slice(1)}\n${USAGE}`;
  }
  return paths.length < 2 ? USAGE : { paths, recursive, options };
}
