import { parseDuration } from '../../engine/sim/duration.ts';
import type { Process } from '../../engine/os/process.ts';

/** Flags by name: whether each takes a value (with the letter that stands for it, if any). */
export type Flags = Readonly<Record<string, { readonly value: boolean; readonly letter?: string }>>;

export interface Arguments {
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** What ends a command: Go's `Error: …` and the exit code of cobrautl. */
export class Failure extends Error {
  constructor(
    readonly code: number,
    message: string,
    /** What the client's logger said before. */
    readonly log?: string,
  ) {
    super(message);
  }
}

export const BAD_ARGUMENTS = 128;

const on = { value: false } as const;
const text = { value: true } as const;

/** For every command. */
export const GLOBAL: Flags = {
  cacert: text,
  cert: text,
  'command-timeout': text,
  debug: on,
  'dial-timeout': text,
  'discovery-srv': text,
  'discovery-srv-name': text,
  endpoints: text,
  help: { value: false, letter: 'h' },
  hex: on,
  'insecure-discovery': on,
  'insecure-skip-tls-verify': on,
  'insecure-transport': on,
  'keepalive-time': text,
  'keepalive-timeout': text,
  key: text,
  password: text,
  user: text,
  'write-out': { value: true, letter: 'w' },
};

/** As pflag reads them. Throws `Failure`. */
export function readArguments(args: readonly string[], own: Flags): Arguments {
  const known: Flags = { ...GLOBAL, ...own };
  const flags = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    const [, long, short, equal, attached] = /^(?:--([^=]+)(?==|$)|-(\w))(?:=([\s\S]*)|([\s\S]+))?$/.exec(arg) ?? [];
    const given = equal ?? attached;
    const name = long ?? Object.entries(known).find(([, { letter }]) => letter !== undefined && letter === short)?.[0];
    const flag = name === undefined ? undefined : known[name];
    if (name === undefined || flag === undefined)
      throw new Failure(1, long === undefined ? `unknown shorthand flag: '${short ?? arg[1] ?? ''}' in ${arg}` : `unknown flag: --${long}`);
    if (!flag.value) {
      flags.set(name, given ?? 'true');
      continue;
    }
    const value = given ?? args[++i];
    if (value === undefined)
      throw new Failure(1, long === undefined ? `flag needs an argument: '${short ?? ''}' in ${arg}` : `flag needs an argument: --${long}`);
    flags.set(name, value);
  }
  return { flags, operands };
}

/** What the environment says of flags that were not given: `ETCDCTL_CACERT`, `ETCDCTL_ENDPOINTS`. */
export function withEnvironment({ flags, operands }: Arguments, process: Process): Arguments {
  const all = new Map(flags);
  for (const name of Object.keys(GLOBAL)) {
    const value = process.env.get(`ETCDCTL_${name.toUpperCase().replaceAll('-', '_')}`);
    if (value !== undefined && value !== '' && !all.has(name)) all.set(name, value);
  }
  return { flags: all, operands };
}

export const isOn = (flags: ReadonlyMap<string, string>, name: string): boolean => flags.has(name) && flags.get(name) !== 'false';

/** A flag that is a whole number; 0 unless given. */
export function integer(flags: ReadonlyMap<string, string>, name: string): number {
  const given = flags.get(name) ?? '0';
  if (!/^-?\d+$/.test(given))
    throw new Failure(
      1,
      `invalid argument ${JSON.stringify(given)} for "--${name}" flag: strconv.ParseInt: parsing ${JSON.stringify(given)}: invalid syntax`,
    );
  return Number(given);
}

/** Go's duration, in milliseconds. */
export function durationOf(given: string, name: string): number {
  const duration = parseDuration(given);
  if (duration === undefined)
    throw new Failure(1, `invalid argument ${JSON.stringify(given)} for "--${name}" flag: time: invalid duration ${JSON.stringify(given)}`);
  return duration;
}
