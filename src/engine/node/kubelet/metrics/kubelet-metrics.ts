import type { Pod } from '../../../api/generated/types.ts';
import { DEFAULT_BUCKETS, POD_START_BUCKETS, exponential } from '../../../metrics/buckets.ts';
import { buildInfo } from '../../../metrics/build-info.ts';
import { Registry } from '../../../metrics/registry.ts';
import { SECOND, parseTime, type Millis } from '../../../sim/time.ts';
import type { KubeletView } from './view.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;
/** kubelet_image_pull_duration_seconds sorts images by size. */
const SIZES: readonly [number, string][] = [
  [10 * MB, '0-10MB'],
  [100 * MB, '10MB-100MB'],
  [500 * MB, '100MB-500MB'],
  [GB, '500MB-1GB'],
  [5 * GB, '1GB-5GB'],
  [10 * GB, '5GB-10GB'],
  [20 * GB, '10GB-20GB'],
  [30 * GB, '20GB-30GB'],
  [40 * GB, '30GB-40GB'],
  [60 * GB, '40GB-60GB'],
  [100 * GB, '60GB-100GB'],
];
// Of runtime_operations_duration_seconds.
const OPERATIONS = exponential(0.005, 2.5, 14);
const PULLS = [1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600];

export type ContainerType = 'container' | 'init_container' | 'ephemeral_container' | 'podsandbox';

const name = (rest: string): string => `kubelet_${rest}`;

/** `/metrics` of the kubelet. */
export class KubeletMetrics {
  readonly registry = new Registry();
  readonly #view: KubeletView;
  readonly #operations;
  readonly #operationErrors;
  readonly #operationDurations;
  readonly #startedContainers;
  readonly #startedErrors;
  readonly #startedPods;
  readonly #pulls;
  readonly #podStart;
  readonly #podStartTotal;
  readonly #podStartSli;
  readonly #requests;
  /** Pods that were seen starting here: how long their images took, and what was seen of them. */
  readonly #starting = new Map<string, { seen: Millis; pulling: Millis }>();

  constructor(view: KubeletView) {
    this.#view = view;
    const { registry } = this;
    registry.later((late) => collectPods(late, view));
    this.#operations = registry.counters({
      name: name('runtime_operations_total'),
      help: 'Calls of the runtime.',
      labels: ['operation_type'],
    });
    this.#operationErrors = registry.counters({
      name: name('runtime_operations_errors_total'),
      help: 'Calls of the runtime that failed.',
      labels: ['operation_type'],
    });
    this.#operationDurations = registry.histograms({
      name: name('runtime_operations_duration_seconds'),
      help: 'Time that a call of the runtime took.',
      labels: ['operation_type'],
      buckets: OPERATIONS,
    });
    this.#startedContainers = registry.counters({
      name: name('started_containers_total'),
      help: 'Containers started.',
      labels: ['container_type'],
    });
    this.#startedErrors = registry.counters({
      name: name('started_containers_errors_total'),
      help: 'Containers that could not be started.',
      labels: ['container_type', 'code'],
    });
    this.#startedPods = registry.counter({ name: name('started_pods_total'), help: 'Pods started.' });
    this.#pulls = registry.histograms({
      name: name('image_pull_duration_seconds'),
      help: 'Time that pulling an image took, by its size.',
      labels: ['image_size_in_bytes'],
      buckets: PULLS,
    });
    const start = (rest: string, help: string): ReturnType<Registry['histogram']> =>
      registry.histogram({ name: name(rest), help, buckets: POD_START_BUCKETS });
    this.#podStart = start('pod_start_duration_seconds', 'Time from the kubelet seeing a pod to its running.');
    this.#podStartTotal = start('pod_start_total_duration_seconds', 'Time from the creation of a pod to its running.');
    this.#podStartSli = start('pod_start_sli_duration_seconds', 'Time from the creation of a pod to its running, without pulling images.');
    this.#requests = registry.counters({
      name: name('http_requests_total'),
      help: 'Requests to the server of the kubelet.',
      labels: ['method', 'path', 'server_type', 'long_running'],
    });
    registry.histograms({
      name: name('pleg_relist_duration_seconds'),
      help: 'Time that looking through all pods took. Here the runtime tells of changes itself.',
      labels: [],
      buckets: DEFAULT_BUCKETS,
    });
    buildInfo(registry, () => view.startedAt());
  }

  operation(type: string, took: Millis): void {
    this.#operations.with(type).inc();
    this.#operationDurations.with(type).observe(took / SECOND);
  }

  operationFailed(type: string): void {
    this.#operationErrors.with(type).inc();
  }

  sandboxStarted(podUid: string): void {
    this.#startedPods.inc();
    this.#startedContainers.with('podsandbox').inc();
    if (!this.#starting.has(podUid)) this.#starting.set(podUid, { seen: this.#view.now(), pulling: 0 });
  }

  containerStarted(type: ContainerType): void {
    this.#startedContainers.with(type).inc();
  }

  containerFailed(type: ContainerType, code: string): void {
    this.#startedErrors.with(type, code).inc();
  }

  pulled(bytes: number, took: Millis): void {
    const size = SIZES.find(([limit]) => bytes <= limit)?.[1] ?? 'GT100GB';
    this.#pulls.with(size).observe(took / SECOND);
    // An image belongs to no pod. Where several pods wait for it, all of them do.
    for (const pod of this.#starting.values()) if (pod.seen <= this.#view.now() - took) pod.pulling += took;
  }

  /** A state of a pod came through the watch: the first in which it runs ends its start. */
  podSeen(pod: Pod): void {
    const { uid = '', creationTimestamp } = pod.metadata;
    const start = this.#starting.get(uid);
    const phase = pod.status?.phase;
    if (start === undefined || phase === 'Pending' || phase === undefined) return;
    this.#starting.delete(uid);
    if (phase !== 'Running') return;
    const now = this.#view.now();
    this.#podStart.observe((now - start.seen) / SECOND);
    const created = parseTime(creationTimestamp);
    if (Number.isNaN(created)) return;
    this.#podStartTotal.observe((now - created) / SECOND);
    this.#podStartSli.observe(Math.max(0, now - created - start.pulling) / SECOND);
  }

  podGone(uid: string): void {
    this.#starting.delete(uid);
  }

  /** A request to port 10250. `path`: its first segment, as the kubelet keeps the number of values small. */
  requested(method: string, path: string, longRunning: boolean): void {
    this.#requests.with(method, path, 'readwrite', String(longRunning)).inc();
  }
}

/** What is told of the pods as they are. */
function collectPods(registry: Registry, view: KubeletView): void {
  registry.collect({ name: name('node_name'), help: 'Always 1; the label is the name of the node.', labels: ['node'] }, (emit) =>
    emit(1, view.nodeName),
  );
  registry.collect({ name: name('running_pods'), help: 'Pods with a sandbox that is up.', labels: [] }, (emit) => {
    let pods = 0;
    for (const { ready } of view.runtime.listPodSandbox()) if (ready) pods++;
    emit(pods);
  });
  registry.collect({ name: name('running_containers'), help: 'Containers, by state.', labels: ['container_state'] }, (emit) => {
    const states = new Map<string, number>();
    for (const pod of view.pods())
      for (const { state } of view.runtime.podContainers(pod.metadata.uid ?? '')) states.set(state, (states.get(state) ?? 0) + 1);
    for (const [state, count] of states) emit(count, state);
  });
  for (const which of ['active_pods', 'desired_pods'])
    registry.collect(
      { name: name(which), help: 'Pods that the kubelet is to run; static ones come from no API server.', labels: ['static'] },
      (emit) => {
        let mirrored = 0;
        let all = 0;
        for (const { metadata } of view.pods()) {
          all++;
          if (metadata.annotations?.['kubernetes.io/config.source'] === 'file') mirrored++;
        }
        emit(all - mirrored, '');
        emit(mirrored, 'true');
      },
    );
}
