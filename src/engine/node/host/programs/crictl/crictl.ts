import { load } from 'js-yaml';
import type { Process } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { decode, writeText } from '../../../../os/text.ts';
import { dialCri } from '../../cri-endpoint.ts';
import { readFlags } from '../flags.ts';
import { exec, logs, pull, rm, rmi, rmp, stats, statsp, stop, stopp } from './acting.ts';
import { Fatal, type Run } from './context.ts';
import { info, inspect, inspecti, inspectp, version } from './inspecting.ts';
import { images, pods, print, ps } from './listing.ts';

const VERSION = 'v1.36.0';
const CONFIG = '/etc/crictl.yaml';

interface Command {
  readonly about: string;
  readonly flags: string;
  /** Flags end at the first argument: what follows is another program's. */
  readonly early?: boolean;
  readonly names?: readonly string[];
  run(run: Run): Task<number>;
}

const SELECTION = 'q/quiet o/output= no-trunc id= name= l/latest n/last= state= namespace=';

const COMMANDS: Readonly<Record<string, Command>> = {
  exec: { about: 'Run a command in a running container', flags: 'i/interactive t/tty s/sync timeout=', early: true, run: exec },
  images: { about: 'List images', flags: 'q/quiet o/output= v/verbose no-trunc digests', names: ['image', 'img'], run: images },
  inspect: { about: 'Display the status of one or more containers', flags: 'o/output= q/quiet', run: inspect },
  inspecti: { about: 'Return the status of one or more images', flags: 'o/output= q/quiet', run: inspecti },
  info: { about: 'Display information of the container runtime', flags: 'o/output= q/quiet', run: info },
  inspectp: { about: 'Display the status of one or more pods', flags: 'o/output= q/quiet', run: inspectp },
  logs: { about: 'Fetch the logs of a container', flags: 'f/follow tail= t/timestamps p/previous', run: logs },
  pods: { about: 'List pods', flags: `${SELECTION} v/verbose`, run: pods },
  ps: { about: 'List containers', flags: `a/all p/pod= image= v/verbose ${SELECTION}`, run: ps },
  pull: { about: 'Pull an image from a registry', flags: '', run: pull },
  rm: { about: 'Remove one or more containers', flags: 'f/force a/all', run: rm },
  rmi: { about: 'Remove one or more images', flags: 'a/all q/prune', run: rmi },
  rmp: { about: 'Remove one or more pods', flags: 'f/force a/all', run: rmp },
  stats: { about: 'List container(s) resource usage statistics', flags: 'a/all', run: stats },
  statsp: { about: 'List pod statistics', flags: '', run: statsp },
  stop: { about: 'Stop one or more running containers', flags: 't/timeout=', run: stop },
  stopp: { about: 'Stop one or more running pods', flags: '', run: stopp },
  version: { about: 'Display runtime version information', flags: '', run: version },
};

/** `crictl`: looks at the containers of a runtime through the CRI, past the kubelet. */
export function* crictl(process: Process): Task<number> {
  const global = readFlags(
    process.argv.slice(1),
    'r/runtime-endpoint= i/image-endpoint= c/config= t/timeout= D/debug h/help v/version',
    true,
  );
  try {
    if (typeof global === 'string') throw new Fatal(unknownFlag(global));
    const [name = 'help', ...rest] = global.operands;
    if (global.given.has('version')) return yield* print(process, `crictl version ${VERSION}\n`);
    if (name === 'help' || name === 'h' || global.given.has('help')) return yield* print(process, help());
    const command = COMMANDS[name] ?? Object.values(COMMANDS).find(({ names }) => names?.includes(name));
    if (command === undefined) throw new Fatal(`command "${name}" not found: there are ${Object.keys(COMMANDS).join(', ')}`);
    const flags = readFlags(rest, command.flags, command.early);
    if (typeof flags === 'string') throw new Fatal(unknownFlag(flags));
    const endpoint = global.given.get('runtime-endpoint') ?? configured(process, global.given.get('config') ?? CONFIG);
    const cri = dialCri(process, endpoint);
    if (cri === undefined) {
      const path = endpoint.replace(/^unix:\/\//, '');
      throw new Fatal(
        `validate service connection: validate CRI v1 runtime API for endpoint "unix://${path}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${path}: connect: ${process.files.exists(path) ? 'connection refused' : 'no such file or directory'}"`,
      );
    }
    return yield* command.run({ process, cri, flags });
  } catch (error) {
    if (!(error instanceof Fatal)) throw error;
    yield* writeText(process.stderr, `FATA[0000] ${error.message}\n`);
    return 1;
  }
}

function unknownFlag(flag: string): string {
  return flag.endsWith('=') ? `flag needs an argument: ${flag.slice(0, -1)}` : `flag provided but not defined: ${flag}`;
}

function configured(process: Process, file: string): string {
  const standard = 'unix:///run/containerd/containerd.sock';
  if (!process.files.exists(file)) return standard;
  const config = load(decode(process.files.read(file))) as { 'runtime-endpoint'?: unknown } | null;
  return typeof config?.['runtime-endpoint'] === 'string' ? config['runtime-endpoint'] : standard;
}

function help(): string {
  const names = Object.entries(COMMANDS).map(([name, { about, names = [] }]) => [`   ${[name, ...names].join(', ')}`, about] as const);
  const width = Math.max(...names.map(([name]) => name.length)) + 2;
  const lines = names.map(([name, about]) => `${name.padEnd(width)}${about}\n`);
  return `NAME:\n   crictl - client for CRI\n\nUSAGE:\n   crictl [global options] command [command options] [arguments...]\n\nVERSION:\n   ${VERSION}\n\nCOMMANDS:\n${lines.join('')}`;
}
