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
  /** Pods folded by place and owner, when there are too many to be shown one by one; `objects` then holds none. */
  readonly stacks: readonly Stack[];
  /** Motions of the beat that `seq` belongs to, in order. */
  readonly motions: readonly Motion[];
  readonly caption: string;
  /** When nothing moves: what is being waited for. */
  readonly waiting?: string;
}

/** `client`, `apiserver`, `etcd`, `controllers`, `scheduler`, `node:NAME`, or `node:*` for all nodes of a large cluster. */
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
  /** The API server's stations, and how the beat's last request fared at each. */
  readonly stages?: readonly Stage[];
}

export interface Stage {
  readonly name: string;
  readonly state: 'passed' | 'refused' | 'idle';
}

export type Tone = 'ok' | 'wait' | 'bad' | 'gone';

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
  readonly tone: Tone;
}

export interface Stack {
  readonly key: string;
  readonly place: PlaceId | 'pending';
  /** Name of the owner of these pods. */
  readonly owner: string;
  readonly count: number;
  readonly tones: Readonly<Record<Tone, number>>;
}

export interface Motion {
  readonly seq: Seq;
  readonly from: PlaceId;
  readonly to: PlaceId;
  /** request: solid dot; notify: hollow ring on a standing line; commit: stamp with the revision; work: a pulse in place; data: the traffic lane. */
  readonly style: 'request' | 'notify' | 'commit' | 'work' | 'data';
  readonly label: string;
  readonly failed?: boolean;
  /** Entries of the log that this motion stands for, when a beat has too many for one each. */
  readonly count?: number;
  /** A request's way through the API server: names of the stages that it reached. */
  readonly stages?: readonly string[];
  /** What a commit is stamped with. */
  readonly revision?: number;
}
