import type { ControllerRevision, DaemonSet, Pod } from '../../api/generated/types.ts';
import { controllerOf, keyOf } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { CONTROLLER_REVISIONS, DAEMON_SETS, PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { MINUTE, SECOND, type Millis } from '../../sim/time.ts';
import { claim } from '../controller-ref.ts';
import type { ControllerContext } from '../controller.ts';
import { computeHash } from '../deployment/template-hash.ts';
import { Expectations } from '../expectations.ts';
import { newRevision, renumber, REVISION_HASH, revisionsOf, sameData, storeRevision, templatePatch, truncate } from '../history/history.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { createPod, deletePod, isNamespaceTerminating } from '../replicaset/pods.ts';
import { nextEvent, slowStart } from '../replicaset/slow-start.ts';
import { byNode, findWork } from './manage.ts';
import { podTemplateFor, verdictOn } from './placement.ts';
import { countStatus, writeStatus } from './status.ts';
import { nextStep } from './update.ts';

// daemon_controller.go: at most this many pods are made or deleted in one sync; failed pods are given time to recover.
const BURST = 250;
const FIRST_BACKOFF: Millis = SECOND;
const LAST_BACKOFF: Millis = 15 * MINUTE;

/** Keeps a pod of each DaemonSet on every node where it belongs. */
export class DaemonSetController extends Reconciler {
  readonly #informers: Informers;
  readonly #sets: Informer<DaemonSet>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #recorder: EventRecorder;
  readonly #expectations: Expectations;
  /** By set and node: pods that fail again and again are replaced ever more slowly. */
  readonly #backoffs = new Map<string, { delay: Millis; until: Millis }>();

  constructor(context: ControllerContext) {
    super(context, 'controller/daemonset');
    const { informers } = context;
    this.#informers = informers;
    this.#recorder = context.recorder('daemonset-controller');
    this.#expectations = new Expectations(context.sim);
    this.#sets = informers.of(DAEMON_SETS, { namespace: ({ metadata }) => [metadata.namespace ?? ''] });
    this.#revisions = informers.of(CONTROLLER_REVISIONS, {
      controller: (revision) => [controllerOf(revision)?.uid ?? ''],
      orphan: (revision) => (controllerOf(revision) === undefined ? [revision.metadata.namespace ?? ''] : []),
    });
    this.watch(this.#sets, {
      added: (ds) => this.queue.add(keyOf(ds)),
      updated: (ds) => this.queue.add(keyOf(ds)),
      deleted: (ds) => {
        this.#expectations.forget(keyOf(ds));
        this.queue.add(keyOf(ds));
      },
    });
    this.watch(informers.pods, {
      added: (pod) => {
        if (pod.metadata.deletionTimestamp !== undefined) return this.#podGone(pod);
        const ds = this.#ownerOf(pod);
        if (ds === undefined) return this.#addMatching(pod);
        this.#expectations.creationObserved(keyOf(ds));
        this.queue.add(keyOf(ds));
      },
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podGone(pod),
    });
    this.watch(informers.nodes, {
      added: (node) => {
        for (const ds of this.#sets.list()) if (verdictOn(ds, node).run) this.queue.add(keyOf(ds));
      },
      updated: (node, old) => {
        if (node.metadata.labels === old.metadata.labels && node.spec === old.spec) return;
        for (const ds of this.#sets.list()) {
          const [now, before] = [verdictOn(ds, node), verdictOn(ds, old)];
          if (now.run !== before.run || now.stay !== before.stay) this.queue.add(keyOf(ds));
        }
      },
      deleted: () => {
        for (const ds of this.#sets.list()) this.queue.add(keyOf(ds));
      },
    });
  }

  override stop(): void {
    super.stop();
    this.#backoffs.clear();
  }

  protected *sync(key: string): Task<void> {
    const ds = this.#sets.get(key);
    if (ds === undefined) return this.#expectations.forget(key);
    if (ds.metadata.deletionTimestamp !== undefined) return;
    const { current, old } = yield* this.#history(ds);
    const hash = current.metadata.labels?.[REVISION_HASH] ?? '';
    const pods = yield* this.#pods(ds);
    let observe = false;
    let failure: unknown;
    if (this.#expectations.satisfied(key)) {
      observe = true;
      try {
        yield* this.#manage(key, ds, pods, hash);
        if (this.#expectations.satisfied(key)) yield* this.#update(key, ds, pods, hash);
        yield* this.#cleanUp(ds, old, pods);
      } catch (error) {
        failure = error;
      }
    }
    yield* writeStatus(this.client, ds, countStatus(ds, this.#informers.nodes.list(), pods, hash, this.sim.now), observe);
    if (failure !== undefined) throw failure;
    this.#awaitAvailability(key, ds, pods);
  }

  /** The revision of the present template, made or renumbered where it has to be, and the others. */
  *#history(ds: DaemonSet): Task<{ current: ControllerRevision; old: readonly ControllerRevision[] }> {
    const { client } = this;
    const selector = ds.spec?.selector ?? {};
    const all = yield* revisionsOf(client, this.#revisions, ds, DAEMON_SETS, selector, (text, object) => this.decide(text, object));
    const template = ds.spec?.template ?? {};
    const data = templatePatch(template);
    const [current, ...same] = all.filter((revision) => sameData(revision, data)).reverse();
    const old = all.filter((revision) => revision !== current && !same.includes(revision));
    const number = (old.at(-1)?.revision ?? 0) + 1;
    if (current !== undefined) return { current: yield* renumber(client, current, Math.max(number, current.revision)), old };
    const hash = computeHash(template, ds.status?.collisionCount);
    const made = yield* storeRevision(client, newRevision(ds, template.metadata?.labels, data, number, hash));
    if (made !== 'collided') return { current: made, old };
    const collisionCount = (ds.status?.collisionCount ?? 0) + 1;
    const status = { ...countStatus(ds, [], new Map(), '', this.sim.now), ...ds.status, collisionCount };
    yield* client.updateStatus(DAEMON_SETS, { ...ds, status });
    return yield* this.#history({ ...ds, status });
  }

  *#pods(ds: DaemonSet): Task<Map<string, Pod[]>> {
    const { uid = '', namespace = '' } = ds.metadata;
    const { pods } = this.#informers;
    const claimed = yield* claim({
      client: this.client,
      resource: PODS,
      owner: ds,
      ownerResource: DAEMON_SETS,
      selector: ds.spec?.selector ?? {},
      candidates: [...pods.by('controller', uid), ...pods.by('orphan', namespace)],
      tell: (text, pod) => this.decide(text, pod),
    });
    return byNode(claimed);
  }

  *#manage(key: string, ds: DaemonSet, pods: ReadonlyMap<string, readonly Pod[]>, hash: string): Task<void> {
    const { now } = this.sim;
    const { needing, remove, ended } = findWork(ds, this.#informers.nodes.list(), pods, hash, now);
    const gone = [...remove, ...ended.filter((pod) => this.#replaces(key, ds, pod))];
    yield* this.#syncNodes(key, ds, gone, needing, hash);
  }

  /** A pod that has ended goes; one that failed again, only after its back-off. */
  #replaces(key: string, ds: DaemonSet, pod: Pod): boolean {
    const { namespace = '', name = '' } = pod.metadata;
    const node = pod.spec?.nodeName ?? '';
    const where = `pod ${namespace}/${name} on node ${node}`;
    if (pod.status?.phase === 'Succeeded') {
      this.#recorder.event(ds, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon ${where}, will try to delete it`);
      return true;
    }
    const { now } = this.sim;
    const place = `${ds.metadata.uid ?? ''}/${ds.metadata.generation ?? 0}/${node}`;
    const known = this.#backoffs.get(place);
    if (known !== undefined && now < known.until) {
      this.queue.addAfter(key, known.until - now);
      return false;
    }
    const delay = known === undefined || now - known.until > 2 * LAST_BACKOFF ? FIRST_BACKOFF : Math.min(2 * known.delay, LAST_BACKOFF);
    this.#backoffs.set(place, { delay, until: now + delay });
    this.#recorder.event(ds, 'Warning', 'FailedDaemonPod', `Found failed daemon ${where}, will try to kill it`);
    return true;
  }

  *#update(key: string, ds: DaemonSet, pods: ReadonlyMap<string, readonly Pod[]>, hash: string): Task<void> {
    if (ds.spec?.updateStrategy?.type !== 'RollingUpdate') return;
    let desired = 0;
    for (const node of this.#informers.nodes.list()) if (verdictOn(ds, node).run) desired++;
    const { remove, add } = nextStep(ds, pods, desired, hash, this.sim.now);
    yield* this.#syncNodes(key, ds, remove, add, hash);
  }

  *#syncNodes(key: string, ds: DaemonSet, remove: readonly Pod[], needing: readonly string[], hash: string): Task<void> {
    const [going, coming] = [remove.slice(0, BURST), needing.slice(0, BURST)];
    if (going.length === 0 && coming.length === 0) return;
    const words = [
      ...(coming.length === 0 ? [] : [`creates pods for ${coming.join(', ')}`]),
      ...(going.length === 0 ? [] : [`deletes ${going.map(({ metadata }) => metadata.name ?? '').join(', ')}`]),
    ];
    this.decide(`Nodes and pods do not match: ${words.join(' and ')}.`, ds);
    this.#expectations.expectDeletions(
      key,
      going.map(({ metadata }) => metadata.uid ?? ''),
    );
    if (coming.length > 0) this.#expectations.expectMoreCreations(key, coming.length);
    let failure: Error | undefined;
    failure = yield* this.#create(key, ds, coming, hash);
    for (const pod of going) {
      const problem = yield* deletePod(this.client, this.#recorder, ds, pod);
      if (problem === undefined) continue;
      this.#expectations.deletionObserved(key, pod.metadata.uid ?? '');
      if (problem !== 'gone') failure ??= problem;
    }
    if (failure !== undefined) throw failure;
  }

  *#create(key: string, ds: DaemonSet, nodes: readonly string[], hash: string): Task<Error | undefined> {
    const { client, sim } = this;
    const recorder = this.#recorder;
    let next = 0;
    const create = function* (): Task<void> {
      try {
        yield* createPod(client, recorder, ds, podTemplateFor(ds, hash, nodes[next++] ?? ''));
      } catch (error) {
        // The namespace is going away: nothing can be made there, and nothing needs to be.
        if (!isNamespaceTerminating(error)) throw error;
      }
    };
    const { made, failure } = yield* slowStart(nodes.length, create, () => nextEvent(sim));
    if (made < nodes.length) this.#expectations.creationObserved(key, nodes.length - made);
    return failure;
  }

  *#cleanUp(ds: DaemonSet, old: readonly ControllerRevision[], pods: ReadonlyMap<string, readonly Pod[]>): Task<void> {
    const live = new Set([...pods.values()].flat().map(({ metadata }) => metadata.labels?.[REVISION_HASH]));
    const isLive = ({ metadata }: ControllerRevision): boolean => live.has(metadata.labels?.[REVISION_HASH]);
    yield* truncate(this.client, old, isLive, ds.spec?.revisionHistoryLimit ?? 10, (text) => this.decide(text, ds));
  }

  /** With minReadySeconds, a ready pod becomes available by the mere passing of time. */
  #awaitAvailability(key: string, ds: DaemonSet, pods: ReadonlyMap<string, readonly Pod[]>): void {
    const seconds = ds.spec?.minReadySeconds ?? 0;
    if (seconds === 0) return;
    const { numberReady, numberAvailable = 0 } = countStatus(ds, this.#informers.nodes.list(), pods, '', this.sim.now);
    if (numberReady !== numberAvailable) this.queue.addAfter(key, seconds * SECOND);
  }

  #podUpdated(pod: Pod, old: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) return this.#podGone(pod);
    if (controllerOf(pod)?.uid !== controllerOf(old)?.uid) {
      const former = this.#ownerOf(old);
      if (former !== undefined) this.queue.add(keyOf(former));
    }
    const ds = this.#ownerOf(pod);
    if (ds !== undefined) this.queue.add(keyOf(ds));
    else if (pod.metadata.labels !== old.metadata.labels) this.#addMatching(pod);
  }

  #podGone(pod: Pod): void {
    const ds = this.#ownerOf(pod);
    if (ds === undefined) return;
    this.#expectations.deletionObserved(keyOf(ds), pod.metadata.uid ?? '');
    this.queue.add(keyOf(ds));
  }

  #ownerOf(pod: Pod): DaemonSet | undefined {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'DaemonSet') return undefined;
    const ds = this.#sets.get(`${pod.metadata.namespace ?? ''}/${owner.name}`);
    return ds?.metadata.uid === owner.uid ? ds : undefined;
  }

  /** An orphan interests every DaemonSet of its namespace that selects it. */
  #addMatching(pod: Pod): void {
    if (pod.metadata.labels === undefined || controllerOf(pod) !== undefined) return;
    for (const ds of this.#sets.by('namespace', pod.metadata.namespace ?? ''))
      if (ds.spec !== undefined && matchesSelector(ds.spec.selector, pod.metadata.labels)) this.queue.add(keyOf(ds));
  }
}
