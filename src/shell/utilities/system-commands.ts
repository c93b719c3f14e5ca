import { KERNEL_VERSION } from '../../engine/os/kernel-version.ts';
import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';
import { launchAndWait } from './launch.ts';
import { signalNamed } from '../signals.ts';

// The commands about the machine and its users: id, whoami, hostname, uname, env, printenv, kill, clear, which.

const USER_IDS: Readonly<Record<string, number>> = { root: 0, nobody: 65534 };

function user(process: Process): string {
  return process.system?.user ?? 'root';
}

export const id: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'ugnG' });
  if (typeof options === 'number') return options;
  const { flags } = options;
  const name = user(process);
  const number = USER_IDS[name] ?? 1000;
  const text =
    flags.size === 0 ? `uid=${number}(${name}) gid=${number}(${name}) groups=${number}(${name})` : flags.has('n') ? name : String(number);
  yield* writeText(process.stdout, `${text}\n`);
  return 0;
};

export const whoami: Program = function* (process) {
  yield* writeText(process.stdout, `${user(process)}\n`);
  return 0;
};

export const hostname: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'sfiI' });
  if (typeof options === 'number') return options;
  const addresses = options.flags.has('i') || options.flags.has('I');
  yield* writeText(process.stdout, `${addresses ? process.net.addresses.join(' ') : process.hostname}\n`);
  return 0;
};

export const uname: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'asnrvmo', long: { all: 'a' } });
  if (typeof options === 'number') return options;
  const values: Readonly<Record<string, string>> = {
    s: 'Linux',
    n: process.hostname,
    r: KERNEL_VERSION,
    v: '#1 SMP',
    m: 'x86_64',
    o: 'GNU/Linux',
  };
  const { flags } = options;
  const wanted = flags.has('a') ? Object.keys(values) : flags.size === 0 ? ['s'] : Object.keys(values).filter((flag) => flags.has(flag));
  yield* writeText(process.stdout, `${wanted.map((flag) => values[flag]).join(' ')}\n`);
  return 0;
};

export const env: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'iu:',
    long: { 'ignore-environment': 'i', 'unset=': 'u' },
    joined: 'u',
    stopEarly: true,
    status: 125,
  });
  if (typeof options === 'number') return options;
  const variables = new Map(options.flags.has('i') ? [] : process.env);
  for (const name of options.flags.get('u')?.split('\n') ?? []) variables.delete(name);
  const command = [...options.operands];
  while (command[0]?.includes('=') === true) {
    const [name = '', ...value] = (command.shift() as string).split('=');
    variables.set(name, value.join('='));
  }
  if (command.length > 0) return yield* launchAndWait(process, command, { env: variables });
  yield* writeText(process.stdout, [...variables].map(([name, value]) => `${name}=${value}\n`).join(''));
  return 0;
};

export const printenv: Program = function* (process) {
  const names = process.argv.slice(1);
  let status = 0;
  for (const name of names.length === 0 ? process.env.keys() : names) {
    const value = process.env.get(name);
    if (value === undefined) status = 1;
    else yield* writeText(process.stdout, names.length === 0 ? `${name}=${value}\n` : `${value}\n`);
  }
  return status;
};

export const kill: Program = function* (process): Task<number> {
  const args = process.argv.slice(1);
  const first = args[0] ?? '';
  const name = first === '-s' ? args.splice(0, 2)[1] : first.startsWith('-') ? args.shift()?.slice(1) : 'TERM';
  const signal = name === '0' ? undefined : signalNamed(name ?? '');
  if (signal === undefined && name !== '0') {
    yield* complain(process, `bad signal name '${name}'`);
    return 1;
  }
  if (args.length === 0) {
    yield* complain(process, 'you need to specify whom to kill');
    return 1;
  }
  let status = 0;
  for (const target of args) {
    const pid = Number(target);
    const there = signal === undefined ? process.system?.processes().some((each) => each.pid === pid) : process.system?.kill(pid, signal);
    if (there === true) continue;
    yield* complain(process, `can't kill pid ${target}: No such process`);
    status = 1;
  }
  return status;
};

export const clear: Program = function* (process) {
  yield* writeText(process.stdout, '\x1b[H\x1b[2J\x1b[3J');
  return 0;
};

export const which: Program = function* (process) {
  let status = 0;
  for (const name of process.argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
    const path = (process.env.get('PATH') ?? '').split(':').filter(Boolean).map((directory) => `${directory}/${name}`).find((each) => process.files.exists(each)); // prettier-ignore
    if (path === undefined) status = 1;
    else yield* writeText(process.stdout, `${path}\n`);
  }
  return status;
};
