import type { Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import type { RuntimeContainer, Sandbox } from '../../runtime/cri.ts';
import { dialCri, type CriEndpoint } from '../cri-endpoint.ts';
import { exec, logs, stop } from './crictl/acting.ts';
import { Fatal, sandboxOf, type Run } from './crictl/context.ts';
import { split } from './crictl/listing.ts';
import { readFlags } from './flags.ts';
import { humanDuration, humanSize, table } from './units.ts';

export const DOCKER_SOCKET = '/var/run/docker.sock';
const SHOWN = 12;
const [LEAST, PADDING] = [10, 3];

interface Command {
  readonly flags: string;
  readonly early?: boolean;
  run(run: Run): Task<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ps: { flags: 'a/all q/quiet no-trunc', run: ps },
  images: { flags: 'a/all q/quiet no-trunc', run: images },
  logs: { flags: 'f/follow t/timestamps n/tail=', run: (run) => logs(named(run)) },
  exec: { flags: 'i/interactive t/tty', early: true, run: (run) => exec(named(run)) },
  stop: { flags: 't/timeout=', run: (run) => stop(named(run)) },
  version: { flags: '', run: version },
};

/** `docker` on a node whose kubelet has its containers run by Docker Engine: each is one of its containers, and so is each pod's sandbox. */
export function* docker(process: Process): Task<number> {
  const [name = '', ...rest] = process.argv.slice(1);
  const say = function* (text: string, status: number): Task<number> {
    yield* writeText(process.stderr, `${text}\n`);
    return status;
  };
  const command = COMMANDS[name];
  if (command === undefined)
    return yield* say(`docker: '${name}' is not modelled here: there are ${Object.keys(COMMANDS).join(', ')}`, name === '' ? 0 : 1);
  const flags = readFlags(rest, command.flags, command.early);
  if (typeof flags === 'string') return yield* say(`unknown flag: ${flags.replace(/=$/, '')}\n\nUsage:  docker ${name} [OPTIONS]`, 125);
  const cri = dialCri(process, DOCKER_SOCKET);
  if (cri === undefined)
    return yield* say(`Cannot connect to the Docker daemon at unix://${DOCKER_SOCKET}. Is the docker daemon running?`, 1);
  try {
    return yield* command.run({ process, cri, flags });
  } catch (error) {
    if (!(error instanceof Fatal)) throw error;
    return yield* say(`Error response from daemon: ${error.message}`, 1);
  }
}

function* ps({ process, cri, flags }: Run): Task<number> {
  const all = flags.given.has('all');
  const shown = entries(cri, process.now()).filter(({ runs }) => all || runs);
  const whole = flags.given.has('no-trunc');
  const id = (full: string): string => (whole ? full : full.slice(0, SHOWN));
  if (flags.given.has('quiet')) {
    yield* writeText(process.stdout, shown.map((each) => `${id(each.id)}\n`).join(''));
    return 0;
  }
  const heading = ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'];
  const rows = shown.map((each) => [id(each.id), each.image, quoted(each.command, whole), `${each.age} ago`, each.status, '', each.name]);
  yield* writeText(process.stdout, table([heading, ...rows], LEAST, PADDING));
  return 0;
}

interface Entry {
  readonly id: string;
  readonly image: string;
  readonly command: string;
  readonly createdAt: number;
  readonly age: string;
  readonly status: string;
  readonly runs: boolean;
  readonly name: string;
}

/** Containers and sandboxes, the newest first. */
function entries(cri: CriEndpoint, now: number): Entry[] {
  const sandboxes = Array.from(cri.runtime.listPodSandbox(), (sandbox): Entry => ({
    id: sandbox.id,
    image: 'registry.k8s.io/pause:3.10.1',
    command: '/pause',
    createdAt: sandbox.createdAt,
    age: humanDuration(now - sandbox.createdAt),
    status: sandbox.ready ? `Up ${humanDuration(now - sandbox.createdAt)}` : 'Exited (0)',
    runs: sandbox.ready,
    name: nameOf('POD', sandbox, sandbox.config.attempt),
  }));
  const sandbox = new Map(Array.from(cri.runtime.listPodSandbox(), (each) => [each.id, each]));
  const containers = Array.from(cri.runtime.listContainers(), (each): Entry => ({
    id: each.id,
    image: each.imageId.replace(/^.*sha256:/, '').slice(0, SHOWN),
    command: [...(each.config.command ?? []), ...(each.config.args ?? [])].join(' ') || (each.image.split(/[/:]/).at(-2) ?? ''),
    createdAt: each.createdAt,
    age: humanDuration(now - each.createdAt),
    status: statusOf(each, now),
    runs: each.state === 'running',
    name: nameOf(each.config.name, sandbox.get(each.sandboxId), each.config.attempt),
  }));
  return [...containers, ...sandboxes].toSorted((a, b) => b.createdAt - a.createdAt);
}

/** `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`: how dockershim, and cri-dockerd after it, call what they make. */
function nameOf(container: string, sandbox: Sandbox | undefined, attempt: number): string {
  const { name = '', namespace = '', uid = '' } = sandbox?.config ?? {};
  return `k8s_${container}_${name}_${namespace}_${uid}_${attempt}`;
}

function statusOf({ state, startedAt, finishedAt, exitCode }: RuntimeContainer, now: number): string {
  if (state === 'created') return 'Created';
  if (state === 'running') return `Up ${humanDuration(now - (startedAt ?? now))}`;
  return `Exited (${exitCode ?? 0}) ${humanDuration(now - (finishedAt ?? now))} ago`;
}

function quoted(command: string, whole: boolean): string {
  return `"${whole || command.length <= 20 ? command : `${command.slice(0, 19)}…`}"`;
}

function* images({ process, cri, flags }: Run): Task<number> {
  const id = (full: string): string => full.replace(/^.*sha256:/, '').slice(0, SHOWN);
  const known = cri.images.listImages();
  if (flags.given.has('quiet')) {
    yield* writeText(process.stdout, known.map((each) => `${id(each.id)}\n`).join(''));
    return 0;
  }
  const rows = known.map((each) => {
    const { repository, tag } = split(each.reference.replace(/^docker\.io\/(library\/)?/, ''));
    return [repository, tag, id(each.id), humanSize(each.size, 3)];
  });
  yield* writeText(process.stdout, table([['REPOSITORY', 'TAG', 'IMAGE ID', 'SIZE'], ...rows], LEAST, PADDING));
  return 0;
}

function* version({ process, cri }: Run): Task<number> {
  const { runtimeVersion } = cri.runtime;
  yield* writeText(
    process.stdout,
    `Client: Docker Engine - Community\n Version:           ${runtimeVersion}\n\nServer: Docker Engine - Community\n Engine:\n  Version:          ${runtimeVersion}\n`,
  );
  return 0;
}

/** A container may be called by its name. */
function named(run: Run): Run {
  const [first = '', ...rest] = run.flags.operands;
  for (const each of run.cri.runtime.listContainers())
    if (nameOf(each.config.name, sandboxOf(run, each.sandboxId), each.config.attempt) === first)
      return { ...run, flags: { ...run.flags, operands: [each.id, ...rest] } };
  return run;
}
