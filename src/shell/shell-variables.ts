import type { Process } from '../engine/os/process.ts';
import { evaluate, type Variables } from './arithmetic.ts';
import { arrayOf, EMPTY_ARRAY, entriesOf, withElement, type ArrayValue } from './array.ts';
import type { PatternOptions } from './pattern.ts';
import type { Dialect } from './syntax.ts';

export interface Variable {
  /** Of an array the element 0. */
  readonly value: string | undefined;
  readonly array?: ArrayValue;
  readonly exported: boolean;
  readonly readOnly: boolean;
  /** What `declare` made of it: `i` a number, `l` `u` `c` letters of one case, `n` another's name (its value). */
  readonly attributes?: string;
}

const CALL_STACK = { FUNCNAME: 'name', BASH_SOURCE: 'source', BASH_LINENO: 'line' } as const;
const NEW: Variable = { value: undefined, exported: false, readOnly: false };

/** An error of expansion. It ends a script, and the line of an interactive shell. `unset`: from `set -u` or `${x?}`. */
export class ExpansionError extends Error {
  constructor(
    message: string,
    readonly unset = false,
  ) {
    super(message);
  }
}

/** An assignment to what is read-only: fatal alone, but a built-in command only fails. */
export class ReadOnlyError extends ExpansionError {}

/** A function that is being run, or a file that is being read. */
export interface Call {
  readonly kind: 'function' | 'source';
  readonly name: string;
  /** The file that its text is from. */
  readonly source: string;
  /** Where it was called. */
  readonly line: number;
  /** `local -`: what they were before. */
  options?: Readonly<typeof NO_OPTIONS>;
}

/** What `shopt` sets. */
export const NO_SHOPT = {
  dotglob: false,
  expand_aliases: false,
  extglob: false,
  failglob: false,
  globstar: false,
  inherit_errexit: false,
  lastpipe: false,
  nocaseglob: false,
  nocasematch: false,
  nullglob: false,
};

/** What `set` and `shopt` set. */
export const NO_OPTIONS = {
  errexit: false,
  nounset: false,
  xtrace: false,
  pipefail: false,
  noglob: false,
  allexport: false,
  noexec: false,
  noclobber: false,
  errtrace: false,
  functrace: false,
  monitor: false,
  ...NO_SHOPT,
};

/** The variables of a shell: what `$name` stands for, and what an assignment does. */
export abstract class ShellVariables {
  abstract readonly process: Process;
  abstract readonly dialect: Dialect;
  abstract readonly variables: Map<string, Variable>;
  abstract readonly options: typeof NO_OPTIONS;
  /** `$0` */
  abstract name: string;
  abstract positional: readonly string[];
  abstract status: number;
  abstract lastBackground: number | undefined;
  abstract line: number;
  abstract readonly started: number;
  abstract readonly depth: number;
  abstract get rootPid(): number;
  /** Innermost last. */
  abstract readonly calls: readonly Call[];
  /** Where the outermost text comes from: a script's path, `environment` (`-c`), `main`. */
  abstract readonly source: string;
  abstract flags(): string;
  /** The command that is run, as text. */
  abstract get command(): string;
  /** Names of `set -o` that are on. */
  abstract get optionsSet(): readonly string[];

  get(name: string): string | undefined {
    switch (name) {
      case '?': return String(this.status);
      case '#': return String(this.positional.length);
      case '$': return String(this.rootPid);
      case '!': return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '-': return this.flags();
      case '0': return this.name;
      case '@':
      case '*': return this.positional.length === 0 ? undefined : this.positional.join(' ');
      case 'RANDOM': return this.dialect === 'dash' ? this.variables.get(name)?.value : String(this.process.random(32768));
      case 'LINENO': return String(this.line);
      case 'PPID': return this.variables.get(name)?.value ?? String(this.process.system?.processes().find(({ pid }) => pid === this.process.pid)?.parent ?? 0);
      case 'SECONDS': if (this.dialect === 'bash') return this.variables.get(name)?.value ?? String(Math.floor((this.process.now() - this.started) / 1000)); break;
      case 'EPOCHSECONDS': if (this.dialect === 'bash') return String(Math.floor(this.process.now() / 1000)); break;
      case 'EPOCHREALTIME': if (this.dialect === 'bash') return (this.process.now() / 1000).toFixed(6); break;
      case 'SRANDOM': if (this.dialect === 'bash') return String(this.process.random(4294967296)); break;
      case 'BASHPID': if (this.dialect === 'bash') return String(this.process.pid); break;
      case 'BASH_SUBSHELL': if (this.dialect === 'bash') return String(this.depth); break;
      case 'UID':
      case 'EUID': if (this.dialect === 'bash') return (this.process.system?.user ?? 'root') === 'root' ? '0' : '1000'; break;
      case 'BASH_COMMAND': if (this.dialect === 'bash') return this.command; break;
      case 'SHELLOPTS': if (this.dialect === 'bash') return this.optionsSet.join(':'); break;
      case 'FUNCNAME':
      case 'BASH_SOURCE':
      case 'BASH_LINENO': if (this.dialect === 'bash') return this.arrayAt(name)?.items.get('0'); break;
      case 'BASH_VERSION': if (this.dialect === 'bash') return '5.2.37(1)-release'; break;
      case 'HOSTNAME': return this.variables.get(name)?.value ?? (this.dialect === 'dash' ? undefined : this.process.hostname);
    } // prettier-ignore
    if (/^\d+$/.test(name)) return this.positional[Number(name) - 1];
    return this.variables.get(this.target(name))?.value;
  }

  /** As `get`, but `set -u` refuses what is not set. */
  getChecked(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined && this.options.nounset && name !== '@' && name !== '*') this.refuseUnset(name);
    return value;
  }

  refuseUnset(name: string): never {
    throw new ExpansionError(
      this.dialect === 'bash' ? `${/^[A-Za-z_]/.test(name) ? name : `$${name}`}: unbound variable` : `${name}: parameter not set`,
      true,
    );
  }

  set(name: string, value: string | undefined, exported?: boolean): void {
    const place = this.target(name);
    const before = this.#writable(place);
    if (before?.array !== undefined && value !== undefined) this.setElement(place, '0', value);
    else {
      this.variables.set(place, {
        ...(before ?? NEW),
        value: this.#shaped(before, value),
        exported: exported ?? (before?.exported === true || this.options.allexport),
      });
    }
  }

  /** The variable a name stands for: another one's where it is a reference (`declare -n`). */
  target(name: string): string {
    let at = name;
    for (let i = 0; i < 8; i++) {
      const variable = this.variables.get(at);
      if (variable?.attributes?.includes('n') !== true || variable.value === undefined) break;
      at = variable.value;
    }
    return at;
  }

  /** `declare`: gives and takes what a variable is, not what it holds. */
  mark(name: string, change: Partial<Pick<Variable, 'exported' | 'readOnly' | 'attributes'>>): void {
    this.variables.set(name, { ...(this.variables.get(name) ?? NEW), ...change });
  }

  /** Begins anew, hiding what was there. */
  hide(name: string): void {
    this.variables.set(name, NEW);
  }

  /** `name+=text`: numbers add. */
  appended(name: string, before: string, text: string): string {
    if (this.variables.get(this.target(name))?.attributes?.includes('i') !== true) return before + text;
    return String(evaluate(before, this.numbers) + evaluate(text, this.numbers));
  }

  /** A value as the variable's attributes want it. */
  #shaped(variable: Variable | undefined, value: string | undefined): string | undefined {
    const attributes = variable?.attributes;
    if (attributes === undefined || value === undefined) return value;
    if (attributes.includes('i')) return String(evaluate(value, this.numbers));
    if (attributes.includes('u')) return value.toUpperCase();
    if (attributes.includes('l')) return value.toLowerCase();
    return attributes.includes('c') ? value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase() : value;
  }

  get patterns(): PatternOptions {
    return { extended: this.options.extglob, ignoreCase: this.options.nocasematch };
  }

  /** An element of an array; a plain variable is its own element 0. */
  element(name: string, key: string): string | undefined {
    const variable = this.variables.get(this.target(name));
    return variable?.array === undefined ? (key === '0' ? this.get(name) : undefined) : variable.array.items.get(key);
  }

  setElement(name: string, key: string, value: string): void {
    const place = this.target(name);
    const before = this.#writable(place);
    const array = before?.array ?? (before?.value === undefined ? EMPTY_ARRAY : arrayOf([before.value]));
    this.setArray(place, withElement(array, key, this.#shaped(before, value) ?? ''));
  }

  setArray(name: string, array: ArrayValue): void {
    const place = this.target(name);
    const before = this.#writable(place) ?? NEW;
    const items =
      before.attributes === undefined
        ? array.items
        : new Map([...array.items].map(([key, value]) => [key, this.#shaped(before, value) ?? '']));
    this.variables.set(place, { ...before, value: items.get('0'), array: { ...array, items } });
  }

  arrayAt(name: string): ArrayValue | undefined {
    if (name in CALL_STACK && this.dialect === 'bash') return this.#callStack(CALL_STACK[name as keyof typeof CALL_STACK]);
    return this.variables.get(this.target(name))?.array;
  }

  keys(name: string): string[] {
    const array = this.arrayAt(name);
    return array === undefined ? (this.get(name) === undefined ? [] : ['0']) : entriesOf(array).map(([key]) => key);
  }

  values(name: string): string[] {
    const array = this.arrayAt(name);
    const value = this.get(name);
    return array === undefined ? (value === undefined ? [] : [value]) : entriesOf(array).map(([, each]) => each);
  }

  /** Variables as arithmetic sees them. */
  readonly numbers: Variables = {
    get: (name) => this.getChecked(name),
    set: (name, value) => this.set(name, value),
    element: (name, index) => this.element(name, this.#index(name, index)),
    setElement: (name, index, value) => this.setElement(name, this.#index(name, index), value),
    isAssociative: (name) => this.arrayAt(name)?.associative === true,
  };

  #index(name: string, index: string): string {
    if (this.numbers.isAssociative(name) || Number(index) >= 0) return index;
    return String(Math.max(-1, ...this.keys(name).map(Number)) + 1 + Number(index));
  }

  /** Innermost first; a script's own text is a call of `main`, and names are there only inside functions. */
  #callStack(which: 'name' | 'source' | 'line'): ArrayValue | undefined {
    if (which === 'name' && !this.calls.some(({ kind }) => kind === 'function')) return undefined;
    const main = this.source === 'environment' || this.source === 'main' ? [] : [{ name: 'main', source: this.source, line: 0 }];
    return arrayOf([...main, ...this.calls].map((call) => String(call[which])).reverse());
  }

  #writable(name: string): Variable | undefined {
    const before = this.variables.get(name);
    if (before?.readOnly === true)
      throw new ReadOnlyError(this.dialect === 'bash' ? `${name}: readonly variable` : `${name}: is read only`);
    return before;
  }
}
