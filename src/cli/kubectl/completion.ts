import type { Process } from '../../engine/os/process.ts';
import { run } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { COMMANDS } from './commands.ts';
import { findMapping, pathOf } from './discovery.ts';
import { findCommand } from './find-command.ts';
import { Flags } from './flags.ts';
import type { KubeConfig } from './kubeconfig.ts';
import { Session } from './session.ts';
import type { ApiTransport } from './transport.ts';
import { list, text } from './values.ts';

type Connect = (process: Process, config: KubeConfig) => ApiTransport;

/** What could stand at the cursor of a kubectl line: commands, flags, types, names, namespaces. Answers at once. */
export function completeKubectl(connect: Connect, line: string, cursor: number): { from: number; candidates: string[] } {
  const before = line.slice(0, cursor);
  const from = Math.max(before.lastIndexOf(' '), before.lastIndexOf(',')) + 1;
  const word = before.slice(from);
  const words = before
    .slice(0, before.lastIndexOf(' ') + 1)
    .split(/\s+/)
    .filter(Boolean)
    .slice(1);
  let candidates: string[] = [];
  run(
    candidatesFor(connect, words, before.slice(before.lastIndexOf(' ') + 1)),
    (found) => {
      candidates = found;
    },
    (error) => {
      // What the server does not tell is not offered; a fault of ours is told.
      if (error instanceof TypeError) throw error;
    },
  );
  return { from, candidates: [...new Set(candidates)].filter((each) => each.startsWith(word)).sort() };
}

const NAMES_ONLY: Readonly<Record<string, string>> = {
  logs: 'pods',
  exec: 'pods',
  attach: 'pods',
  cordon: 'nodes',
  uncordon: 'nodes',
  drain: 'nodes',
  debug: 'pods',
  cp: 'pods',
  'port-forward': 'pods',
  'top pod': 'pods',
  'top node': 'nodes',
  'certificate approve': 'certificatesigningrequests',
  'certificate deny': 'certificatesigningrequests',
};
/** Values of a flag that are always the same. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  '--cascade': ['background', 'foreground', 'orphan'],
  '--dry-run': ['client', 'none', 'server'],
  '--image-pull-policy': ['Always', 'IfNotPresent', 'Never'],
  '--restart': ['Always', 'Never', 'OnFailure'],
  '--subresource': ['resize', 'scale', 'status'],
  '--validate': ['ignore', 'strict', 'warn'],
};
const TYPED = new Set([
  'get',
  'describe',
  'delete',
  'edit',
  'label',
  'annotate',
  'patch',
  'scale',
  'expose',
  'wait',
  'explain',
  'set image',
  'set env',
  'set resources',
  'autoscale',
]);

function* candidatesFor(connect: Connect, words: readonly string[], word: string): Task<string[]> {
  const previous = words.at(-1) ?? '';
  if (previous === '-n' || previous === '--namespace') return yield* namesOf(session(connect, []), 'namespaces');
  if (words.length === 0) return Object.keys(COMMANDS);
  const found = findCommand([...words]);
  const parent = COMMANDS[words[0] as string];
  if (parent?.subcommands !== undefined && words.length === 1 && !word.startsWith('-')) return Object.keys(parent.subcommands);
  if ('text' in found) return [];
  const { command, name, rest } = found;
  if (word.startsWith('-')) {
    const [flag = ''] = word.split('=');
    const choices = word.includes('=') ? CHOICES[flag] : undefined;
    return choices === undefined ? Flags.names(command.flags) : choices.map((each) => `${flag}=${each}`);
  }
  const here = session(connect, rest);
  if (previous === '-c' || previous === '--container') return yield* containersOf(here, rest);
  if (CHOICES[previous] !== undefined) return [...(CHOICES[previous] as readonly string[])];
  const types = [...rest].filter((each) => !each.startsWith('-'));
  if (previous === '-o' || previous === '--output') return ['custom-columns=', 'json', 'jsonpath=', 'name', 'wide', 'yaml'];
  if (NAMES_ONLY[name] !== undefined) return yield* namesOf(here, NAMES_ONLY[name]);
  if (name === 'taint') return types.length === 0 ? ['nodes'] : yield* namesOf(here, 'nodes');
  if (name.startsWith('rollout'))
    return types.length === 0 ? yield* withType(here, 'deployment', 'deployments') : yield* namesOf(here, types[0] as string);
  if (!TYPED.has(name)) return [];
  const slash = word.indexOf('/');
  if (slash > 0) return yield* withType(here, word.slice(0, slash), word.slice(0, slash));
  if (types.length > 0) return yield* namesOf(here, types[0] as string);
  return (yield* here.discovery()).resources.filter((each) => each.preferred && each.verbs.includes('list')).map((each) => each.resource);
}

/** Names of the containers of the pod that the line names. */
function* containersOf(here: Session, rest: readonly string[]): Task<string[]> {
  const pods = findMapping(yield* here.discovery(), 'pods');
  const name = rest.find((each, i) => !each.startsWith('-') && !(rest[i - 1] ?? '').startsWith('-'));
  if (pods === undefined || name === undefined) return [];
  const pod = yield* here.json('GET', pathOf(pods, here.namespace, name.replace(/^(pods?|po)\//, '')));
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    list(pod, 'spec', field).map((each) => text(each, 'name')),
  );
}

function* withType(here: Session, prefix: string, type: string): Task<string[]> {
  return (yield* namesOf(here, type)).map((name) => `${prefix}/${name}`);
}

function* namesOf(here: Session, type: string): Task<string[]> {
  const mapping = findMapping(yield* here.discovery(), type);
  if (mapping === undefined) return [];
  const found = yield* here.json('GET', pathOf(mapping, here.namespace));
  return list(found, 'items').map((item) => text(item, 'metadata', 'name'));
}

function session(connect: Connect, rest: readonly string[]): Session {
  const at = rest.findIndex((word) => word === '-n' || word === '--namespace');
  const config: KubeConfig = {
    server: '',
    namespace: (at >= 0 ? rest[at + 1] : undefined) ?? 'default',
    insecure: false,
    context: '',
    user: '',
  };
  return new Session(NOBODY, Flags.parse('kubectl', []), 'kubectl', config, connect(NOBODY, config));
}

/** Completion runs outside any process: it prints nothing and waits for nothing. */
const NOBODY = { env: new Map<string, string>(), now: () => 0 } as unknown as Process;
