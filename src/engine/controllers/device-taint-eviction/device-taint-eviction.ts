import { isNotFound } from '../../api/errors.ts';
import type { DeviceTaint, DeviceToleration, Pod, ResourceResourceClaim, ResourceSlice } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { claimsOfPod, isReservedFor, strangerClaim } from '../../api/resource/claims-of-pod.ts';
import { toleratesTaint } from '../../api/resource/tolerates-taint.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PODS, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import { disrupt } from '../node/disruption.ts';
import { Reconciler } from '../reconciler.ts';

type Results = NonNullable<NonNullable<NonNullable<ResourceResourceClaim['status']>['allocation']>['devices']>['results'];
type Result = NonNullable<Results>[number];

/** Deletes pods whose devices have a NoExecute taint that their claim does not tolerate, or no longer (KEP-5055). */
export class DeviceTaintEvictionController extends Reconciler {
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<ResourceResourceClaim>;
  readonly #slices: Informer<ResourceSlice>;
  readonly #recorder: EventRecorder;
  /** Uids of pods that are to go. */
  readonly #planned = new Map<string, string>();

  constructor(context: ControllerContext) {
    super(context, 'controller/device-taint-eviction');
    this.#pods = context.informers.pods;
    this.#claims = context.informers.of(RESOURCE_CLAIMS, {
      pool: (claim) => [...new Set(resultsOf(claim).map(({ driver, pool }) => `${driver}/${pool}`))],
    });
    this.#slices = context.informers.of(RESOURCE_SLICES, { pool: ({ spec }) => [`${spec.driver}/${spec.pool.name}`] });
    this.#recorder = context.recorder('device-taint-eviction-controller');
    this.watch(this.#pods, {
      added: (pod) => this.#look(pod),
      updated: (pod, old) => {
        if (pod.spec?.nodeName !== old.spec?.nodeName || pod.status?.resourceClaimStatuses !== old.status?.resourceClaimStatuses)
          this.#look(pod);
      },
      deleted: (pod) => this.#planned.delete(keyOf(pod)),
    });
    const seen = (claim: ResourceResourceClaim): void => this.#addUsersOf(claim);
    this.watch(this.#claims, {
      added: seen,
      updated: (claim, old) => {
        seen(old);
        seen(claim);
      },
      deleted: seen,
    });
    this.watch(this.#slices, {
      added: (slice) => this.#sliceChanged(slice),
      updated: (slice, old) => {
        this.#sliceChanged(old);
        this.#sliceChanged(slice);
      },
      deleted: (slice) => this.#sliceChanged(slice),
    });
  }

  override stop(): void {
    super.stop();
    this.#planned.clear();
  }

  protected *sync(key: string): Task<void> {
    const pod = this.#pods.get(key);
    const due = pod === undefined ? undefined : this.#dueAt(pod);
    if (pod === undefined || due === undefined) {
      if (this.#planned.delete(key) && pod !== undefined) this.#tell(pod, 'Cancelling deletion');
      return;
    }
    const { uid = '', name = '' } = pod.metadata;
    const known = this.#planned.get(key) === uid;
    this.#planned.set(key, uid);
    if (due > this.sim.now) {
      if (!known) this.decide(`Pod ${name} tolerates the taint of its device for a while: it is deleted then.`, pod);
      this.queue.addAfter(key, due - this.sim.now, { background: true });
      return;
    }
    yield* this.#evict(key, uid);
  }

  *#evict(key: string, uid: string): Task<void> {
    const { namespace, name = '' } = this.#pods.get(key)?.metadata ?? {};
    try {
      const pod = yield* this.client.get(PODS, namespace, name);
      if (pod.metadata.uid === uid && pod.metadata.deletionTimestamp === undefined) {
        this.#tell(pod, 'Marking for deletion');
        this.decide(`Pod ${name} does not tolerate a taint of its device: deletes it.`, pod);
        const message = 'Device Taint manager: deleting due to NoExecute taint';
        yield* disrupt(this.client, pod, { reason: 'DeletionByDeviceTaintManager', message }, this.sim.now, { preconditions: { uid } });
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#planned.delete(key);
  }

  /** When it has to go, by the first of its claims that does not bear a taint. */
  #dueAt(pod: Pod): Millis | undefined {
    if ((pod.spec?.nodeName ?? '') === '') return undefined;
    let due: Millis | undefined;
    // v1.36 looks at claims that the pod names, not at that for its extended resources.
    const named = claimsOfPod(pod);
    for (const { name, owned } of typeof named === 'string' ? [] : named) {
      const claim = name === undefined ? undefined : this.#claims.get(`${pod.metadata.namespace ?? ''}/${name}`);
      if (claim === undefined || !isReservedFor(claim, pod) || (owned && strangerClaim(claim, pod) !== undefined)) continue;
      for (const result of resultsOf(claim))
        for (const taint of this.#taintsOf(result)) due = earlier(due, endsAt(taint, result.tolerations ?? []));
    }
    return due;
  }

  #taintsOf({ driver, pool, device: name }: Result): DeviceTaint[] {
    const slices = this.#slices.by('pool', `${driver}/${pool}`);
    const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
    for (const { spec } of slices) {
      const device = spec.pool.generation === newest ? spec.devices?.find((each) => each.name === name) : undefined;
      if (device !== undefined) return noExecute(device.taints);
    }
    return [];
  }

  #sliceChanged({ spec }: ResourceSlice): void {
    if (spec.devices?.some(({ taints }) => noExecute(taints).length > 0) !== true) return;
    for (const claim of this.#claims.by('pool', `${spec.driver}/${spec.pool.name}`)) this.#addUsersOf(claim);
  }

  #addUsersOf({ metadata, status }: ResourceResourceClaim): void {
    for (const { resource, name } of status?.reservedFor ?? [])
      if (resource === 'pods') this.queue.add(`${metadata.namespace ?? ''}/${name}`);
  }

  #look(pod: Pod): void {
    if ((pod.spec?.resourceClaims ?? []).length > 0) this.queue.add(keyOf(pod));
  }

  #tell(pod: Pod, message: string): void {
    this.#recorder.event(pod, 'Normal', 'DeviceTaintManagerEviction', message);
  }
}

function resultsOf({ status }: ResourceResourceClaim): Result[] {
  return status?.allocation?.devices?.results ?? [];
}

function noExecute(taints: readonly DeviceTaint[] | undefined): DeviceTaint[] {
  return (taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** When the taint is borne no longer; never, where a toleration has no end. */
function endsAt(taint: DeviceTaint, tolerations: readonly DeviceToleration[]): Millis | undefined {
  const added = parseTime(taint.timeAdded ?? '');
  const bearing = tolerations.filter((toleration) => toleration.effect === 'NoExecute' && toleratesTaint(toleration, taint));
  if (bearing.some(({ tolerationSeconds }) => tolerationSeconds === undefined)) return undefined;
  return bearing.length === 0
    ? added
    : added + Math.max(0, Math.min(...bearing.map(({ tolerationSeconds = 0 }) => tolerationSeconds))) * SECOND;
}

function earlier(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
