import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/generated/types.ts';
import { controllerOf, keyOf } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { SECOND } from '../../sim/time.ts';
import { claim } from '../controller-ref.ts';
import type { ControllerContext } from '../controller.ts';
import { renumber, revisionsOf, sameData, storeRevision, truncate } from '../history/history.ts';
import type { Informers } from '../informers.ts';
import { isPodReady } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';
import { StatefulSetControl } from './control.ts';
import { ordinalOf, revisionNameOf } from './identity.ts';
import { revisionOf } from './revisions.ts';
import { countStatus, writeStatus, type Revisions } from './status.ts';

/** Keeps the numbered pods of each StatefulSet, each with its own name and claims. */
export class StatefulSetController extends Reconciler {
  readonly #informers: Informers;
  readonly #sets: Informer<StatefulSet>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #recorder: EventRecorder;

  constructor(context: ControllerContext) {
    super(context, 'controller/statefulset');
    const { informers } = context;
    this.#informers = informers;
    this.#recorder = context.recorder('statefulset-controller');
    this.#sets = informers.of(STATEFUL_SETS, { namespace: ({ metadata }) => [metadata.namespace ?? ''] });
    this.#claims = informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.#revisions = informers.of(CONTROLLER_REVISIONS, {
      controller: (revision) => [controllerOf(revision)?.uid ?? ''],
      orphan: (revision) => (controllerOf(revision) === undefined ? [revision.metadata.namespace ?? ''] : []),
    });
    const changed = (set: StatefulSet): void => this.queue.add(keyOf(set));
    this.watch(this.#sets, { added: changed, updated: changed, deleted: changed });
    this.watch(informers.pods, {
      added: (pod) => this.#podChanged(pod),
      updated: (pod, old) => {
        if (controllerOf(pod)?.uid !== controllerOf(old)?.uid) this.#podChanged(old);
        this.#podChanged(pod);
        const set = this.#ownerOf(pod);
        const seconds = set?.spec?.minReadySeconds ?? 0;
        if (set !== undefined && seconds > 0 && isPodReady(pod) && !isPodReady(old))
          this.queue.addAfter(keyOf(set), (seconds + 1) * SECOND);
      },
      deleted: (pod) => this.#podChanged(pod),
    });
  }

  protected *sync(key: string): Task<void> {
    const set = this.#sets.get(key);
    if (set === undefined) return;
    const all = yield* revisionsOf(this.client, this.#revisions, set, STATEFUL_SETS, set.spec?.selector ?? {}, (text, object) =>
      this.decide(text, object),
    );
    const pods = yield* this.#pods(set);
    const revisions = yield* this.#current(set, all);
    const { client } = this;
    const control = { client, recorder: this.#recorder, claims: this.#claims, tell: (text: string) => this.decide(text, set) };
    let failure: unknown;
    try {
      yield* new StatefulSetControl(control, set, revisions, pods, this.sim.now).run();
    } catch (error) {
      failure = error;
    }
    const status = countStatus(set, revisions, pods, this.sim.now);
    yield* writeStatus(client, set, status);
    const named = new Set([status.currentRevision, status.updateRevision, ...pods.map(revisionNameOf)]);
    const limit = set.spec?.revisionHistoryLimit ?? 10;
    yield* truncate(
      client,
      all,
      ({ metadata }) => named.has(metadata.name),
      limit,
      (text) => this.decide(text, set),
    );
    if (failure !== undefined) throw failure;
    if ((set.spec?.minReadySeconds ?? 0) > 0 && (status.readyReplicas ?? 0) !== status.availableReplicas)
      this.queue.addAfter(key, (set.spec?.minReadySeconds ?? 0) * SECOND);
  }

  *#pods(set: StatefulSet): Task<Pod[]> {
    const { uid = '', namespace = '' } = set.metadata;
    const { pods } = this.#informers;
    const candidates = [...pods.by('controller', uid), ...pods.by('orphan', namespace)];
    return yield* claim({
      client: this.client,
      resource: PODS,
      owner: set,
      ownerResource: STATEFUL_SETS,
      selector: set.spec?.selector ?? {},
      // Only what bears the set's name can be one of its pods.
      candidates: candidates.filter((pod) => ordinalOf(set, pod) !== undefined),
      tell: (text, pod) => this.decide(text, pod),
    });
  }

  /** The revision that the pods should come to, and the one they come from (getStatefulSetRevisions). */
  *#current(set: StatefulSet, all: readonly ControllerRevision[]): Task<Revisions> {
    const { client } = this;
    let collisionCount = set.status?.collisionCount ?? 0;
    const number = (all.at(-1)?.revision ?? 0) + 1;
    const wanted = revisionOf(set, number, collisionCount);
    const same = all.filter((revision) => sameData(revision, wanted.data ?? {}));
    const last = same.at(-1);
    let update: ControllerRevision;
    if (last === undefined) {
      let stored = yield* storeRevision(client, wanted);
      while (stored === 'collided') stored = yield* storeRevision(client, revisionOf(set, number, ++collisionCount));
      update = stored;
    } else update = last === all.at(-1) ? last : yield* renumber(client, last, number);
    const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    return { current, update, collisionCount };
  }

  #podChanged(pod: Pod): void {
    const set = this.#ownerOf(pod);
    if (set !== undefined) return this.queue.add(keyOf(set));
    if (controllerOf(pod) !== undefined || pod.metadata.labels === undefined) return;
    for (const candidate of this.#sets.by('namespace', pod.metadata.namespace ?? ''))
      if (candidate.spec !== undefined && matchesSelector(candidate.spec.selector, pod.metadata.labels)) this.queue.add(keyOf(candidate));
  }

  #ownerOf(pod: Pod): StatefulSet | undefined {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'StatefulSet') return undefined;
    const set = this.#sets.get(`${pod.metadata.namespace ?? ''}/${owner.name}`);
    return set?.metadata.uid === owner.uid ? set : undefined;
  }
}
