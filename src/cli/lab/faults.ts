import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { refuse } from './answers.ts';

/** Which fault, of what, and how. */
export interface FaultRequest {
  readonly fault: string;
  readonly target: string;
  readonly [parameter: string]: string;
}

/** A fault as `lab` explains it. */
export interface FaultHelp {
  readonly name: string;
  readonly about: string;
  readonly target: string;
  readonly parameters?: Readonly<Record<string, { readonly about: string; readonly form: string; readonly required?: boolean }>>;
}

/** What can be broken and mended. Both tell in one sentence why they cannot. */
export interface FaultControl {
  readonly kinds: readonly FaultHelp[];
  active(): readonly FaultRequest[];
  break(fault: FaultRequest): string | undefined;
  mend(fault: FaultRequest): string | undefined;
}

/** `lab faults`: what can be broken, and what is. */
export function* showFaults(process: Process, control: FaultControl): Task<number> {
  const active = control.active();
  const lines = active.length === 0 ? ['Nothing is broken.'] : ['Broken now:', ...active.map((fault) => `  ${text(fault)}`)];
  yield* writeText(process.stdout, `${lines.join('\n')}\n\n${kindsTable(control.kinds)}`);
  return 0;
}

/** `lab break FAULT TARGET [--parameter=value]`. */
export function* breakSomething(process: Process, control: FaultControl, args: readonly string[]): Task<number> {
  const [name, ...rest] = args;
  const kind = control.kinds.find((candidate) => candidate.name === name);
  if (name === undefined || isHelp(name)) {
    yield* writeText(process.stdout, `Usage: lab break FAULT TARGET [--PARAMETER=VALUE]\n\n${kindsTable(control.kinds)}`);
    return 0;
  }
  if (kind === undefined)
    return yield* refuse(process, `no fault "${name}"; there are ${control.kinds.map((each) => each.name).join(', ')}`);
  if (rest.some(isHelp)) {
    yield* writeText(process.stdout, explain(kind));
    return 0;
  }
  const given = read(kind.name, rest);
  if (typeof given === 'string') return yield* refuse(process, given);
  if (given.target === '') return yield* refuse(process, `${kind.name} of what? Write lab break ${kind.name} ${kind.target}`);
  const before = control.active().some((fault) => text(fault) === text(given));
  if (before) return yield* refuse(process, `${text(given)} is broken already`);
  const problem = control.break(given);
  if (problem !== undefined) return yield* refuse(process, problem);
  const lasts = control.active().some(({ fault, target }) => fault === given.fault && target === given.target);
  yield* writeText(
    process.stdout,
    lasts ? `${text(given)}: broken; lab mend ${given.fault} ${given.target} undoes it\n` : `${text(given)}: done\n`,
  );
  return 0;
}

/** `lab mend FAULT TARGET`, or `--all`. */
export function* mendSomething(process: Process, control: FaultControl, args: readonly string[]): Task<number> {
  const [name, target] = args;
  if (name === undefined || args.some(isHelp)) {
    yield* writeText(
      process.stdout,
      'Usage: lab mend FAULT TARGET\n       lab mend --all\n\nUndoes what lab break did. lab faults shows what is broken.\n',
    );
    return 0;
  }
  const active = control.active();
  const wanted = name === '--all' ? active : active.filter((fault) => fault.fault === name && fault.target === target);
  if (wanted.length === 0) {
    const broken = active.length === 0 ? 'nothing is broken' : `broken are ${active.map(text).join(', ')}`;
    return yield* refuse(process, name === '--all' ? broken : `${name} ${target ?? ''} is not broken; ${broken}`);
  }
  for (const fault of wanted) {
    const problem = control.mend(fault);
    if (problem !== undefined) return yield* refuse(process, problem);
    yield* writeText(process.stdout, `${text(fault)}: mended\n`);
  }
  return 0;
}

function read(fault: string, args: readonly string[]): FaultRequest | string {
  let target = '';
  const parameters: Record<string, string> = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, name, value] = /^--([a-z]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (name !== undefined) {
      const given = value ?? args[++i];
      if (given === undefined) return `--${name} wants a value`;
      parameters[name] = given;
    } else if (arg.startsWith('-')) return `unknown flag ${arg}`;
    else if (target === '') target = arg;
    else return `one target at a time: "${target}" or "${arg}"`;
  }
  return { ...parameters, fault, target };
}

function text({ fault, target, ...parameters }: FaultRequest): string {
  return [fault, target, ...Object.entries(parameters).map(([name, value]) => `--${name}=${value}`)].join(' ');
}

function kindsTable(kinds: readonly FaultHelp[]): string {
  const width = Math.max(...kinds.map(({ name }) => name.length)) + 2;
  const lines = kinds.map(({ name, about }) => `  ${name.padEnd(width)}${about}`);
  return `Faults:\n${lines.join('\n')}\n\nlab break FAULT --help says how.\n`;
}

function explain({ name, about, target, parameters = {} }: FaultHelp): string {
  const entries = Object.entries(parameters);
  const flags = entries.map(([flag, { form, required }]) => (required === true ? ` --${flag}=${form}` : ` [--${flag}=${form}]`)).join('');
  const lines = entries.map(([flag, { form, about: what }]) => `  --${flag}=${form}  ${what}\n`).join('');
  return `Usage: lab break ${name} ${target}${flags}\n       lab mend ${name} ${target}\n\n${about[0]?.toUpperCase() ?? ''}${about.slice(1)}.\n${lines === '' ? '' : `\n${lines}`}`;
}

const isHelp = (arg: string): boolean => arg === '--help' || arg === '-h' || arg === 'help';
