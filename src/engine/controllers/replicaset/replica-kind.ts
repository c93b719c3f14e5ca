import type { ReplicaSet } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Resource } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { REPLICA_SETS } from '../../client/resources.ts';
import type { Actor } from '../../sim/log.ts';
import type { Informers } from '../informers.ts';

/** A kind that keeps a number of pods. The controller works on ReplicaSets, and on what can be looked at as one. */
export interface ReplicaKind<T extends ApiObject> {
  readonly actor: Actor;
  /** Who reports its events. */
  readonly component: string;
  readonly resource: Resource<T>;
  readonly informer: (informers: Informers) => Informer<T>;
  /** The object as a ReplicaSet with the object's own `kind`; the same for the same object. */
  readonly view: (object: T) => ReplicaSet;
  /** The object that such a view shows. */
  readonly written: (view: ReplicaSet) => T;
}

export const REPLICA_SET: ReplicaKind<ReplicaSet> = {
  actor: 'controller/replicaset',
  component: 'replicaset-controller',
  resource: REPLICA_SETS,
  informer: ({ replicaSets }) => replicaSets,
  view: (rs) => rs,
  written: (rs) => rs,
};
