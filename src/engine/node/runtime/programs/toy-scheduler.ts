import type { Node, Pod } from '../../../api/generated/types.ts';
import type { ApiObject } from '../../../api/meta.ts';
import { untilSignal } from '../../../os/daemon.ts';
import { goLog } from '../../../os/go-log.ts';
import { NetworkError, type Process } from '../../../os/process.ts';
import { run, type Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';
import { InClusterClient } from './in-cluster.ts';

const POLICIES = ['lowest-name', 'random', 'fewest-pods'] as const;
type Policy = (typeof POLICIES)[number];

/**
 * `kubernotes/toy-scheduler`: all that a scheduler has to be. It asks the API for pods that name it and have no node, chooses
 * one of the Ready nodes, and posts a Binding. Every two seconds; no queue, no filters, no cache.
 */
export function* toyScheduler(process: Process): Task<number> {
  process.use({ memory: 8 * 1024 * 1024, cpu: 1 });
  const name = process.env.get('SCHEDULER_NAME') ?? 'toy-scheduler';
  const policy = (process.env.get('POLICY') ?? 'lowest-name') as Policy;
  let client: InClusterClient;
  try {
    if (!POLICIES.includes(policy)) throw new Error(`POLICY must be one of ${POLICIES.join(', ')}`);
    client = new InClusterClient(process, 'toy-scheduler/1.0');
  } catch (error) {
    yield* writeText(process.stderr, `${(error as Error).message}\n`);
    return 1;
  }
  goLog(process, `scheduler ${name} chooses nodes by ${policy}`);
  const loop = run(
    work(process, client, name, policy),
    () => {},
    () => {},
  );
  try {
    yield* untilSignal(process, ['TERM', 'INT']);
    return 0;
  } finally {
    loop.kill();
  }
}

function* work(process: Process, client: InClusterClient, name: string, policy: Policy): Task<never> {
  for (;;) {
    try {
      yield* once(process, client, name, policy);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      goLog(process, error.message);
    }
    yield* process.sleep(2 * SECOND);
  }
}

function* once(process: Process, client: InClusterClient, name: string, policy: Policy): Task<void> {
  const waiting = yield* list<Pod>(
    process,
    client,
    `/api/v1/pods?fieldSelector=spec.nodeName%3D%2Cspec.schedulerName%3D${encodeURIComponent(name)}`,
  );
  if (waiting.length === 0) return;
  const nodes = (yield* list<Node>(process, client, '/api/v1/nodes')).filter(
    ({ spec, status }) =>
      spec?.unschedulable !== true && status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  const names = nodes.map(({ metadata }) => metadata.name ?? '').sort();
  const load = new Map(names.map((node) => [node, 0]));
  if (policy === 'fewest-pods')
    for (const { spec } of yield* list<Pod>(process, client, '/api/v1/pods')) {
      const node = spec?.nodeName ?? '';
      if (load.has(node)) load.set(node, (load.get(node) ?? 0) + 1);
    }
  for (const { metadata } of waiting) {
    const node = choose(process, names, load, policy);
    if (node === undefined) return goLog(process, 'no node is Ready');
    load.set(node, (load.get(node) ?? 0) + 1);
    yield* bind(process, client, metadata, node);
  }
}

function choose(process: Process, names: readonly string[], load: ReadonlyMap<string, number>, policy: Policy): string | undefined {
  if (policy === 'random') return names[process.random(Math.max(1, names.length))];
  if (policy === 'lowest-name') return names[0];
  return [...names].sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0))[0];
}

function* bind(process: Process, client: InClusterClient, pod: Pod['metadata'], node: string): Task<void> {
  const { name = '', namespace = 'default' } = pod;
  const { status, body } = yield* client.call('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  });
  goLog(
    process,
    status < 300 ? `bound ${namespace}/${name} to ${node}` : `${namespace}/${name}: ${(body as { message?: string }).message ?? status}`,
  );
}

function* list<T extends ApiObject>(process: Process, client: InClusterClient, path: string): Task<readonly T[]> {
  const { status, body } = yield* client.call('GET', path);
  const answer = body as { items?: readonly T[]; message?: string };
  if (status !== 200) goLog(process, answer.message ?? `GET ${path}: ${status}`);
  return answer.items ?? [];
}
