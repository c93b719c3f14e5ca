import { KERNEL_VERSION } from '../../os/kernel-version.ts';
import { StatusError } from '../../api/errors.ts';
import type { Node } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import { NODES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ImageService, RuntimeService } from '../runtime/cri.ts';
import type { Pressure } from './eviction/thresholds.ts';
import { conditionEvent, nodeConditions, runtimeTroubles } from './node-conditions.ts';

export const KUBELET_VERSION = 'v1.36.3';

export interface NodeIdentity {
  readonly nodeName: string;
  readonly address: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { key: string; value?: string; effect: string }[];
  readonly ids: { machineID: string; systemUUID: string; bootID: string };
  readonly providerID?: string;
}

export interface ReporterContext {
  readonly sim: Simulation;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly identity: NodeIdentity;
  pressures(): readonly Pressure[];
  shuttingDown(): boolean;
  /** Look again soon. */
  soon(): void;
  /** Of the program that runs; this world's own unless said. */
  version?(): string;
  /** By the machine's own clock; the world's unless said. */
  now?(): Millis;
}

// nodeStatusReportFrequency; the first 50 images are told of, the largest first (nodeStatusMaxImages).
const REPORT_EVERY: Millis = 300 * SECOND;
const MOST_IMAGES = 50;
// KEP-5328: features of v1.36 that are on by default and that not every kubelet in a cluster may have yet.
const DECLARED_FEATURES = [
  'ExtendWebSocketsToKubelet',
  'InPlacePodLevelResourcesVerticalScaling',
  'InPlacePodVerticalScalingInitContainers',
  'RestartAllContainersOnContainerExits',
];

/** Registers the node and tells how it is. */
export class NodeReporter {
  /** As the server last told. */
  node: Node | undefined;
  #reportedAt = 0;
  /** How things stood when a look found that the server knows them. */
  #known: { node: Node; pressures: readonly Pressure[]; networkReady: boolean; troubles: number; shuttingDown: boolean } | undefined;

  constructor(readonly context: ReporterContext) {}

  /** Whether a look may find something to tell: the time has come, or something is not as it was at the last one. */
  get due(): boolean {
    const { sim, runtime, pressures, shuttingDown } = this.context;
    const known = this.#known;
    return (
      known === undefined ||
      known.node !== this.node ||
      sim.now - this.#reportedAt >= REPORT_EVERY ||
      known.pressures !== pressures() ||
      known.networkReady !== runtime.networkReady ||
      known.troubles !== this.#troubles().length ||
      known.shuttingDown !== shuttingDown()
    );
  }

  *register(): Task<void> {
    const { client, recorder, identity } = this.context;
    const { nodeName, labels, taints, providerID } = identity;
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: nodeName,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': nodeName,
          'kubernetes.io/os': 'linux',
          ...labels,
        },
        annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: {
        ...(providerID === undefined ? {} : { providerID }),
        ...(taints.length === 0 ? {} : { taints: taints.map((taint) => ({ ...taint })) }),
      },
      status: this.#status(undefined),
    };
    try {
      this.node = yield* client.create(NODES, node);
    } catch (error) {
      // Refused otherwise: the next turn tries again.
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
      this.node = yield* client.get(NODES, undefined, nodeName);
    }
    recorder.event(this.node, 'Normal', 'Starting', 'Starting kubelet.');
    yield* this.report(true);
  }

  *report(force: boolean): Task<void> {
    const { sim, client, runtime, identity, pressures, shuttingDown } = this.context;
    const current = this.node;
    if (current === undefined) return yield* this.register();
    const cidr = current.spec?.podCIDR;
    if (cidr !== undefined) runtime.updateRuntimeConfig(cidr);
    // The rest is put together only when there is something to tell.
    const changed = this.#conditions(current).filter(
      (condition) => current.status?.conditions?.find((old) => old.type === condition.type)?.status !== condition.status,
    );
    const troubles = this.#troubles().length;
    // The same status may have more reasons than before.
    const more = this.#known !== undefined && this.#known.troubles !== troubles;
    this.#known =
      changed.length > 0
        ? undefined
        : { node: current, pressures: pressures(), networkReady: runtime.networkReady, troubles, shuttingDown: shuttingDown() };
    if (!force && !more && changed.length === 0 && sim.now - this.#reportedAt < REPORT_EVERY) return;
    this.#reportedAt = sim.now;
    const status = this.#status(current);
    try {
      this.node = yield* client.updateStatus(NODES, { ...current, status });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Conflict') throw error;
      const fresh = yield* client.get(NODES, undefined, identity.nodeName);
      this.node = yield* client.updateStatus(NODES, { ...fresh, status: this.#status(fresh) });
    }
    for (const condition of changed) {
      const reason = conditionEvent(condition);
      if (reason !== undefined) this.event('Normal', reason, `Node ${identity.nodeName} status is now: ${reason}`);
    }
    // Until the range of pod addresses is known nothing can run: look again soon.
    if (!runtime.networkReady) this.context.soon();
  }

  /** An event about the node. */
  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.node !== undefined) this.context.recorder.event(this.node, type, reason, message);
  }

  /** The node as the server has it; undefined when it does not say. */
  fresh(): Node | undefined {
    const { client, identity } = this.context;
    try {
      return client.getNow(NODES, undefined, identity.nodeName);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return undefined;
    }
  }

  #troubles(): string[] {
    return runtimeTroubles(this.context.runtime.downSince, this.context.sim.now);
  }

  #conditions(old: Node | undefined): ReturnType<typeof nodeConditions> {
    const { sim, runtime, pressures, shuttingDown } = this.context;
    return nodeConditions(
      old,
      { pressures: pressures(), networkReady: runtime.networkReady, runtime: this.#troubles(), shuttingDown: shuttingDown() },
      this.context.now?.() ?? sim.now,
    );
  }

  #status(old: Node | undefined): NonNullable<Node['status']> {
    const { runtime, images, identity } = this.context;
    const { address, nodeName, capacity, allocatable, ids } = identity;
    // Extended resources that somebody has advertised in the capacity stay, and all of them can be given out.
    const advertised = Object.entries(old?.status?.capacity ?? {}).filter(([name]) => name.includes('/') && capacity[name] === undefined);
    const extended = Object.fromEntries(advertised);
    return {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: nodeName },
      ],
      capacity: { ...capacity, ...extended },
      allocatable: { ...allocatable, ...extended },
      conditions: this.#conditions(old),
      declaredFeatures: DECLARED_FEATURES,
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } as NonNullable<NonNullable<Node['status']>['daemonEndpoints']>,
      images: images
        .listImages()
        .slice()
        .sort((a, b) => b.size - a.size)
        .slice(0, MOST_IMAGES)
        .map(({ names, size }) => ({ names: [...names], sizeBytes: size })),
      nodeInfo: {
        architecture: 'amd64',
        bootID: ids.bootID,
        containerRuntimeVersion: `${runtime.runtimeName}://${runtime.runtimeVersion}`,
        kernelVersion: KERNEL_VERSION,
        kubeProxyVersion: '',
        kubeletVersion: this.context.version?.() ?? KUBELET_VERSION,
        machineID: ids.machineID,
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        systemUUID: ids.systemUUID,
      },
    };
  }
}
