import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { addons } from './addons.ts';
import { cache } from './cache.ts';
import { config, withConfig } from './config.ts';
import { KUBERNETES, PROFILE, VERSION, kubectl, nodesOf, quietly, say, table, type MinikubeControl } from './control.ts';
import { writeContext } from './create.ts';
import { dashboard } from './dashboard.ts';
import { Failure, notModelled } from './failure.ts';
import { image } from './image.ts';
import { logs } from './logs.ts';
import { node } from './node.ts';
import { remove } from './remove.ts';
import { service } from './service.ts';
import { start } from './start.ts';
import { tunnel } from './tunnel.ts';

const VALUES = new Set(['p', 'profile', 'nodes', 'n', 'driver', 'vm-driver', 'kubernetes-version', 'cpus', 'memory', 'container-runtime', 'cni', 'addons', 'namespace', 'node', 'o', 'output', 'length', 'format', 'f']); // prettier-ignore
const SWITCHES = new Set([
  'url',
  'https',
  'wait',
  'all',
  'purge',
  'help',
  'h',
  'short',
  'alsologtostderr',
  'force',
  'delete-on-failure',
  'native-ssh',
  'control-plane',
  'worker',
  'cleanup',
  'c',
]);
const REFUSED: Readonly<Record<string, string>> = {
  'docker-env': 'there is no Docker on this machine',
  mount: 'this machine shares no directories with nodes',
  pause: 'containers are not frozen here; minikube stop powers the machines off',
  unpause: 'containers are not frozen here, so nothing is paused',
  'podman-env': 'there is no Podman on this machine',
};

const USAGE = `minikube: what of it is modelled here, in a cluster whose control plane is named minikube

  minikube start [--nodes N] [--addons NAME] | stop | delete [--all] | status [-o json] | ip | version
  minikube dashboard [--url]
  minikube tunnel
  minikube image ls | pull NAME | rm NAME
  minikube cache add NAME | delete NAME | list | reload
  minikube config set NAME VALUE | get NAME | unset NAME | view
  minikube logs [-n LINES]
  minikube cp FILE [NODE:]FILE
  minikube update-context
  minikube node list | add | delete NAME | stop NAME | start NAME
  minikube addons list | enable NAME | disable NAME
  minikube service NAME --url | list
  minikube profile list
  minikube kubectl -- ARGUMENTS
  minikube ssh [-- COMMAND]

Refused by name: ${Object.keys(REFUSED).join(', ')}.
`;

/** minikube, for a cluster that is minikube's already: its machines come, go and have power by what is typed here. */
export function createMinikube(control: MinikubeControl): Program {
  return function* minikube(process: Process): Task<number> {
    try {
      return yield* command(process, control);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      yield* writeText(process.stderr, `${error.message}\n`);
      return error.code;
    }
  };
}

function* command(process: Process, control: MinikubeControl): Task<number> {
  const args = process.argv.slice(1);
  const dashes = args.indexOf('--');
  const after = dashes < 0 ? [] : args.slice(dashes + 1);
  const [name, ...words] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    yield* writeText(process.stdout, USAGE);
    return 0;
  }
  if (name === 'kubectl') return yield* process.spawn(['kubectl', ...(dashes < 0 ? words : after)]).wait();
  if (name === 'version') {
    yield* say(process, words.includes('--short') ? VERSION : `minikube version: ${VERSION}`);
    return 0;
  }
  const { flags, operands } = read(dashes < 0 ? words : words.slice(0, dashes - 1));
  const profile = flags.get('p') ?? flags.get('profile') ?? PROFILE;
  if (REFUSED[name] !== undefined) throw notModelled(`${name}: ${REFUSED[name]}`);
  if (name === 'start') {
    if (profile !== PROFILE) throw notModelled(`there is one cluster, and its profile is ${PROFILE}`);
    return yield* start(process, control, withConfig(process, flags));
  }
  if (name === 'config') return yield* config(process, operands);
  const nodes = nodesOf(control);
  if (name === 'profile') return yield* profiles(process, control, operands);
  if (name === 'delete') return yield* remove(process, control, flags.has('all'));
  if (!(name in COMMANDS)) throw new Failure(1, `Error: unknown command "${name}" for "minikube"\nRun 'minikube --help' for usage.`);
  if (nodes.length === 0 || profile !== PROFILE)
    throw new Failure(
      85,
      `🤷  Profile "${profile}" not found. Run "minikube profile list" to view all profiles.\n👉  To start a cluster, run: "minikube start${profile === PROFILE ? '' : ` -p ${profile}`}"`,
    );
  return yield* (COMMANDS[name] as Command)(process, control, { flags, operands, after });
}

interface Given {
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** What stands after `--`. */
  readonly after: readonly string[];
}

type Command = (process: Process, control: MinikubeControl, given: Given) => Task<number>;

/** What there is to do where a cluster is. */
const COMMANDS: Readonly<Record<string, Command>> = {
  status: (process, control, { flags }) => status(process, control, flags.get('o') ?? flags.get('output') ?? 'text'),
  stop,
  ip,
  node: (process, control, { operands, flags }) => node(process, control, operands, flags),
  addons: (process, control, { operands }) => addons(process, control, operands),
  service: (process, control, { operands, flags }) => service(process, control, operands, flags),
  dashboard: (process, control, { flags }) => dashboard(process, control, flags.has('url')),
  tunnel,
  image: (process, control, { operands }) => image(process, control, operands),
  cache: (process, control, { operands }) => cache(process, control, operands),
  logs: (process, control, { flags }) => logs(process, control, flags.get('n') ?? flags.get('length') ?? '25'),
  cp,
  'update-context': updateContext,
  *ssh(process, _control, { flags, operands, after }) {
    const words = after.length > 0 ? after : operands;
    return yield* process.spawn(['ssh', flags.get('n') ?? flags.get('node') ?? PROFILE, ...words]).wait();
  },
};

function* stop(process: Process, control: MinikubeControl): Task<number> {
  const nodes = nodesOf(control);
  for (const { name: machine, powered } of nodes.toReversed()) {
    if (!powered) continue;
    yield* say(process, `✋  Stopping node "${machine}"  ...`);
    control.machines.power(machine, false);
  }
  yield* say(process, `🛑  ${nodes.length} node${nodes.length === 1 ? '' : 's'} stopped.`);
  return 0;
}

function* ip(process: Process, control: MinikubeControl, { flags }: Given): Task<number> {
  const wanted = flags.get('n') ?? flags.get('node') ?? PROFILE;
  const found = nodesOf(control).find(({ name }) => name === wanted || name === `${PROFILE}-${wanted}`);
  if (found === undefined)
    throw new Failure(80, `\n❌  Exiting due to GUEST_NODE_RETRIEVE: retrieving node: Could not find node ${wanted}\n`);
  yield* say(process, found.address);
  return 0;
}

/** `minikube cp FILE [NODE:]FILE`, either way. */
function* cp(process: Process, _control: MinikubeControl, { operands: [from, to, ...more] }: Given): Task<number> {
  if (from === undefined || to === undefined || more.length > 0)
    throw new Failure(
      14,
      '\n❌  Exiting due to MK_USAGE: Please specify the path to copy: \n\tminikube cp <source file path> <target file absolute path> (example: "minikube cp a/b.txt /copied.txt")\n',
    );
  const target = to.includes(':') || from.includes(':') ? to : `${PROFILE}:${to}`;
  return yield* process.spawn(['scp', '-q', from, target]).wait();
}

function* updateContext(process: Process, control: MinikubeControl): Task<number> {
  const address = nodesOf(control)[0]?.address ?? '';
  const { out } = yield* kubectl(process, ['config', 'view', '-o', `jsonpath={.clusters[?(@.name=="${PROFILE}")].cluster.server}`]);
  if (out === `https://${address}:6443`) yield* say(process, `🏄  No changes required for the "${PROFILE}" context`);
  else {
    yield* writeContext(process, PROFILE);
    yield* say(process, `🎉  "${PROFILE}" context has been updated to point to ${address}:6443`);
  }
  yield* kubectl(process, ['config', 'use-context', PROFILE]);
  yield* say(process, `💗  Current context is "${PROFILE}"`);
  return 0;
}

/** The states of all machines, with minikube's exit code: a bit each for hosts, cluster and kubeconfig. */
function* status(process: Process, control: MinikubeControl, form: string): Task<number> {
  const states: Record<string, string | boolean>[] = [];
  let code = 0;
  for (const { name, powered, controlPlane } of nodesOf(control)) {
    const Host = powered ? 'Running' : 'Stopped';
    const active = powered && (yield* quietly(process, ['ssh', name, 'systemctl', 'is-active', 'kubelet'])).out.trim() === 'active';
    const Kubelet = active ? 'Running' : 'Stopped';
    const answers = controlPlane && powered && (yield* kubectl(process, ['get', '--raw=/livez'])).code === 0;
    const APIServer = controlPlane ? (answers ? 'Running' : 'Stopped') : 'Irrelevant';
    const Kubeconfig = controlPlane ? (powered ? 'Configured' : 'Stopped') : 'Irrelevant';
    states.push({ Name: name, Host, Kubelet, APIServer, Kubeconfig, Worker: !controlPlane });
    if (!powered) code |= 1;
    if (!active || APIServer === 'Stopped') code |= 2;
    if (Kubeconfig === 'Stopped') code |= 4;
  }
  if (form === 'json') yield* say(process, JSON.stringify(states.length === 1 ? states[0] : states));
  else
    for (const { Name, Host, Kubelet, APIServer, Kubeconfig, Worker } of states) {
      const lines = [
        String(Name),
        `type: ${Worker === true ? 'Worker' : 'Control Plane'}`,
        `host: ${String(Host)}`,
        `kubelet: ${String(Kubelet)}`,
      ];
      if (Worker !== true) lines.push(`apiserver: ${String(APIServer)}`, `kubeconfig: ${String(Kubeconfig)}`);
      yield* say(process, ...lines, '');
    }
  return code;
}

function* profiles(process: Process, control: MinikubeControl, [verb]: readonly string[]): Task<number> {
  if (verb === undefined) {
    yield* say(process, PROFILE);
    return 0;
  }
  if (verb !== 'list') throw notModelled(`there is one cluster, and its profile is ${PROFILE}`);
  const nodes = nodesOf(control);
  const [first] = nodes;
  if (first === undefined)
    throw new Failure(
      14,
      "🤹  Exiting due to MK_USAGE_NO_PROFILE: No minikube profile was found.\n💡  Suggestion: You can create one using 'minikube start'.",
    );
  const row = [
    PROFILE,
    'docker',
    first.runtime,
    first.address,
    '6443',
    KUBERNETES,
    first.powered ? 'OK' : 'Stopped',
    String(nodes.length),
    '*',
    '*',
  ];
  yield* say(
    process,
    table(['PROFILE', 'DRIVER', 'RUNTIME', 'IP', 'PORT', 'VERSION', 'STATUS', 'NODES', 'ACTIVE PROFILE', 'ACTIVE KUBECONTEXT'], [row]),
  );
  return 0;
}

function read(words: readonly string[]): { flags: ReadonlyMap<string, string>; operands: readonly string[] } {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const [, name, value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined) operands.push(word);
    else if (SWITCHES.has(name)) flags.set(name, value ?? 'true');
    else if (VALUES.has(name)) flags.set(name, value ?? words[++i] ?? '');
    else throw new Failure(1, `Error: unknown flag: --${name}\nSee 'minikube --help' for usage.`);
  }
  return { flags, operands };
}
