import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, writeText } from '../../engine/os/text.ts';
import { say } from './control.ts';
import { Failure, notModelled } from './failure.ts';

/** What `minikube start` takes from it. */
const NAMES = ['driver', 'vm-driver', 'kubernetes-version', 'cpus', 'memory', 'container-runtime', 'cni', 'nodes'] as const;
/** Names that mean nothing here. */
const KNOWN = ['profile', 'rootless', 'WantUpdateNotification', 'WantNoneDriverWarning', 'EmbedCerts', 'bootstrapper', 'insecure-registry', 'hyperv-virtual-switch', 'disk-size', 'host-only-cidr', 'iso-url', 'log_dir', 'feature-gates', 'v', 'ReminderWaitPeriodInHours', 'cache', 'MaxAuditEntries', 'native-ssh', 'static-ip']; // prettier-ignore
/** Numbers are kept as such. */
const NUMBERS: readonly string[] = ['cpus', 'nodes'];

type Values = Readonly<Record<string, unknown>>;

const pathOf = (process: Process): string => `${process.env.get('HOME') ?? ''}/.minikube/config/config.json`;

/** What was set: defaults of the flags of `minikube start`, and the images that `cache` keeps. */
export function readConfig(process: Process): Values {
  const path = pathOf(process);
  return process.files.exists(path) ? (JSON.parse(decode(process.files.read(path))) as Values) : {};
}

export function writeConfig(process: Process, values: Values): void {
  const path = pathOf(process);
  process.files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
  process.files.write(path, encode(JSON.stringify(values, undefined, 4)));
}

/** `minikube config set|get|unset|view|defaults`. */
export function* config(process: Process, [verb, name, value, ...more]: readonly string[]): Task<number> {
  const values = readConfig(process);
  switch (verb) {
    case 'set': {
      if (name === undefined || value === undefined || more.length > 0)
        throw new Failure(
          14,
          `\n❌  Exiting due to MK_USAGE: ${name !== undefined && value === undefined ? 'not enough arguments (1).' : name === undefined ? 'not enough arguments (0).' : `toom any arguments (${more.length + 2}).`}\nusage: minikube config set PROPERTY_NAME PROPERTY_VALUE\n`,
        );
      known(name);
      if (!NAMES.some((each) => each === name))
        throw notModelled(`config set ${name}: it would have no effect here; there are ${NAMES.join(', ')}`);
      const invalid = (why: string): Failure =>
        new Failure(
          1,
          `\n❌  Exiting due to MK_CONFIG_SET: Set failed: run validations for "${name}" with value of "${value}": [${why}]\n`,
        );
      if (NUMBERS.includes(name) && !/^\d+$/.test(value)) throw invalid(`${name}:strconv.Atoi: parsing "${value}": invalid syntax`);
      if (name === 'memory' && !/^\d+(\.\d+)?\s*([kmg]i?)?b?$/i.test(value)) throw invalid(`invalid memory size: invalid size: '${value}'`);
      writeConfig(process, { ...values, [name]: NUMBERS.includes(name) ? Number(value) : value });
      yield* writeText(process.stderr, '❗  These changes will take effect upon a minikube delete and then a minikube start\n');
      return 0;
    }
    case 'get':
      if (name === undefined) throw new Failure(1, 'usage: minikube config get PROPERTY_NAME');
      known(name);
      if (values[name] === undefined) throw new Failure(1, '\nError: specified key could not be found in config');
      yield* say(process, String(values[name]));
      return 0;
    case 'unset': {
      if (name === undefined) throw new Failure(14, '\n❌  Exiting due to MK_USAGE: usage: minikube config unset PROPERTY_NAME\n');
      known(name);
      writeConfig(process, Object.fromEntries(Object.entries(values).filter(([each]) => each !== name)));
      return 0;
    }
    case 'view':
      for (const each of Object.keys(values).toSorted()) if (each !== 'cache') yield* say(process, `- ${each}: ${String(values[each])}`);
      return 0;
    case 'defaults':
      if (name === 'driver') yield* say(process, '* docker', '* ssh');
      else throw new Failure(14, `\n❌  Exiting due to MK_USAGE: name ${name ?? ''} not found in defaults\n`);
      return 0;
    default:
      throw notModelled(`config ${verb ?? ''}: there are set, get, unset, view and defaults`);
  }
}

function known(name: string): void {
  if ([...NAMES, ...KNOWN].includes(name)) return;
  throw new Failure(1, `\n❌  Exiting due to MK_CONFIG_SET: Set failed: property name "${name}" not found\n`);
}

/** Flags, and what was set where they say nothing. */
export function withConfig(process: Process, flags: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const values = readConfig(process);
  const set = NAMES.flatMap((name): [string, string][] => (values[name] === undefined ? [] : [[name, String(values[name])]]));
  return new Map([...set, ...flags]);
}
