import { CommandError } from './errors.ts';
import { parseDuration } from '../../engine/sim/duration.ts';
import { goQuote } from './gotext.ts';

/**
 * Flags of one command, one a word: `f/filename:list`, `dry-run:string=none?unchanged` (default; value when given without one),
 * `wait:bool=true`. A `!` at the end marks a flag of the real kubectl that is refused here.
 */
export type FlagTable = string;

type FlagType = 'string' | 'bool' | 'int' | 'duration' | 'list' | 'count';

/** A flag as completion sees it. */
export interface FlagEntry {
  readonly name: string;
  readonly type: FlagType;
  readonly refused: boolean;
  /** Stands for the value where none is given; a flag without it waits for one. */
  readonly bare?: string;
  /** One that every command takes. */
  readonly global: boolean;
}

interface Flag {
  readonly name: string;
  readonly short: string;
  readonly type: FlagType;
  readonly initial: string;
  readonly bare?: string;
  readonly refused: boolean;
}

/** Flags that every command of kubectl takes. */
export const GLOBAL_FLAGS: FlagTable = `as:string as-group:list as-uid:string as-user-extra:list cache-dir:string certificate-authority:string client-certificate:string client-key:string
  cluster:string context:string disable-compression:bool insecure-skip-tls-verify:bool kubeconfig:string kuberc:string match-server-version:bool! n/namespace:string
  password:string profile:string=none profile-output:string=profile.pprof request-timeout:string=0 s/server:string tls-server-name:string token:string
  user:string username:string v/v:int=0 vmodule:string! warnings-as-errors:bool log-flush-frequency:duration=5s h/help:bool`;

/** Flags as given, with defaults behind them. */
export class Flags {
  readonly #flags: ReadonlyMap<string, Flag>;
  readonly #own: ReadonlySet<string>;
  readonly #given = new Map<string, string[]>();
  readonly args: string[] = [];
  /** Number of arguments before `--`; -1 without it. */
  dash = -1;

  /** `tables`: later ones hide flags of the same name. */
  private constructor(tables: readonly FlagTable[]) {
    this.#own = new Set(
      tables
        .slice(1)
        .flatMap(readTable)
        .map((flag) => flag.name),
    );
    this.#flags = new Map(tables.flatMap(readTable).map((flag) => [flag.name, flag]));
  }

  /** Value of a flag that all commands have, unless this one has another by that name (`create rolebinding --user`). */
  global(name: string): string {
    return this.#own.has(name) ? '' : this.string(name);
  }

  /** `command` is named in complaints: `kubectl get`. */
  static parse(command: string, words: readonly string[], ...tables: FlagTable[]): Flags {
    const flags = new Flags([GLOBAL_FLAGS, ...tables]);
    try {
      flags.#parse(words);
    } catch (error) {
      if (error instanceof FlagError) throw new CommandError(`${error.message}\nSee '${command} --help' for usage.`);
      throw error;
    }
    return flags;
  }

  /** What is wrong with one flag, as pflag says it; nothing, mostly. */
  static problemOf(word: string, ...tables: FlagTable[]): string {
    try {
      new Flags([GLOBAL_FLAGS, ...tables]).#parse([word]);
      return '';
    } catch (error) {
      if (error instanceof FlagError || error instanceof CommandError) return error.message;
      throw error;
    }
  }

  #parse(words: readonly string[]): void {
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (word === '--') {
        this.dash = this.args.length;
        this.args.push(...words.slice(i + 1));
        return;
      }
      if (word.startsWith('--')) i += this.#long(word, words[i + 1]);
      else if (word.startsWith('-') && word.length > 1) i += this.#short(word, words[i + 1]);
      else this.args.push(word);
    }
  }

  #long(word: string, next: string | undefined): number {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (name === '' || name.startsWith('-') || name.startsWith('=')) throw new FlagError(`bad flag syntax: ${word}`);
    const flag = this.#flags.get(name);
    if (flag === undefined) throw new FlagError(`unknown flag: --${name}`);
    const said = flag.short === '' ? `--${name}` : `-${flag.short}, --${name}`;
    if (equals >= 0) return this.#set(flag, word.slice(equals + 1), said);
    if (flag.bare !== undefined) return this.#set(flag, flag.bare, said);
    if (next === undefined) throw new FlagError(`flag needs an argument: --${name}`);
    return this.#set(flag, next, said) + 1;
  }

  #short(word: string, next: string | undefined): number {
    for (let i = 1; i < word.length; i++) {
      const letter = word[i] as string;
      const flag = [...this.#flags.values()].find((each) => each.short === letter);
      if (flag === undefined) throw new FlagError(`unknown shorthand flag: '${letter}' in ${word}`);
      const said = `-${letter}, --${flag.name}`;
      const rest = word.slice(i + 1);
      if (rest.startsWith('=')) return this.#set(flag, rest.slice(1), said);
      if (flag.bare !== undefined) this.#set(flag, flag.bare, said);
      else if (rest !== '') return this.#set(flag, rest, said);
      else if (next === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${word}`);
      else return this.#set(flag, next, said) + 1;
    }
    return 0;
  }

  #set(flag: Flag, value: string, said: string): 0 {
    if (flag.refused) throw new CommandError(`--${flag.name} is not modelled by this kubectl`);
    const complain = (why: string): never => {
      throw new FlagError(`invalid argument ${goQuote(value)} for ${goQuote(said)} flag: ${why}`);
    };
    if (flag.type === 'bool' && !/^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value))
      complain(`strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`);
    if ((flag.type === 'int' || flag.type === 'count') && !/^[+-]?\d+$/.test(value))
      complain(`strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`);
    if (flag.type === 'duration' && parseDuration(value) === undefined) {
      complain(durationProblem(value));
    }
    const given = this.#given.get(flag.name);
    if (given === undefined || flag.type !== 'list') this.#given.set(flag.name, [value]);
    else given.push(value);
    return 0;
  }

  #value(name: string): string {
    const flag = this.#flags.get(name);
    if (flag === undefined) throw new Error(`no flag ${name} in the table`);
    return this.#given.get(name)?.at(-1) ?? flag.initial;
  }

  /** Whether the command has such a flag at all. */
  knows(name: string): boolean {
    return this.#flags.has(name);
  }
  has(name: string): boolean {
    return this.#given.has(name);
  }
  string(name: string): string {
    return this.#value(name);
  }
  bool(name: string): boolean {
    return /^(1|t)/i.test(this.#value(name));
  }
  int(name: string): number {
    return Number(this.#value(name) || '0');
  }
  /** Milliseconds. */
  duration(name: string): number {
    return parseDuration(this.#value(name)) ?? 0;
  }
  /** Each value as given: pflag's StringArray. */
  list(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }
  /** Values split at commas: pflag's StringSlice. */
  slice(name: string): string[] {
    return this.list(name).flatMap((value) => (value === '' ? [] : value.split(',')));
  }
  /** Flags by how they are written, `--output` and `-o`; a command's own go before those that all have. */
  static named(globals: FlagTable, own: FlagTable): ReadonlyMap<string, FlagEntry> {
    const found = new Map<string, FlagEntry>();
    for (const [table, global] of [
      [globals, true],
      [own, false],
    ] as const)
      for (const flag of readTable(table)) {
        found.set(`--${flag.name}`, { ...flag, global });
        if (flag.short !== '') found.set(`-${flag.short}`, { ...flag, global });
      }
    return found;
  }
  /** Those of the given words, each flag with its value behind it, that all commands take. */
  static globalsAmong(words: readonly string[], own: FlagTable): Flags {
    const known = Flags.named(GLOBAL_FLAGS, own);
    const kept: string[] = [];
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      const flag = known.get(word.replace(/=.*/s, ''));
      const two = !word.includes('=') && flag?.bare === undefined;
      // The last one may still wait for its value.
      if (two && i + 1 === words.length) break;
      if (flag?.global === true && !flag.refused) kept.push(word, ...(two ? [words[i + 1] as string] : []));
      if (two) i++;
    }
    return Flags.parse('kubectl', kept);
  }
  /** Names of all flags. */
  static names(...tables: FlagTable[]): string[] {
    return [...tables, GLOBAL_FLAGS]
      .flatMap(readTable)
      .filter((flag) => !flag.refused)
      .map((flag) => `--${flag.name}`);
  }
  /** A paragraph a flag, for `--help`: by name, with what `about` says of it. */
  static usage(table: FlagTable, about: (flag: string) => string): string {
    const flags = readTable(table).filter((flag) => !flag.refused);
    return [...new Map(flags.map((flag) => [flag.name, flag])).values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((flag) => `    ${flag.short === '' ? '' : `-${flag.short}, `}--${flag.name}=${usageDefault(flag)}:\n\t${about(flag.name)}\n`)
      .join('\n');
  }
}

/** Go's complaint about a text that is no duration. */
function durationProblem(value: string): string {
  if (/^[+-]?[\d.]+$/.test(value)) return `time: missing unit in duration ${goQuote(value)}`;
  const [, unit] = /^[+-]?(?:\d+\.?\d*(?:ns|us|µs|ms|s|m|h))*\d+\.?\d*([^\d.]+)/.exec(value) ?? [];
  return unit === undefined
    ? `time: invalid duration ${goQuote(value)}`
    : `time: unknown unit ${goQuote(unit)} in duration ${goQuote(value)}`;
}

class FlagError extends Error {}

function usageDefault(flag: Flag): string {
  if (flag.type === 'list') return '[]';
  return flag.type === 'string' ? `'${flag.initial}'` : flag.initial;
}

function readTable(table: FlagTable): Flag[] {
  return table
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const match = /^(?:(\w)\/)?([a-z0-9-]+):(string|bool|int|duration|list|count)(?:=([^?!]*))?(?:\?([^!]*))?(!)?$/.exec(word);
      if (match === null) throw new Error(`bad flag table entry ${word}`);
      const [, short = '', name, type, initial, bare, refused] = match;
      const zero = { string: '', bool: 'false', int: '0', count: '0', duration: '0s', list: '' }[type as FlagType];
      return {
        name: name as string,
        short,
        type: type as FlagType,
        initial: initial ?? zero,
        refused: refused !== undefined,
        ...(bare !== undefined ? { bare } : type === 'bool' ? { bare: 'true' } : {}),
      };
    });
}
