import { isAlreadyExists, isNotFound, StatusError } from '../../api/errors.ts';
import type { Pod, StatefulSet } from '../../api/generated/types.ts';
import { resolveIntOrPercent } from '../../api/int-or-string.ts';
import { PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Millis } from '../../sim/time.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import { createClaims, hasStaleClaim, setClaimOwners, type ClaimControl } from './claims.ts';
import { hasIdentity, ordinalOf, podFor, replicasOf, revisionNameOf, startOf, withIdentity } from './identity.ts';
import { atRevision } from './revisions.ts';
import { isRunningAndAvailable, isRunningAndReady, isTerminating, type Revisions } from './status.ts';

/** One look at a set, and what is done about it (stateful_set_control.go, updateStatefulSet). */
export class StatefulSetControl {
  readonly #parallel: boolean;
  /** By place; those not made yet have no uid. */
  readonly #replicas: Pod[] = [];
  /** Beyond the wanted number, the highest first. */
  readonly #condemned: Pod[];
  readonly #current: StatefulSet;
  readonly #update: StatefulSet;

  constructor(
    readonly control: ClaimControl & { readonly tell: (text: string) => void },
    readonly set: StatefulSet,
    readonly revisions: Revisions,
    pods: readonly Pod[],
    readonly now: Millis,
  ) {
    this.#parallel = set.spec?.podManagementPolicy === 'Parallel';
    this.#current = atRevision(set, revisions.current);
    this.#update = atRevision(set, revisions.update);
    const [start, count] = [startOf(set), replicasOf(set)];
    const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
    for (let ordinal = start; ordinal < start + count; ordinal++) this.#replicas.push(byOrdinal.get(ordinal) ?? this.#newPod(ordinal));
    this.#condemned = [...byOrdinal]
      .filter(([ordinal]) => ordinal >= 0 && (ordinal < start || ordinal >= start + count))
      .sort(([a], [b]) => b - a)
      .map(([, pod]) => pod);
  }

  /** Makes, mends and deletes what the rules allow now. */
  *run(): Task<void> {
    if (this.set.metadata.deletionTimestamp !== undefined) return;
    if (yield* this.#all(this.#replicas, (pod, i) => this.#replica(pod, i))) return;
    for (const pod of this.#condemned) yield* setClaimOwners(this.control, this.set, pod, ordinalOf(this.set, pod) ?? 0, true);
    if (yield* this.#all(this.#condemned, (pod) => this.#condemn(pod))) return;
    yield* this.#roll();
  }

  /** In order, until one says that what follows has to wait. With `Parallel` nobody waits for anybody. */
  *#all(pods: readonly Pod[], act: (pod: Pod, i: number) => Task<boolean>): Task<boolean> {
    for (const [i, pod] of pods.entries()) if ((yield* act(pod, i)) && !this.#parallel) return true;
    return false;
  }

  /** True when the ones after it have to wait. */
  *#replica(pod: Pod, i: number): Task<boolean> {
    const { control, set, now } = this;
    const ordinal = startOf(set) + i;
    const phase = pod.status?.phase;
    if (phase === 'Failed' || phase === 'Succeeded') {
      // It is made anew once it is gone.
      if (!isTerminating(pod)) yield* this.#delete(pod, `it has ended (${phase})`);
      return true;
    }
    if (pod.metadata.uid === undefined) {
      if (hasStaleClaim(control, set, pod, ordinal)) return true;
      yield* this.#create(pod, ordinal);
      return true;
    }
    if (phase === 'Pending') yield* createClaims(control, set, pod, ordinal);
    if (!this.#parallel && (isTerminating(pod) || !isRunningAndReady(pod) || !isRunningAndAvailable(set, pod, now))) return true;
    yield* setClaimOwners(control, set, pod, ordinal, false);
    if (!isTerminating(pod) && !hasIdentity(set, ordinal, pod)) yield* this.#mend(pod, ordinal);
    return false;
  }

  *#condemn(pod: Pod): Task<boolean> {
    if (isTerminating(pod)) return true;
    const { set, now } = this;
    // Going down, nothing is taken from a set in which another one is unhealthy.
    const unwell = !isRunningAndReady(pod) || !isRunningAndAvailable(set, pod, now);
    if (!this.#parallel && unwell && pod !== this.#firstUnhealthy()) return true;
    yield* this.#delete(pod, `only ${replicasOf(set)} are wanted`);
    return true;
  }

  #firstUnhealthy(): Pod | undefined {
    const healthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isTerminating(pod);
    return [...this.#replicas, ...[...this.#condemned].reverse()].find((pod) => !healthy(pod));
  }

  /** Replaces pods of older revisions from the highest ordinal down, as many at a time as may be missing. */
  *#roll(): Task<void> {
    const { set, now, revisions } = this;
    const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
    if (type === 'OnDelete') return;
    const wanted = revisions.update.metadata.name ?? '';
    // KEP-961; a percentage that comes to nothing still means one.
    const limit = Math.max(1, resolveIntOrPercent(rollingUpdate?.maxUnavailable ?? 1, replicasOf(set), false));
    let missing = this.#replicas.filter((pod) => !isRunningAndAvailable(set, pod, now) || isTerminating(pod)).length;
    for (let i = this.#replicas.length - 1; i >= (rollingUpdate?.partition ?? 0) && missing < limit; i--) {
      const pod = this.#replicas[i] as Pod;
      if (revisionNameOf(pod) === wanted || isTerminating(pod)) continue;
      if (isRunningAndAvailable(set, pod, now)) missing++;
      yield* this.#delete(pod, `it is of revision ${revisionNameOf(pod)}, and ${wanted} is wanted`);
    }
  }

  /** Below the partition, and as long as a first rollout is under way, the old revision still counts (newVersionedStatefulSetPod). */
  #newPod(ordinal: number): Pod {
    const { set, revisions } = this;
    const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
    const kept = rollingUpdate?.partition ?? set.status?.currentReplicas ?? 0;
    const old = type === 'RollingUpdate' && ordinal < startOf(set) + kept;
    const [from, revision] = old ? [this.#current, revisions.current] : [this.#update, revisions.update];
    return podFor(from, ordinal, revision.metadata.name ?? '');
  }

  *#create(pod: Pod, ordinal: number): Task<void> {
    const { control, set } = this;
    const { client, recorder } = control;
    const which = `Pod ${pod.metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
    control.tell(`Ordinal ${ordinal} has no pod: creates ${pod.metadata.name ?? ''}.`);
    try {
      yield* createClaims(control, set, pod, ordinal);
      yield* client.create(PODS, pod);
      recorder.event(set, 'Normal', 'SuccessfulCreate', `Create ${which} successful`);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (!isAlreadyExists(error) && error instanceof StatusError)
        recorder.event(set, 'Warning', 'FailedCreate', `Create ${which} failed error: ${error.message}`);
      throw error;
    }
  }

  *#mend(pod: Pod, ordinal: number): Task<void> {
    yield* createClaims(this.control, this.set, pod, ordinal);
    yield* this.control.client.update(PODS, withIdentity(this.set, ordinal, pod, false));
  }

  *#delete(pod: Pod, because: string): Task<void> {
    const { control, set } = this;
    const { namespace, name = '' } = pod.metadata;
    const which = `Pod ${name} in StatefulSet ${set.metadata.name ?? ''}`;
    control.tell(`Deletes ${name}: ${because}.`);
    try {
      yield* control.client.delete(PODS, namespace, name);
      control.recorder.event(set, 'Normal', 'SuccessfulDelete', `Delete ${which} successful`);
    } catch (error) {
      if (isNotFound(error)) return;
      if (error instanceof StatusError)
        control.recorder.event(set, 'Warning', 'FailedDelete', `Delete ${which} failed error: ${error.message}`);
      throw error;
    }
  }
}
