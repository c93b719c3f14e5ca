import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { Informer } from '../../client/informer.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../pod-state.ts';
import { sameMeaning } from '../semantic.ts';

/** Pods that a ReplicaSet controls and selects. */
export interface Counts {
  /** Neither finished nor being deleted. */
  active: number;
  terminating: number;
  /** Of the active ones. */
  ready: number;
  fullyLabeled: number;
  /** Active and controlled, but no longer selected: to be released. Counted nowhere else. */
  strangers: number;
}

// What a pod counts as, one bit each.
const ACTIVE = 1;
const TERMINATING = 2;
const READY = 4;
const LABELED = 8;
const STRANGER = 16;

interface Tally {
  rs: ReplicaSet;
  readonly counts: Counts;
  /** By uid. */
  readonly bits: Map<string, number>;
}

/**
 * The pods of each ReplicaSet, counted: a pod's change costs that pod alone, and a sync looks at numbers where upstream
 * walks over all pods. The numbers are those of the informer's index `controller`.
 */
export class Tallies {
  readonly #byUid = new Map<string, Tally>();

  constructor(readonly pods: Informer<Pod>) {}

  of(rs: ReplicaSet): Counts {
    const { uid = '' } = rs.metadata;
    const known = this.#byUid.get(uid);
    if (known !== undefined && sameRules(known.rs, rs)) {
      known.rs = rs;
      return known.counts;
    }
    const tally: Tally = { rs, counts: { active: 0, terminating: 0, ready: 0, fullyLabeled: 0, strangers: 0 }, bits: new Map() };
    this.#byUid.set(uid, tally);
    for (const pod of this.pods.by('controller', uid)) put(tally, pod);
    return tally.counts;
  }

  /** A pod is new or has changed; the cache has it already. */
  changed(pod: Pod, old?: Pod): void {
    const uid = controllerOf(pod)?.uid;
    if (old !== undefined && controllerOf(old)?.uid !== uid) this.removed(old);
    const tally = uid === undefined ? undefined : this.#byUid.get(uid);
    if (tally !== undefined) put(tally, pod);
  }

  removed(pod: Pod): void {
    const tally = this.#byUid.get(controllerOf(pod)?.uid ?? '');
    if (tally === undefined) return;
    const { uid = '' } = pod.metadata;
    count(tally.counts, tally.bits.get(uid) ?? 0, -1);
    tally.bits.delete(uid);
  }

  forget(rs: ReplicaSet): void {
    this.#byUid.delete(rs.metadata.uid ?? '');
  }

  clear(): void {
    this.#byUid.clear();
  }
}

function put(tally: Tally, pod: Pod): void {
  const { uid = '' } = pod.metadata;
  const before = tally.bits.get(uid) ?? 0;
  const now = bitsOf(pod, tally.rs);
  if (now === before) return;
  count(tally.counts, before, -1);
  count(tally.counts, now, 1);
  tally.bits.set(uid, now);
}

function bitsOf(pod: Pod, rs: ReplicaSet): number {
  if (!isPodActive(pod)) return isPodTerminating(pod) ? TERMINATING : 0;
  if (!matchesSelector(rs.spec?.selector, pod.metadata.labels)) return STRANGER;
  return ACTIVE | (isPodReady(pod) ? READY : 0) | (isFullyLabeled(pod, rs) ? LABELED : 0);
}

function count(counts: Counts, bits: number, by: 1 | -1): void {
  if ((bits & ACTIVE) !== 0) counts.active += by;
  if ((bits & TERMINATING) !== 0) counts.terminating += by;
  if ((bits & READY) !== 0) counts.ready += by;
  if ((bits & LABELED) !== 0) counts.fullyLabeled += by;
  if ((bits & STRANGER) !== 0) counts.strangers += by;
}

/** Has all labels of the template. */
export function isFullyLabeled(pod: Pod, rs: ReplicaSet): boolean {
  const wanted = rs.spec?.template?.metadata?.labels;
  for (const key in wanted) if (pod.metadata.labels?.[key] !== wanted[key]) return false;
  return true;
}

/** Counts made by one state of a ReplicaSet hold for another. */
function sameRules(a: ReplicaSet, b: ReplicaSet): boolean {
  return (
    a.spec === b.spec ||
    (sameMeaning(a.spec?.selector, b.spec?.selector) && sameMeaning(a.spec?.template?.metadata?.labels, b.spec?.template?.metadata?.labels))
  );
}
