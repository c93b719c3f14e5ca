import { Failure } from './failure.ts';

export interface Arguments {
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Reads `--name value`, `--name=value` and switches. Throws `Failure` for what is not known, and for what is not modelled. */
export function readArguments(
  args: readonly string[],
  known: { values: readonly string[]; switches: readonly string[]; refused?: readonly string[] },
): Arguments {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, name, value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(arg) ?? [];
    if (name === undefined) {
      operands.push(arg);
      continue;
    }
    if (known.refused?.includes(name) === true) throw new Failure(`kubeadm: --${name} is not modelled here`);
    if (known.switches.includes(name) || name === 'help' || name === 'h') flags.set(name, value ?? 'true');
    else if (known.values.includes(name) || name === 'v') {
      const given = value ?? args[++i];
      if (given === undefined) throw new Failure(`flag needs an argument: --${name}`);
      flags.set(name, given);
    } else throw new Failure(`unknown flag: --${name}\nTo see the stack trace of this error execute with --v=5 or higher`);
  }
  return { flags, operands };
}
