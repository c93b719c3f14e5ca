import type { Ref, Seq } from '../engine/sim/log.ts';
import type { Millis } from '../engine/sim/time.ts';

/** A picture as plain data: what is where, and what moves. Drawing adds nothing to it. */
export interface Scene {
  readonly seq: Seq;
  readonly at: Millis;
  /** etcd revision that the objects are of. */
  readonly revision: number;
  readonly places: readonly Place[];
  readonly objects: readonly SceneObject[];
  /** Motions of the beat that `seq` belongs to, in order. */
  readonly motions: readonly Motion[];
  readonly caption: string;
  /** When nothing moves: what is being waited for. */
  readonly waiting?: string;
}

/** `client`, `apiserver`, `etcd`, `controllers`, `scheduler`, `cloud`… or `node:NAME`. */
export type PlaceId = string;

export interface Place {
  readonly id: PlaceId;
  readonly kind: 'client' | 'apiserver' | 'etcd' | 'controllers' | 'scheduler' | 'node';
  readonly label: string;
  /** A second line: the controller at work, the node's condition. */
  readonly note?: string;
  readonly state: 'up' | 'down' | 'troubled';
  /** Has acted in this beat. */
  readonly lit: boolean;
}

export interface SceneObject {
  readonly key: string;
  readonly ref: Ref;
  /** Key of the managing owner, when that is in the picture. */
  readonly owner?: string;
  /** `shelf` for what lives in the API only, `pending` for pods without a node, else a node's place. */
  readonly place: PlaceId | 'shelf' | 'pending';
  readonly slot: number;
  /** As `kubectl get` words it: `Running`, `3/3`, `ContainerCreating`. */
  readonly status: string;
  readonly tone: 'ok' | 'wait' | 'bad' | 'gone';
}

export interface Motion {
  readonly seq: Seq;
  readonly from: PlaceId;
  readonly to: PlaceId;
  /** request: solid dot; notify: hollow ring on a standing line; commit: stamp with the revision; work: a pulse in place; data: the traffic lane. */
  readonly style: 'request' | 'notify' | 'commit' | 'work' | 'data';
  readonly label: string;
  readonly failed?: boolean;
}
