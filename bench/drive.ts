import { ADMIN, openCluster, type Cluster, type ClusterOptions } from '../src/engine/cluster.ts';
import type { Deployment } from '../src/engine/api/generated/types.ts';
import { parseScenario } from '../src/engine/scenario.ts';
import { HOUR, type Millis } from '../src/engine/sim/time.ts';
import { measure, type Phase } from './measure.ts';

/** A cluster of `workers` machines with room for the pods. Bulk runs keep no log. */
export function openWith(workers: number, podsPerNode: number, options: ClusterOptions = {}): Cluster {
  const nodes = Array.from({ length: workers }, (_, i) => ({
    name: `worker-${i + 1}`,
    cpu: '64',
    memory: '256Gi',
    maxPods: Math.max(110, podsPerNode),
    labels: { 'topology.kubernetes.io/region': 'region-1', 'topology.kubernetes.io/zone': `zone-${(i % 3) + 1}` },
  }));
  return openCluster({ scenario: parseScenario({ name: 'bench', nodes }, 'bench'), ...options });
}

export function request(cluster: Cluster, method: string, path: string, body?: object): void {
  const response = cluster.apiserver.answer({
    method,
    path,
    credentials: ADMIN,
    actor: 'bench',
    ...(body === undefined ? {} : { body }),
    ...(method === 'PATCH' ? { headers: { 'content-type': 'application/merge-patch+json' } } : {}),
  });
  if (response.code >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`);
}

// Between two looks at the state; looking after each event would be measured along.
const LOOK_EVERY = 8;

/** Runs events until `done`, timing each one. */
export function runTimed(cluster: Cluster, done: () => boolean, limit: Millis = HOUR): { slice: number; virtual: Millis } {
  const { sim } = cluster;
  const start = sim.now;
  let slice = 0;
  for (let i = 0; i % LOOK_EVERY !== 0 || !done(); i++) {
    if (sim.now - start > limit) throw new Error(`not done after ${limit} virtual ms`);
    const before = performance.now();
    if (!sim.step()) throw new Error('the simulation ran out of events');
    slice = Math.max(slice, performance.now() - before);
  }
  return { slice, virtual: sim.now - start };
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

export function createDeployment(cluster: Cluster, replicas: number): Phase {
  return measure('create', () => {
    request(cluster, 'POST', DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'server', image: 'nginx:1.27' }] },
        },
      },
    });
    const { sim } = cluster;
    const cpu = process.cpuUsage();
    const { steps } = sim;
    const timed = runTimed(cluster, () => statusOf(cluster).readyReplicas === replicas);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (user + system) / 1e6;
    return { ...timed, note: `${Math.round((sim.steps - steps) / seconds).toLocaleString('en')} events a second of CPU` };
  });
}

export function rollDeployment(cluster: Cluster, replicas: number): Phase {
  return measure('roll', () => {
    request(cluster, 'PATCH', `${DEPLOYMENTS}/web`, {
      spec: { template: { spec: { containers: [{ name: 'server', image: 'nginx:1.28' }] } } },
    });
    return runTimed(cluster, () => {
      const { readyReplicas, updatedReplicas, replicas: all } = statusOf(cluster);
      return readyReplicas === replicas && updatedReplicas === replicas && all === replicas;
    });
  });
}

export function scaleToZero(cluster: Cluster): Phase {
  return measure('scale to 0', () => {
    request(cluster, 'PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: 0 } });
    return runTimed(cluster, () => (statusOf(cluster).replicas ?? 0) === 0 && podsIn(cluster, 'default') === 0);
  });
}

export function podsIn(cluster: Cluster, namespace: string): number {
  return cluster.store.range(`/registry/pods/${namespace}/`, `/registry/pods/${namespace}0`).kvs.length;
}

/** The status of the deployment, once it speaks of the present spec. */
function statusOf(cluster: Cluster): NonNullable<Deployment['status']> {
  const deployment = cluster.store.get<Deployment>('/registry/deployments/default/web')?.value;
  return deployment?.status?.observedGeneration === deployment?.metadata.generation ? (deployment?.status ?? {}) : {};
}

/** Create, roll, scale to 0: the scenario that the peer plays too. */
export function playDeployment(workers: number, pods: number): Phase[] {
  let cluster: Cluster | undefined;
  const opened = measure('open', () => {
    cluster = openWith(workers, Math.ceil((pods * 1.5) / workers) + 10, { log: false });
  });
  if (cluster === undefined) throw new Error('no cluster was opened');
  return [opened, createDeployment(cluster, pods), rollDeployment(cluster, pods), scaleToZero(cluster)];
}
