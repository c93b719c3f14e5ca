import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ServerOptions {
  readonly nodes: number;
  readonly port: number;
  readonly speed: number;
  readonly scenario: { readonly file: string; readonly text: string } | undefined;
  readonly seed: number | undefined;
  /** Virtual time of the beginning, RFC 3339. */
  readonly start: string | undefined;
  readonly lab: boolean;
  /** Plain HTTP instead of HTTPS. */
  readonly http: boolean;
  /** Where the kubeconfig is written; undefined: into a folder of its own. */
  readonly kubeconfig: string | undefined;
  readonly help: boolean;
}

export const USAGE = `Usage: npm run cluster -- [options]

Serves a simulated Kubernetes v1.36 cluster on loopback for kubectl and other clients.

  --nodes N          worker nodes of the default cluster (default 3)
  --port N           port to listen on, 0 for any free one (default 8443)
  --speed N          virtual seconds a second (default 1)
  --scenario FILE    start state: a YAML file, or the name of a shipped scenario
  --seed N           seed of everything random
  --start TIME       virtual time of the beginning (RFC 3339; default: so that virtual and wall time agree);
                     with a seed it makes runs equal
  --kubeconfig FILE  where to write the kubeconfig (default: a temporary folder)
  --http             plain HTTP: no certificates, callers prove themselves with tokens only
  --lab              answer /_lab/ requests: pause, step, advance, speed, log (see server/README.md)
  --help             print this
`;

/** A mistake on the command line, in a sentence. */
export class UsageError extends Error {}

const SCENARIOS = join(import.meta.dirname, '../src/content/scenarios');

/** Reads the command line. Throws `UsageError`. */
export function parseOptions(argv: readonly string[]): ServerOptions {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const [name = '', inline] = splitOption(argv[i] as string);
    if (['--lab', '--help', '-h', '--http'].includes(name)) {
      if (inline !== undefined) throw new UsageError(`option ${name} takes no value`);
      flags.add(name === '-h' ? '--help' : name);
    } else if (['--nodes', '--port', '--speed', '--scenario', '--seed', '--start', '--kubeconfig'].includes(name)) {
      const value = inline ?? argv[++i];
      if (value === undefined) throw new UsageError(`option ${name} needs a value`);
      values.set(name, value);
    } else throw new UsageError(name.startsWith('-') ? `unknown option: ${name}` : `unexpected argument: ${name}`);
  }
  const number = (name: string, fallback: number, least: number, most: number, whole: boolean): number => {
    const text = values.get(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
      throw new UsageError(`option ${name}: "${text}" is not a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
    }
    return value;
  };
  const start = values.get('--start');
  if (start !== undefined && Number.isNaN(Date.parse(start)))
    throw new UsageError(`option --start: "${start}" is no time such as 2026-01-05T09:00:00Z`);
  const scenario = values.get('--scenario');
  if (scenario !== undefined && values.has('--nodes')) throw new UsageError('option --nodes: the scenario says which nodes there are');
  return {
    nodes: number('--nodes', 3, 0, 5000, true),
    port: number('--port', 8443, 0, 65535, true),
    speed: number('--speed', 1, 0.001, 100_000, false),
    scenario: scenario === undefined ? undefined : readScenario(scenario),
    seed: values.has('--seed') ? number('--seed', 0, 0, 2 ** 32 - 1, true) : undefined,
    start,
    lab: flags.has('--lab'),
    http: flags.has('--http'),
    kubeconfig: values.get('--kubeconfig'),
    help: flags.has('--help'),
  };
}

function splitOption(argument: string): [string, string | undefined] {
  const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
  return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

function readScenario(name: string): { file: string; text: string } {
  const shipped = join(SCENARIOS, `${name}.yaml`);
  const file = /^[\w-]+$/.test(name) && !existsSync(name) && existsSync(shipped) ? shipped : name;
  try {
    return { file: name, text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new UsageError(`option --scenario: cannot read ${name}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}
