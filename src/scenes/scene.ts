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
  /** How many more of a kind stand on the shelf: a row has the first `SHELF_ROW` seats only. */
  readonly more: Readonly<Record<string, number>>;
  /** Pods folded by place and owner, when there are too many to be shown one by one; `objects` then holds those of the node in focus only. */
  readonly stacks: readonly Stack[];
  /** Motions of the beat that `seq` belongs to, in order. */
  readonly motions: readonly Motion[];
  readonly caption: string;
  /** When nothing moves: what is being waited for. */
  readonly waiting?: string;
}

/**
 * `client`, `apiserver`, `etcd`, `controllers`, `scheduler`, `node:NAME`; in a large cluster `zone:NAME` for the nodes of a zone, and `focus`
 * for the node that was picked.
 */
export type PlaceId = string;

/** As many of a kind as the widest picture has room for. */
export const SHELF_ROW = 8;

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
  /** Of a zone: a cell for each of its nodes, in order of their names. */
  readonly cells?: Uint8Array;
}

/** What a cell tells: how full its node is (how many of these limits its number of pods reaches), and what else is to be seen there. */
export const FULL = [1, 5, 15, 40] as const;
export const CELL = { level: 7, starting: 8, trouble: 16, notReady: 32 } as const;

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
  /** Name of the owner of these pods; `''` where they have none, or many. */
  readonly owner: string;
  /** How many owners share it, where they are too many for one each. */
  readonly owners?: number;
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
