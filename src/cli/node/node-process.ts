import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { FileError } from '../../engine/os/process.ts';
import type { Child, FileErrorCode, FileSystem, Process, SignalName, SpawnOptions, Terminal } from '../../engine/os/process.ts';
import { run, suspend } from '../../engine/os/task.ts';
import { asTerminal } from '../../engine/os/tty.ts';
import { nodeNetwork } from './node-network.ts';
import { streamReader, streamWriter } from './node-streams.ts';

/** This Node process as a program of ours sees it. */
export function nodeProcess(argv: readonly string[]): {
  process: Process;
  handlers: ReadonlyMap<SignalName, (signal: SignalName) => void>;
} {
  const handlers = new Map<SignalName, (signal: SignalName) => void>();
  const own: Process = {
    pid: process.pid,
    argv,
    env: new Map(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    cwd: process.cwd(),
    stdin: process.stdin.isTTY ? asTerminal(streamReader(process.stdin)) : streamReader(process.stdin),
    stdout: streamWriter(process.stdout),
    stderr: streamWriter(process.stderr),
    files: nodeFiles,
    net: nodeNetwork,
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
    spawn: (words, options) => startChild(words, options),
    onSignal: (signal, handler) => void handlers.set(signal, handler),
    use: () => 1,
  };
  return { process: own, handlers };
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

function startChild(words: readonly string[], { env, stdout }: SpawnOptions = {}): Child {
  const [command = '', ...rest] = words;
  const child = spawn(command, rest, {
    stdio: ['inherit', stdout === undefined ? 'inherit' : 'pipe', 'inherit'],
    ...(env === undefined ? {} : { env: Object.fromEntries(env) }),
  });
  // What is said is kept until it is asked for: children that are listened to say little.
  child.stdout
    ?.on(
      'data',
      (bytes: Uint8Array) =>
        void (
          stdout &&
          run(
            stdout.write(bytes),
            () => {},
            () => {},
          )
        ),
    )
    .on('close', () => stdout?.close());
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
