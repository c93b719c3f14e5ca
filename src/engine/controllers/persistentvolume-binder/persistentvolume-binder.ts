import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { BIND_COMPLETED } from '../../api/storage/binding-annotations.ts';
import { claimKeysOf } from '../../api/storage/pod-claims.ts';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from '../../client/resources.ts';
import type { WorkQueue } from '../../client/workqueue.ts';
import type { Task } from '../../os/task.ts';
import type { Random } from '../../sim/random.ts';
import type { Timer } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';

import { claimKeyOf, type Books } from './books.ts';
import { recyclerOf } from './reclaim.ts';
import { syncClaim, volumeFor } from './sync-claim.ts';
import { syncVolume } from './sync-volume.ts';
import { VersionedCache } from './versioned-cache.ts';

/** `--pvclaimbinder-sync-period`: how often everything is looked at again. A claim that found no volume waits for this. */
const RESYNC: Millis = 15 * SECOND;

/** Binds PersistentVolumeClaims to PersistentVolumes, has volumes made, and reclaims those whose claim is gone. */
export class PersistentVolumeBinder extends Reconciler {
  readonly #books: Books;
  readonly #volumes: WorkQueue;
  readonly #random: Random;
  /** Waits for the next look at claims for which there is a volume by now, in the foreground. */
  #due: Timer | undefined;
  #looksAt: Millis = 0;

  constructor(context: ControllerContext) {
    super(context, 'controller/persistentvolume-binder');
    const { informers, sim, settings } = context;
    const volumes = informers.of(PERSISTENT_VOLUMES);
    const claims = informers.of(PERSISTENT_VOLUME_CLAIMS);
    const pods = informers.pods;
    if (!pods.hasIndex('claim')) pods.addIndex('claim', claimKeysOf);
    this.#random = sim.random(this.actor);
    this.#books = {
      sim,
      client: this.client,
      recorder: context.recorder('persistentvolume-controller'),
      volumes: new VersionedCache(),
      claims: new VersionedCache(),
      classes: informers.of(STORAGE_CLASSES),
      pods,
      hostPathProvisioner: settings.hostPathProvisioner ?? false,
      decide: (text, about) => this.decide(text, about),
    };
    this.#volumes = this.newQueue(this.actor, (name) => this.#syncVolume(name));
    const claimSeen = (claim: PersistentVolumeClaim): void => {
      if (this.#books.claims.put(claim)) this.queue.add(keyOf(claim));
    };
    this.watch(claims, { added: claimSeen, updated: claimSeen, deleted: (claim) => this.#claimGone(claim) });
    const volumeSeen = (volume: PersistentVolume): void => {
      if (!this.#books.volumes.put(volume)) return;
      this.#volumes.add(keyOf(volume));
      if (volume.status?.phase === 'Available') this.#awaitLook();
    };
    this.watch(volumes, { added: volumeSeen, updated: volumeSeen, deleted: (volume) => this.#volumeGone(volume) });
    // A recycler that has ended.
    this.watch(pods, {
      updated: ({ metadata, status }) => {
        const { name = '' } = metadata;
        if (name.startsWith('recycler-for-') && (status?.phase === 'Succeeded' || status?.phase === 'Failed')) this.#wakeRecycled(name);
      },
    });
    this.every(RESYNC, () => this.#resync());
  }

  override start(): void {
    this.#looksAt = this.sim.now + RESYNC;
    super.start();
    this.#volumes.start();
  }

  override stop(): void {
    this.#due?.cancel();
    this.#volumes.stop();
    super.stop();
    this.#books.volumes.clear();
    this.#books.claims.clear();
  }

  protected *sync(key: string): Task<void> {
    const claim = this.#books.claims.get(key);
    if (claim !== undefined) yield* syncClaim(this.#books, claim, this.#random);
  }

  *#syncVolume(name: string): Task<void> {
    const volume = this.#books.volumes.get(name);
    if (volume !== undefined) yield* syncVolume(this.#books, volume, (claim) => this.queue.add(claim));
  }

  /** Its volume has to be released at once. */
  #claimGone(claim: PersistentVolumeClaim): void {
    this.#books.claims.delete(claim);
    const volume = claim.spec?.volumeName ?? '';
    if (volume !== '') this.#volumes.add(volume);
  }

  /** Its claim has to be told that it is lost. */
  #volumeGone(volume: PersistentVolume): void {
    this.#books.volumes.delete(volume);
    if (volume.spec?.claimRef !== undefined) this.queue.add(claimKeyOf(volume));
  }

  #wakeRecycled(pod: string): void {
    for (const volume of this.#books.volumes.list()) if (recyclerOf(volume) === pod) this.#volumes.add(keyOf(volume));
  }

  #resync(): void {
    this.#looksAt = this.sim.now + RESYNC;
    const { volumes, claims } = this.#books;
    // What is as it should be needs no second look.
    for (const volume of volumes.list()) if (!isVolumeSettled(volume, claims.get(claimKeyOf(volume)))) this.#volumes.add(keyOf(volume));
    for (const claim of claims.list()) if (!isClaimSettled(claim, volumes.get(claim.spec?.volumeName ?? ''))) this.queue.add(keyOf(claim));
  }

  /** A new volume is offered to waiting claims at the next look at everything; a cluster in which that will help is not quiet. */
  #awaitLook(): void {
    if (this.#due?.pending === true) return;
    for (const claim of this.#books.claims.list()) {
      if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined || volumeFor(this.#books, claim) === undefined) continue;
      this.#due = this.sim.after(Math.max(1, this.#looksAt - this.sim.now), () => {});
      return;
    }
  }
}

function isClaimSettled({ metadata, status }: PersistentVolumeClaim, volume: PersistentVolume | undefined): boolean {
  const bound = metadata.annotations?.[BIND_COMPLETED] !== undefined && status?.phase === 'Bound';
  return bound && volume?.spec?.claimRef?.uid === metadata.uid && volume?.status?.phase === 'Bound';
}

function isVolumeSettled({ metadata, spec, status }: PersistentVolume, claim: PersistentVolumeClaim | undefined): boolean {
  if (spec?.claimRef === undefined) return status?.phase === 'Available';
  return status?.phase === 'Bound' && claim?.metadata.uid === spec.claimRef.uid && claim?.spec?.volumeName === metadata.name;
}
