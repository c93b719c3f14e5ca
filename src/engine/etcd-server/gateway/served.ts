import type { Simulation } from '../../sim/simulation.ts';
import type { Store } from '../../etcd/store.ts';
import type { Auth } from '../auth.ts';
import type { Message } from './wire.ts';

/** What a member list says of a member. */
export interface MemberEntry {
  readonly id: string;
  /** Empty before its program has first run. */
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly learner: boolean;
}

/** The members of a cluster, for who may change them. Throws `EtcdError` where raft's rules forbid it. */
export interface Membership {
  list(): readonly MemberEntry[];
  add(peerURLs: readonly string[], learner: boolean): MemberEntry;
  remove(id: string): void;
  update(id: string, peerURLs: readonly string[]): void;
  promote(id: string): void;
  transfer(from: string, to: string): void;
}

/** The member of etcd that a gateway speaks for. */
export interface Served {
  readonly sim: Simulation;
  readonly store: Store;
  /** Of cluster and member, as decimal texts; and the member's name. */
  readonly ids: { readonly cluster: string; readonly member: string; readonly name: string };
  readonly learner: boolean;
  readonly size: { allocated(): number; used(): number; quota(): number; release(): void };
  readonly auth: Auth;
  readonly membership: Membership;
  /** The leader's id, where this member hears it. */
  leader(): string | undefined;
  /** Calls a listener when there may be one again; the returned function gives that up. */
  onceLed(listener: () => void): () => void;
  header(): Message;
  term(): number;
  raftIndex(): number;
  alarms(): readonly Alarm[];
  disarm(): void;
  beforeCompaction(): void;
  /** Does a write in a client's name, and looks at the quota. */
  write(act: () => void): void;
  /** A lease's number for clients, and back; undefined for none. */
  readonly leaseId: (id: number) => string;
  readonly leaseOf: (given: unknown) => number | undefined;
  /** Called when the member stops. */
  onStop(listener: () => void): () => void;
}

export interface Alarm {
  readonly member: string;
  readonly alarm: 'NOSPACE';
}
