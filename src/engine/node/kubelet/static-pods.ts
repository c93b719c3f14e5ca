import { dump, load } from 'js-yaml';
import { StatusError, notFound } from '../../api/errors.ts';
import type { Node, Pod, PodStatus } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import { MemoryFiles } from '../../os/files.ts';
import type { Task } from '../../os/task.ts';
import { decode, encode } from '../../os/text.ts';
import { hashText } from '../../sim/hash.ts';
import { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { formatTime } from '../../sim/time.ts';
import type { Mirrors } from './pod-api.ts';

/** `staticPodPath`, as kubeadm sets it. */
export const MANIFESTS = '/etc/kubernetes/manifests';
const SOURCE = 'kubernetes.io/config.source';
const HASH = 'kubernetes.io/config.hash';
const MIRROR = 'kubernetes.io/config.mirror';

export interface StaticPodContext {
  readonly sim: Simulation;
  readonly client: Client;
  readonly nodeName: string;
  /** The machine's own directories, by path. */
  readonly hostPaths: Map<string, MemoryFiles>;
  node(): Node | undefined;
  /** The mirror as the watch last told. */
  mirror(namespace: string, name: string): Pod | undefined;
  /** A manifest has come. */
  added(pod: Pod): void;
  /** A manifest has gone, or another has come in its place. */
  removed(pod: Pod): void;
}

/** Pods from manifests on the machine's own disk. The API server gets a mirror of each to show; what is done to the mirror means nothing. */
export class StaticPods implements Mirrors {
  #installed = false;
  readonly #byFile = new Map<string, { text: string; pod: Pod }>();

  /** The directory of manifests. */
  readonly files: MemoryFiles;

  constructor(readonly context: StaticPodContext) {
    const { sim, hostPaths } = context;
    this.files = new MemoryFiles(() => sim.now);
    hostPaths.set(MANIFESTS, this.files);
  }

  static isMirror({ metadata }: Pod): boolean {
    return metadata.annotations?.[MIRROR] !== undefined;
  }

  /** Puts manifests onto the disk, as kubeadm does. */
  install(pods: readonly Pod[]): void {
    if (this.#installed) return;
    this.#installed = true;
    for (const pod of pods) this.files.write(`/${pod.metadata.name ?? 'pod'}.yaml`, encode(dump(pod)));
  }

  /** Looks through the directory: what is new runs, what is gone ends. */
  scan(): void {
    const { files } = this;
    if (this.#byFile.size === 0 && files.empty) return;
    const names = files.list('/');
    const present = new Set<string>();
    for (const name of names) {
      // Dot files are passed over.
      if (name.startsWith('.') || files.stat(`/${name}`).type !== 'file') continue;
      const text = decode(files.read(`/${name}`));
      const old = this.#byFile.get(name);
      if (old?.text === text) {
        present.add(name);
        continue;
      }
      const pod = this.#parse(text);
      if (pod === undefined) continue;
      present.add(name);
      if (old !== undefined && old.pod.metadata.uid !== pod.metadata.uid) this.context.removed(old.pod);
      this.#byFile.set(name, { text, pod });
      if (old?.pod.metadata.uid !== pod.metadata.uid) this.context.added(pod);
    }
    for (const [name, { pod }] of Array.from(this.#byFile)) {
      if (present.has(name)) continue;
      this.#byFile.delete(name);
      this.context.removed(pod);
    }
  }

  /** The static pod that a mirror shows. */
  of(mirror: Pod): Pod | undefined {
    for (const { pod } of this.#byFile.values()) if (pod.metadata.annotations?.[HASH] === mirror.metadata.annotations?.[MIRROR]) return pod;
    return undefined;
  }

  forget(): void {
    this.#byFile.clear();
  }

  *updateStatus(pod: Pod, status: PodStatus): Task<Pod> {
    const { client } = this.context;
    const told: Pod = { ...pod, status };
    let mirror: Pod | undefined = this.#mirrorOf(pod);
    if (mirror !== undefined && (mirror.metadata.deletionTimestamp !== undefined || !this.#shows(mirror, pod))) {
      yield* this.#remove(mirror);
      mirror = undefined;
    }
    try {
      mirror ??= yield* client.create(PODS, this.#made(pod));
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
      mirror = yield* client.get(PODS, pod.metadata.namespace, pod.metadata.name ?? '');
    }
    try {
      yield* client.updateStatus(PODS, { ...mirror, status: this.#forMirror(mirror, status) });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Conflict') throw error;
      const fresh = yield* client.get(PODS, pod.metadata.namespace, pod.metadata.name ?? '');
      // Another has come in its place, and its mirror with it.
      if (!this.#shows(fresh, pod)) return told;
      yield* client.updateStatus(PODS, { ...fresh, status: this.#forMirror(fresh, status) });
    }
    return told;
  }

  *delete(pod: Pod): Task<void> {
    const mirror = this.#mirrorOf(pod);
    if (mirror !== undefined && this.#shows(mirror, pod)) yield* this.#remove(mirror);
    throw notFound({ group: '', resource: 'pods', name: pod.metadata.name ?? '' });
  }

  #mirrorOf({ metadata }: Pod): Pod | undefined {
    return this.context.mirror(metadata.namespace ?? '', metadata.name ?? '');
  }

  #shows(mirror: Pod, pod: Pod): boolean {
    return mirror.metadata.annotations?.[MIRROR] === pod.metadata.annotations?.[HASH];
  }

  // What the server has set of itself stays.
  #forMirror(mirror: Pod, status: PodStatus): PodStatus {
    const { qosClass } = mirror.status ?? {};
    const { generation } = mirror.metadata;
    return {
      ...status,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      conditions: (status.conditions ?? []).map((each) => (generation === undefined ? each : { ...each, observedGeneration: generation })),
      ...(qosClass === undefined ? {} : { qosClass }),
    };
  }

  *#remove({ metadata }: Pod): Task<void> {
    try {
      yield* this.context.client.delete(PODS, metadata.namespace, metadata.name ?? '', {
        gracePeriodSeconds: 0,
        ...(metadata.uid === undefined ? {} : { preconditions: { uid: metadata.uid } }),
      });
    } catch (error) {
      if (!(error instanceof StatusError) || (error.reason !== 'NotFound' && error.reason !== 'Conflict')) throw error;
    }
  }

  #made(pod: Pod): Pod {
    const { nodeName } = this.context;
    const { uid: _own, ...metadata } = pod.metadata;
    const { status: _status, ...rest } = pod;
    return {
      ...rest,
      metadata: {
        ...metadata,
        annotations: { ...metadata.annotations, [MIRROR]: metadata.annotations?.[HASH] ?? '' },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: this.context.node()?.metadata.uid ?? '', controller: true },
        ],
      },
    };
  }

  /** The pod of a manifest; undefined where it is none (the kubelet logs that and goes on). */
  #parse(text: string): Pod | undefined {
    let value: unknown;
    try {
      value = load(text);
    } catch {
      return undefined;
    }
    const given = value as Pod | null;
    if (typeof given !== 'object' || given === null || given.kind !== 'Pod' || given.apiVersion !== 'v1') return undefined;
    const { nodeName, sim } = this.context;
    const name = given.metadata?.name;
    if (typeof name !== 'string' || !Array.isArray(given.spec?.containers)) return undefined;
    const hash = new Random(hashText(`${nodeName}/${text}`)).hex(32);
    const { tolerations = [] } = given.spec;
    const bears = tolerations.some(({ effect, operator, key }) => effect === 'NoExecute' && operator === 'Exists' && key === undefined);
    return {
      ...given,
      metadata: {
        ...given.metadata,
        name: `${name}-${nodeName}`,
        namespace: given.metadata.namespace ?? 'default',
        uid: hash,
        annotations: {
          ...given.metadata.annotations,
          [HASH]: hash,
          'kubernetes.io/config.seen': formatTime(sim.now),
          [SOURCE]: 'file',
        },
      },
      spec: { ...given.spec, nodeName, tolerations: bears ? tolerations : [...tolerations, { operator: 'Exists', effect: 'NoExecute' }] },
    };
  }
}
