import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { FileError, NetworkError } from '../../engine/os/process.ts';
import type {
  Child,
  FileErrorCode,
  FileSystem,
  HttpRequest,
  HttpResponse,
  Network,
  Process,
  Reader,
  SignalName,
  Terminal,
  Writer,
} from '../../engine/os/process.ts';
import { suspend } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { sendHttp } from './http.ts';

/** This Node process as a program of ours sees it. */
export function nodeProcess(argv: readonly string[]): { process: Process; handlers: ReadonlyMap<SignalName, () => void> } {
  const handlers = new Map<SignalName, () => void>();
  const own: Process = {
    pid: process.pid,
    argv,
    env: new Map(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    cwd: process.cwd(),
    stdin: streamReader(process.stdin),
    stdout: streamWriter(process.stdout),
    stderr: streamWriter(process.stderr),
    files: nodeFiles,
    net: network,
    ...(process.stdout.isTTY && process.stdin.isTTY ? { terminal } : {}),
    hostname: hostname(),
    now: () => Date.now(),
    sleep: (duration) =>
      suspend<void>((resume) => {
        // A timer of Node holds 31 bits of milliseconds.
        const timer = setTimeout(() => resume(), Math.min(duration, 2 ** 31 - 1));
        return () => clearTimeout(timer);
      }),
    random: (bound) => randomInt(bound),
    spawn: (words) => startChild(words),
    onSignal: (signal, handler) => void handlers.set(signal, handler),
    use: () => {},
  };
  return { process: own, handlers };
}

export function streamReader(stream: NodeJS.ReadableStream): Reader {
  return {
    read: () =>
      suspend<Uint8Array | undefined>((resume, fail) => {
        const ready = stream.read() as Uint8Array | string | null;
        if (ready !== null) {
          resume(bytesOf(ready));
          return () => {};
        }
        if (!stream.readable) {
          resume(undefined);
          return () => {};
        }
        const onReadable = (): void => {
          const chunk = stream.read() as Uint8Array | string | null;
          if (chunk === null) return;
          stop();
          resume(bytesOf(chunk));
        };
        const onEnd = (): void => {
          stop();
          resume(undefined);
        };
        const onError = (error: unknown): void => {
          stop();
          fail(error);
        };
        const stop = (): void => {
          stream.off('readable', onReadable).off('end', onEnd).off('error', onError);
          if (stream === process.stdin) process.stdin.unref();
        };
        if (stream === process.stdin) process.stdin.ref();
        stream.on('readable', onReadable).on('end', onEnd).on('error', onError);
        return stop;
      }),
    close: () => {},
  };
}

function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
}

function streamWriter(stream: NodeJS.WritableStream): Writer {
  return {
    write: (bytes) =>
      suspend<void>((resume, fail) => {
        stream.write(bytes, (error) => (error ? fail(error) : resume()));
        return () => {};
      }),
    close: () => {},
  };
}

const terminal: Terminal = {
  get columns() {
    return process.stdout.columns;
  },
  get rows() {
    return process.stdout.rows;
  },
  onResize(listener) {
    process.stdout.on('resize', listener);
    return () => process.stdout.off('resize', listener);
  },
};

function startChild(words: readonly string[]): Child {
  const [command = '', ...rest] = words;
  const child = spawn(command, rest, { stdio: 'inherit' });
  let code: number | undefined;
  const waiting: ((code: number) => void)[] = [];
  const done = (value: number): void => {
    code ??= value;
    for (const resume of waiting.splice(0)) resume(code);
  };
  child.on('error', () => done(127));
  child.on('exit', (exit) => done(exit ?? 1));
  return {
    pid: child.pid ?? 0,
    wait: () =>
      suspend<number>((resume) => {
        if (code === undefined) waiting.push(resume);
        else resume(code);
        return () => {};
      }),
    kill: (signal) => void child.kill(`SIG${signal}`),
  };
}

function file<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code } = error as { code?: string };
    throw new FileError((code ?? 'EINVAL') as FileErrorCode, path);
  }
}

const nodeFiles: FileSystem = {
  read: (path) => file(path, () => fs.readFileSync(path)),
  write: (path, bytes, options = {}) =>
    file(path, () =>
      fs.writeFileSync(path, bytes, {
        flag: options.append === true ? 'a' : 'w',
        ...(options.mode === undefined ? {} : { mode: options.mode }),
      }),
    ),
  stat: (path) =>
    file(path, () => {
      const stat = fs.statSync(path);
      return {
        type: stat.isDirectory() ? 'directory' : 'file',
        size: stat.size,
        mode: stat.mode & 0o7777,
        modified: stat.mtimeMs,
        user: String(stat.uid),
        group: String(stat.gid),
      };
    }),
  exists: (path) => fs.existsSync(path),
  list: (path) => file(path, () => fs.readdirSync(path)),
  makeDirectory: (path, options = {}) =>
    file(
      path,
      () => void fs.mkdirSync(path, { recursive: options.parents ?? false, ...(options.mode === undefined ? {} : { mode: options.mode }) }),
    ),
  remove: (path, options = {}) => file(path, () => fs.rmSync(path, { recursive: options.recursive ?? false })),
  rename: (from, to) => file(from, () => fs.renameSync(from, to)),
  symlink: (target, path) => file(path, () => fs.symlinkSync(target, path)),
  readLink: (path) => file(path, () => fs.readlinkSync(path)),
  chmod: (path, mode) => file(path, () => fs.chmodSync(path, mode)),
};

const none = (what: string): never => {
  throw new NetworkError('ECONNREFUSED', `${what} is not offered to programs under Node`);
};

const network: Network = {
  *http(request: HttpRequest): Task<HttpResponse> {
    const answer = yield* sendHttp(request.url, { method: request.method, headers: request.headers ?? {}, body: request.body, tls: {} });
    return { status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string>, body: streamReader(answer) };
  },
  connect: () => none('connect'),
  serveHttp: () => none('serveHttp'),
  listen: () => none('listen'),
  resolve: () => none('resolve'),
  addresses: [],
};
