import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';

export interface Options {
  /** Letters (and long names) given; the value is the option's argument, or `''`. */
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

export interface OptionSpec {
  /** As for getopt(3): a letter, with `:` after it when it takes an argument. */
  readonly short: string;
  /** Long names → the letter they stand for, or their own name. `name=` takes an argument. */
  readonly long?: Readonly<Record<string, string>>;
  /** Options that may be given several times: their arguments are lines of one. */
  readonly joined?: string | readonly string[];
  /** `-5` stands for this option with argument 5 (head, tail). */
  readonly number?: string;
  /** Options end at the first operand (xargs, watch, env). */
  readonly stopEarly?: boolean;
  /** Options of the real tool that are not modelled: refused by name, not as unknown. */
  readonly refused?: readonly string[];
  /** The complaint in the tool's own manner, instead of getopt's. */
  readonly says?: (what: string) => string;
  /** Status of wrong usage; 1 unless said. */
  readonly status?: number;
}

/** Reads options as GNU getopt_long does. A number is the status after the complaint was written. */
export function* readOptions(process: Process, spec: OptionSpec): Task<Options | number> {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const args = process.argv.slice(1);
  const long = Object.entries(spec.long ?? {});
  const note = (letter: string, argument: string): void => {
    const earlier = spec.joined?.includes(letter) === true ? flags.get(letter) : undefined;
    flags.set(letter, earlier === undefined ? argument : `${earlier}\n${argument}`);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    const refused = spec.refused?.find(
      (each) => each === arg.split('=')[0] || (each.length === 2 && /^-[^-]/.test(arg) && arg.startsWith(each)),
    );
    if (refused !== undefined) return yield* misuse(process, `option '${refused}' is not modelled here`, spec);
    if (arg.startsWith('--')) {
      const [key = '', ...rest] = arg.slice(2).split('=');
      const value = arg.includes('=') ? rest.join('=') : undefined;
      const found =
        long.find(([known]) => known === (value === undefined ? key : `${key}=`)) ??
        long.find(([known]) => known.replace('=', '') === key) ??
        only(long.filter(([known]) => known.startsWith(key)));
      if (found === undefined) return yield* misuse(process, `unrecognized option '${arg.split('=')[0]}'`, spec);
      if (found[0].endsWith('=')) {
        const argument = value ?? args[++i];
        if (argument === undefined) return yield* misuse(process, `option '--${key}' requires an argument`, spec);
        note(found[1], argument);
      } else flags.set(found[1], value ?? '');
      continue;
    }
    if (!/^-./.test(arg)) {
      if (spec.stopEarly === true) {
        operands.push(...args.slice(i));
        break;
      }
      operands.push(arg);
      continue;
    }
    if (spec.number !== undefined && /^-\d+$/.test(arg)) {
      flags.set(spec.number, arg.slice(1));
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      const index = letter === ':' ? -1 : spec.short.indexOf(letter);
      if (index < 0) return yield* misuse(process, `invalid option -- '${letter}'`, spec);
      if (spec.short[index + 1] !== ':') {
        flags.set(letter, '');
        continue;
      }
      const argument = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
      if (argument === undefined) return yield* misuse(process, `option requires an argument -- '${letter}'`, spec);
      note(letter, argument);
      break;
    }
  }
  return { flags, operands };
}

function* misuse(process: Process, text: string, spec: OptionSpec): Task<number> {
  const name = process.argv[0] ?? '';
  yield* writeText(
    process.stderr,
    spec.says !== undefined ? `${spec.says(text)}\n` : `${name}: ${text}\nTry '${name} --help' for more information.\n`,
  );
  return spec.status ?? 1;
}

function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}
