import type { Connection, FileSystem } from '../../os/process.ts';
import type { Kernel, Started } from '../../os/kernel.ts';
import { resolvePath } from '../../os/path.ts';
import { pipe } from '../../os/pipe.ts';
import { run, start, type Task } from '../../os/task.ts';
import { decode, writerTo } from '../../os/text.ts';
import { Tty } from '../../os/tty.ts';
import { doFileCall } from './file-calls.ts';
import { frame, FrameReader, headed, unheaded, type FileCall, type FrameKind, type Login } from './frames.ts';

export const SSH_PORT = 22;
const HOME = '/root';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What sshd needs of the machine. */
export interface SshHost {
  readonly kernel: Kernel;
  /** The line that greets who gets a shell. */
  readonly greeting: string;
  /** Who is logged in; closed when the machine goes down. */
  readonly sessions: Set<Connection>;
}

/** Serves one connection: a shell or a command in the machine's own kernel, or its files. Only root's key is known here. */
export function serveSsh(host: () => SshHost, connection: Connection): void {
  const over = (): void => {
    host().sessions.delete(connection);
    connection.close();
  };
  run(session(host, connection), over, over);
}

function* session(host: () => SshHost, connection: Connection): Task<void> {
  const reader = new FrameReader(connection.input);
  const send = (kind: FrameKind, content?: Uint8Array | string): void => post(connection, frame(kind, content));
  const first = yield* reader.next();
  if (first?.kind !== 'login') return;
  const login = JSON.parse(decode(first.bytes)) as Login;
  if (login.user !== 'root') {
    send('denied');
    return;
  }
  send('accepted');
  const { kernel, greeting, sessions } = host();
  sessions.add(connection);
  if (login.files === true) {
    for (let next = yield* reader.next(); next?.kind === 'file'; next = yield* reader.next())
      send('answer', answer(kernel.files, next.bytes));
    return;
  }
  if (login.command === undefined && login.terminal !== undefined) send('stdout', greeting);
  const shell = open(kernel, login, send);
  for (let next = yield* reader.next(); next !== undefined; next = yield* reader.next()) {
    if (next.kind === 'ping') send('pong');
    else if (next.kind === 'stdin') shell.input(next.bytes);
    else if (next.kind === 'eof') shell.end();
    else if (next.kind === 'resize') shell.resize(JSON.parse(decode(next.bytes)) as [number, number]);
  }
  shell.hangUp();
}

interface Shell {
  input(bytes: Uint8Array): void;
  end(): void;
  resize(size: readonly [number, number]): void;
  /** The client has gone. */
  hangUp(): void;
}

function open(kernel: Kernel, { command, terminal }: Login, send: (kind: FrameKind, content?: Uint8Array | string) => void): Shell {
  const env = new Map([
    ['HOME', HOME],
    ['USER', 'root'],
    ['LOGNAME', 'root'],
    ['SHELL', '/bin/bash'],
    ['PATH', PATH],
    ['LANG', 'C.UTF-8'],
    ...(terminal === undefined ? [] : [['TERM', 'xterm-256color'] as const]),
  ]);
  if (!kernel.files.exists(HOME)) kernel.files.makeDirectory(HOME, { parents: true });
  let started: Started | undefined;
  const input = pipe();
  const tty =
    terminal === undefined
      ? undefined
      : new Tty({
          columns: terminal[0],
          rows: terminal[1],
          output: (bytes) => send('stdout', bytes),
          signal: (signal) => kernel.killGroup(started?.pid ?? 0, signal),
        });
  const argv = command === undefined ? ['bash', '-l'] : ['bash', '-c', command];
  started = kernel.start(argv, {
    program: kernel.resolve(argv, HOME, PATH),
    env,
    cwd: HOME,
    ...(tty === undefined
      ? {
          stdin: input.reader,
          stdout: writerTo((bytes) => send('stdout', bytes)),
          stderr: writerTo((bytes) => send('stderr', bytes)),
        }
      : { stdin: tty.reader, stdout: tty.writer, stderr: tty.writer, terminal: tty }),
  });
  started.onExit((code) => send('exit', String(code)));
  return {
    input(bytes) {
      if (tty === undefined) input.writer.push(bytes);
      else tty.type(bytes);
    },
    end() {
      if (tty === undefined) input.writer.close();
      else tty.hangUp();
    },
    resize: ([columns, rows]) => tty?.resize(columns, rows),
    hangUp() {
      input.writer.close();
      tty?.hangUp();
      kernel.killGroup(started.pid, 'HUP');
    },
  };
}

function answer(files: FileSystem, bytes: Uint8Array): Uint8Array {
  const { head, body } = unheaded<FileCall>(bytes);
  const path = resolvePath(HOME, head.path === '' || head.path === '~' ? '.' : head.path.replace(/^~\//, ''));
  const done = doFileCall(files, { ...head, path }, body);
  return headed(done.answer, done.body);
}

function post(connection: Connection, bytes: Uint8Array): void {
  start(connection.output.write(bytes), () => {});
}
