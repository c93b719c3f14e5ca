import { StatusError } from '../../api/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE } from '../../api/storage/binding-annotations.ts';
import { isBoundTo } from '../../api/storage/volume-rules.ts';
import type { Client } from '../../client/client.ts';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import { suspend, type Task } from '../../os/task.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { Assumptions } from '../volumes.ts';
import type { VolumeDecision } from './volume-decision.ts';

// How often it is looked whether the binder has done its part.
const POLL: Millis = SECOND;

/** What has been promised to a pod that goes to a node. */
export interface VolumeReservation {
  readonly node: string;
  readonly volumes: PersistentVolume[];
  readonly claims: PersistentVolumeClaim[];
  /** Keys of all claims that have to be bound before the pod is. */
  readonly keys: readonly string[];
}

export interface VolumeBinderOptions {
  readonly sim: Simulation;
  readonly client: Client;
  readonly volumes: Assumptions<PersistentVolume>;
  readonly claims: Assumptions<PersistentVolumeClaim>;
}

interface Waiting {
  readonly keys: readonly string[];
  /** The next look, and how to have it waited for. */
  hasten(): void;
  cancel(): void;
}

/** Carries out what the VolumeBinding plugin has decided: tells the API server, and waits until volumes and claims are bound. */
export class VolumeBinder {
  readonly #waiting = new Set<Waiting>();

  constructor(readonly options: VolumeBinderOptions) {}

  reserve({ bindings, provisions }: VolumeDecision, node: string): VolumeReservation {
    const { volumes: assumedVolumes, claims: assumedClaims } = this.options;
    const volumes: PersistentVolume[] = [];
    const claims: PersistentVolumeClaim[] = [];
    for (const { volume, claim } of bindings) {
      const promised = withClaim(volume, claim);
      assumedVolumes.assume(promised);
      volumes.push(promised);
    }
    for (const claim of provisions) {
      const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node };
      const marked = { ...claim, metadata: { ...claim.metadata, annotations } };
      assumedClaims.assume(marked);
      claims.push(marked);
    }
    return { node, volumes, claims, keys: [...bindings.map(({ claim }) => keyOf(claim)), ...provisions.map(keyOf)] };
  }

  release({ volumes, claims }: VolumeReservation): void {
    for (const volume of volumes) this.options.volumes.restore(volume);
    for (const claim of claims) this.options.claims.restore(claim);
  }

  /** Undefined once all is bound; else why not. */
  *bind(reservation: VolumeReservation, timeout: Millis): Task<string | undefined> {
    const { sim, client, volumes, claims } = this.options;
    try {
      for (const [i, volume] of reservation.volumes.entries()) {
        const stored = yield* client.update(PERSISTENT_VOLUMES, volume);
        volumes.assume(stored);
        reservation.volumes[i] = stored;
      }
      for (const [i, claim] of reservation.claims.entries()) {
        const stored = yield* client.update(PERSISTENT_VOLUME_CLAIMS, claim);
        claims.assume(stored);
        reservation.claims[i] = stored;
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return error.message;
    }
    const until = sim.now + timeout;
    while (sim.now < until) {
      yield* this.#look(reservation.keys);
      const verdict = this.#verdict(reservation);
      if (verdict === 'bound') return undefined;
      if (verdict !== 'waiting') return `binding volumes: ${verdict}`;
    }
    return 'binding volumes: context deadline exceeded';
  }

  /** News of a claim: if that was what a pod has been waiting for, its next look is worth waiting for. */
  claimChanged(claim: PersistentVolumeClaim): void {
    const key = keyOf(claim);
    for (const waiting of this.#waiting) if (waiting.keys.includes(key)) waiting.hasten();
  }

  /** The scheduler stops: nobody waits any more. */
  abandon(): void {
    for (const waiting of this.#waiting) waiting.cancel();
    this.#waiting.clear();
  }

  #look(keys: readonly string[]): Task<void> {
    const { sim } = this.options;
    return suspend<void>((resume) => {
      const at = sim.now + POLL;
      let timer: Timer;
      const waiting: Waiting = {
        keys,
        cancel: () => timer.cancel(),
        hasten: () => {
          if (!keys.every((key) => isBound(this.options.claims.get(key)))) return;
          timer.cancel();
          timer = sim.after(Math.max(1, at - sim.now), done);
        },
      };
      const done = (): void => {
        this.#waiting.delete(waiting);
        resume();
      };
      // A provisioner may be long in coming: a cluster that waits for one is quiet.
      timer = sim.after(POLL, done, { background: !keys.every((key) => isBound(this.options.claims.get(key))) });
      this.#waiting.add(waiting);
      return () => {
        timer.cancel();
        this.#waiting.delete(waiting);
      };
    });
  }

  #verdict({ node, volumes, keys }: VolumeReservation): 'bound' | 'waiting' | string {
    for (const volume of volumes) {
      const name = volume.metadata.name ?? '';
      const known = this.options.volumes.get(name);
      if (known === undefined) return `failed to check provisioning pvc: could not find v1.PersistentVolume ${JSON.stringify(name)}`;
      if (known.spec?.claimRef === undefined) return `ClaimRef got reset for pv ${JSON.stringify(name)}`;
    }
    for (const key of keys) {
      const claim = this.options.claims.get(key);
      if (claim === undefined) return `failed to check provisioning pvc: could not find v1.PersistentVolumeClaim ${JSON.stringify(key)}`;
      if (isBound(claim)) continue;
      const selected = claim.metadata.annotations?.[SELECTED_NODE];
      // A provisioner that cannot make a volume near this node gives the choice back.
      if (volumes.every((volume) => !isBoundTo(volume, claim)) && selected !== node)
        return `provisioning failed for PVC ${JSON.stringify(claim.metadata.name)}`;
      return 'waiting';
    }
    return 'bound';
  }
}

function isBound(claim: PersistentVolumeClaim | undefined): boolean {
  return (claim?.spec?.volumeName ?? '') !== '' && claim?.metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

function withClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  const kept = isBoundTo(volume, claim);
  const annotations = kept ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...volume.spec, claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion } },
  };
}
