import type { DaemonSet, Deployment, Pod, ReplicaSet, StatefulSet } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import type { DeleteOptions, OutsideClient, Resource } from '../client/client.ts';
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  PODS,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from '../client/resources.ts';
import { SECOND } from '../sim/time.ts';

/** What operations need of a world. */
export interface Operable {
  readonly admin: OutsideClient;
  /** A name that no object has had. */
  name(kind: string): string;
  /** One of those that nobody owns. */
  anyOf<T extends ApiObject>(resource: Resource<T>, which: number): string | undefined;
  pod(which: number): Pod | undefined;
  create<T extends ApiObject>(resource: Resource<T>, object: object): void;
  patch<T extends ApiObject>(resource: Resource<T>, name: string, body: object): void;
  evict(which: number): void;
}

/** What a user may ask for, chosen by two numbers. */
export type Operation = (world: Operable, which: number, size: number) => void;

export type Scaled = Deployment | StatefulSet | ReplicaSet | DaemonSet;

export const NAMESPACE = 'default';
export const HELD = 'example.com/held';
export const GOOD = 'nginx:1.28';
export const BAD = 'nginx:nosuch';
/** Images of Jobs: each is done after its time. */
export const TASKS = [0, 5, 20].map((seconds) => ({ name: `task:${seconds}`, crashAfter: seconds * SECOND, exitCode: 0 }));

const IMAGES = ['nginx:1.26', 'nginx:1.27', BAD];
const SCALABLE = [DEPLOYMENTS, STATEFUL_SETS, REPLICA_SETS] as readonly Resource<Scaled>[];
const UPDATABLE = [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS] as readonly Resource<Scaled>[];
const DELETABLE = [...SCALABLE, DAEMON_SETS, JOBS] as readonly Resource<ApiObject>[];

export const OPERATIONS: readonly Operation[] = [
  (world, which, size) => {
    const given = world.name('deployment');
    world.create(DEPLOYMENTS, { metadata: metadata(given), spec: { replicas: size % 5, ...common(given, IMAGES[which % 2] ?? GOOD) } });
    if (which % 3 === 0) budget(world, given, size % 4);
  },
  (world, which, size) => {
    const given = world.name('stateful');
    const podManagementPolicy = which % 4 === 3 ? 'Parallel' : 'OrderedReady';
    world.create(STATEFUL_SETS, {
      metadata: metadata(given),
      spec: { serviceName: given, replicas: size % 4, podManagementPolicy, ...common(given, IMAGES[which % 2] ?? GOOD) },
    });
    if (which % 3 === 0) budget(world, given, size % 4);
  },
  (world, _which, size) => {
    const given = world.name('replica');
    world.create(REPLICA_SETS, { metadata: metadata(given), spec: { replicas: size % 5, ...common(given, GOOD) } });
  },
  (world) => {
    const given = world.name('daemon');
    world.create(DAEMON_SETS, { metadata: metadata(given), spec: common(given, GOOD) });
  },
  (world, which, size) => {
    const image = TASKS[which % TASKS.length]?.name;
    const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image }] };
    world.create(JOBS, {
      metadata: metadata(world.name('job')),
      spec: {
        completions: 1 + (size % 5),
        parallelism: 1 + (which % 3),
        backoffLimit: 1000,
        completionMode: which % 2 === 0 ? 'Indexed' : 'NonIndexed',
        ...(which % 5 === 0 ? { podReplacementPolicy: 'Failed' } : {}),
        template: { spec },
      },
    });
  },
  (world, which, size) => {
    const resource = SCALABLE[which % SCALABLE.length] as Resource<Scaled>;
    const given = world.anyOf(resource, which);
    if (given !== undefined) world.patch(resource, given, { spec: { replicas: size % 6 } });
  },
  (world, which, size) => {
    const resource = UPDATABLE[which % UPDATABLE.length] as Resource<Scaled>;
    const given = world.anyOf(resource, which);
    if (given !== undefined) world.patch(resource, given, template(IMAGES[size % IMAGES.length] ?? GOOD));
  },
  (world, which, size) => {
    const resource = DELETABLE[which % DELETABLE.length] as Resource<ApiObject>;
    const given = world.anyOf(resource, which);
    const propagationPolicy = (['Background', 'Foreground', 'Orphan'] as const)[size % 3] ?? 'Background';
    // Orphans of a StatefulSet or a Job would belong to nobody, for ever: they are no invariant's concern.
    const options: DeleteOptions = propagationPolicy === 'Orphan' && resource.kind !== 'Deployment' ? {} : { propagationPolicy };
    if (given !== undefined) world.admin.delete(resource, NAMESPACE, given, options);
  },
  (world, which, size) => {
    const given = world.pod(which)?.metadata.name;
    if (given !== undefined) world.admin.delete(PODS, NAMESPACE, given, size % 4 === 0 ? { gracePeriodSeconds: 0 } : {});
  },
  (world, which) => world.evict(which),
  (world, which) => world.evict(which),
  (world, which, size) => {
    const given = world.name('held');
    world.create(CONFIG_MAPS, { metadata: { ...metadata(given), ...(size % 2 === 0 ? { finalizers: [HELD] } : {}) } });
    if (which % 2 === 0) world.admin.delete(CONFIG_MAPS, NAMESPACE, given);
  },
];

/** A patch that gives a workload's pods another image. */
export function template(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } };
}

function metadata(name: string): { name: string; namespace: string } {
  return { name, namespace: NAMESPACE };
}

function common(app: string, image: string): object {
  return {
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 5, containers: [{ name: 'c', image }] } },
  };
}

function budget(world: Operable, app: string, minAvailable: number): void {
  world.create(POD_DISRUPTION_BUDGETS, { metadata: metadata(app), spec: { minAvailable, selector: { matchLabels: { app } } } });
}
