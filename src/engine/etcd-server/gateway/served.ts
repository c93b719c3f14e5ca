import type { Simulation } from '../../sim/simulation.ts';
import type { Store } from '../../etcd/store.ts';
import type { Message } from './wire.ts';

/** The member of etcd that a gateway speaks for. */
export interface Served {
  readonly sim: Simulation;
  readonly store: Store;
  /** Of cluster and member, as decimal texts; and the member's name. */
  readonly ids: { readonly cluster: string; readonly member: string; readonly name: string };
  readonly urls: { readonly client: string; readonly peer: string };
  readonly size: { allocated(): number; used(): number; quota(): number; release(): void };
  header(): Message;
  term(): number;
  raftIndex(): number;
  alarms(): readonly string[];
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
