import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { addons } from './addons.ts';
import { KUBERNETES, PROFILE, VERSION, nodesOf, say, table, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';
import { node } from './node.ts';
import { service } from './service.ts';
import { start } from './start.ts';

const VALUES = new Set(['p', 'profile', 'nodes', 'n', 'driver', 'vm-driver', 'kubernetes-version', 'cpus', 'memory', 'container-runtime', 'cni', 'addons', 'namespace', 'node', 'o', 'output']); // prettier-ignore
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
]);
const REFUSED: Readonly<Record<string, string>> = {
  cache: 'images are pulled when a pod wants them',
  config: 'a scenario says what a cluster is like',
  cp: 'kubectl cp reaches containers',
  dashboard: 'the dashboard is not modelled here; the page of the cluster shows its objects',
  delete: 'the cluster is the scenario, and stays; minikube stop powers it off',
  'docker-env': 'there is no Docker on this machine',
  image: 'a node pulls images by itself; kubectl describe node shows those it has',
  logs: 'kubectl logs -n kube-system shows what the control plane writes',
  mount: 'this machine shares no directories with nodes',
  pause: 'a cluster is paused with its clock; minikube stop powers it off',
  tunnel: 'nobody gives LoadBalancer Services an address here; minikube service NAME --url shows a node port',
  unpause: 'nothing is paused',
  'update-context': 'the context is right',
};

const USAGE = `minikube: what of it is modelled here, in a cluster whose control plane is named minikube

  minikube start [--nodes N] [--addons NAME] | stop | status | ip | version
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
    return yield* start(process, control, flags);
  }
  const nodes = nodesOf(control);
  if (name === 'profile') return yield* profiles(process, control, operands);
  if (!['status', 'stop', 'ip', 'node', 'addons', 'service', 'ssh'].includes(name))
    throw new Failure(1, `Error: unknown command "${name}" for "minikube"\nRun 'minikube --help' for usage.`);
  if (nodes.length === 0 || profile !== PROFILE)
    throw new Failure(
      85,
      `🤷  Profile "${profile}" not found. Run "minikube profile list" to view all profiles.\n👉  To start a cluster, run: "minikube start${profile === PROFILE ? '' : ` -p ${profile}`}"`,
    );
  switch (name) {
    case 'status':
      return yield* status(process, control);
    case 'stop':
      for (const { name: machine, powered } of [...nodes].reverse()) {
        if (!powered) continue;
        yield* say(process, `✋  Stopping node "${machine}"  ...`);
        control.machines.power(machine, false);
      }
      yield* say(process, `🛑  ${nodes.length} node${nodes.length === 1 ? '' : 's'} stopped.`);
      return 0;
    case 'ip':
      yield* say(process, nodes[0]?.address ?? '');
      return 0;
    case 'node':
      return yield* node(process, control, operands);
    case 'addons':
      return yield* addons(process, control, operands);
    case 'service':
      return yield* service(process, control, operands, flags);
    default:
      return yield* process.spawn(['ssh', flags.get('n') ?? flags.get('node') ?? PROFILE, ...(dashes < 0 ? operands : after)]).wait();
  }
}

/** The states of all machines, with minikube's exit code: 0 only if all is well. */
function* status(process: Process, control: MinikubeControl): Task<number> {
  const nodes = nodesOf(control);
  for (const { name, powered, controlPlane } of nodes) {
    const state = powered ? 'Running' : 'Stopped';
    const lines = [name, `type: ${controlPlane ? 'Control Plane' : 'Worker'}`, `host: ${state}`, `kubelet: ${state}`];
    if (controlPlane) lines.push(`apiserver: ${state}`, `kubeconfig: ${powered ? 'Configured' : 'Stopped'}`);
    yield* say(process, ...lines, '');
  }
  return nodes.every(({ powered }) => powered) ? 0 : 7;
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
