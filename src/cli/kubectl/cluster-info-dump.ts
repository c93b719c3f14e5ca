import { encode } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import { CommandError } from './errors.ts';
import { resolvePath } from './kubeconfig.ts';
import { printerFor } from './printers.ts';
import type { Session } from './session.ts';
import { list, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const DUMP_FLAGS =
  'A/all-namespaces:bool namespaces:list output-directory:string pod-running-timeout:duration=20s o/output:string=json template:string show-managed-fields:bool allow-missing-template-keys:bool=true';

const KINDS: readonly (readonly [file: string, path: (namespace: string) => string])[] = [
  ['events', (namespace) => `/api/v1/namespaces/${namespace}/events`],
  ['replication-controllers', (namespace) => `/api/v1/namespaces/${namespace}/replicationcontrollers`],
  ['services', (namespace) => `/api/v1/namespaces/${namespace}/services`],
  ['daemonsets', (namespace) => `/apis/apps/v1/namespaces/${namespace}/daemonsets`],
  ['deployments', (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`],
  ['replicasets', (namespace) => `/apis/apps/v1/namespaces/${namespace}/replicasets`],
  ['pods', (namespace) => `/api/v1/namespaces/${namespace}/pods`],
];

/** Everything that is needed to say what is wrong with a cluster, on standard output or in a directory. */
export function* clusterInfoDump(session: Session): Task<number> {
  const { flags } = session;
  const printer = printerFor(session);
  if (printer === undefined || flags.string('output') === 'name') throw new CommandError('a format of output is needed');
  const directory = flags.string('output-directory');
  const extension = flags.string('output') === 'yaml' ? 'yaml' : 'json';
  const write = function* (file: string, content: string): Task<void> {
    if (directory === '' || directory === '-') return yield* session.out(content);
    const path = resolvePath(session.process, `${directory}/${file}`);
    session.process.files.makeDirectory(path.replace(/\/[^/]*$/, ''), { parents: true });
    session.process.files.write(path, encode(content));
  };
  yield* write(`nodes.${extension}`, printer.print(yield* session.json('GET', '/api/v1/nodes')));
  for (const namespace of yield* namespacesOf(session)) {
    let pods: readonly JsonObject[] = [];
    for (const [file, path] of KINDS) {
      const found = yield* session.json('GET', path(namespace));
      if (file === 'pods') pods = list(found, 'items') as JsonObject[];
      yield* write(`${namespace}/${file}.${extension}`, printer.print(found));
    }
    for (const pod of pods) {
      const name = text(pod, 'metadata', 'name');
      const containers = ['initContainers', 'containers'].flatMap((field) => list(pod, 'spec', field).map((each) => text(each, 'name')));
      for (const container of containers) {
        const lines = yield* logOf(session, namespace, name, container);
        yield* write(
          `${namespace}/${name}/logs.txt`,
          `==== START logs for container ${container} of pod ${namespace}/${name} ====\n${lines}==== END logs for container ${container} of pod ${namespace}/${name} ====\n`,
        );
      }
    }
  }
  if (directory !== '' && directory !== '-') yield* session.out(`Cluster info dumped to ${directory}\n`);
  return 0;
}

function* namespacesOf(session: Session): Task<string[]> {
  const { flags } = session;
  if (flags.bool('all-namespaces'))
    return list(yield* session.json('GET', '/api/v1/namespaces'), 'items').map((each) => text(each, 'metadata', 'name'));
  const named = flags.slice('namespaces');
  return named.length > 0 ? named : [...new Set(['kube-system', session.namespace])];
}

function* logOf(session: Session, namespace: string, pod: string, container: string): Task<string> {
  try {
    const answer = yield* session.call('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log`, {
      query: { container },
      headers: { accept: '*/*' },
    });
    return typeof answer.body === 'string' ? answer.body : '';
  } catch (error) {
    return `Request log error: ${error instanceof Error ? error.message : String(error)}\n`;
  }
}
