import { readDatabaseFile } from '../api/etcd-database.ts';
import { provenClient } from '../api/x509/client-certificate.ts';
import type { ControlPlanePki } from '../api/x509/control-plane-pki.ts';
import type { CertificateAndKey } from '../api/x509/serving-certificate.ts';
import type { Component } from '../component.ts';
import type { Store, StoreEvent } from '../etcd/store.ts';
import type { MemoryFiles } from '../os/files.ts';
import type { FileSystem, HttpHandler, ServerTls } from '../os/process.ts';
import { decode } from '../os/text.ts';
import { gateway } from './gateway/gateway.ts';
import type { MemberEntry, Membership, Served } from './gateway/served.ts';
import type { Message } from './gateway/wire.ts';
import type { Auth } from './auth.ts';
import type { Raft, Voter } from './raft.ts';
import type { Simulation } from '../sim/simulation.ts';
import { databaseOf, loadDatabase } from './snapshot.ts';
import { valueBytes } from './values.ts';

export const CLIENT_PORT = 2379;
export const PEER_PORT = 2380;
/** `--data-dir`, as kubeadm has it. */
export const DATA_DIR = '/var/lib/etcd';
/** The database below the data directory. */
const DATABASE = 'member/snap/db';
// --quota-backend-bytes, and what an empty database takes.
const QUOTA = 2 * 1024 ** 3;
const EMPTY = 20 * 1024;
const PAGE = 4096;

/** What a member has in common with the others. */
export interface Fellowship {
  readonly id: string;
  readonly raft: Raft<EtcdMember>;
  readonly auth: Auth;
  readonly membership: Membership;
  readonly alarms: ReadonlySet<EtcdMember>;
  readonly leaseBase: bigint;
  readonly options: { readonly sim: Simulation; readonly store: Store; readonly pki: ControlPlanePki };
  raise(member: EtcdMember): void;
  disarm(): void;
  renew(id: string): void;
  onceLed(listener: () => void): () => void;
}

export interface MemberOptions {
  readonly cluster: Fellowship;
  readonly id: string;
  /** Empty before its program has first run. */
  readonly name: string;
  readonly machine: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly learner?: boolean;
  /** Nothing of it is there yet: the first program of its pod begins an empty cluster. */
  readonly absent?: boolean;
  /** Whether its machine has power. */
  readonly powered?: () => boolean;
}

/**
 * A member of etcd: its port for clients, its data directory and its quota. The API server has the store at hand; all others come through
 * the port, in TLS with a certificate of etcd's own authority.
 */
export class EtcdMember implements Component, Voter, MemberEntry {
  id: string;
  name: string;
  learner: boolean;
  peerURLs: readonly string[];
  clientURLs: readonly string[];
  readonly #options: MemberOptions;
  readonly #served: Served;
  readonly #watches = new Set<() => void>();
  /** Its program runs; without system pods there is none, and it is as if. */
  #booted: boolean;
  #onRemoved: (() => void) | undefined;
  #stopped = false;
  #dataDir = DATA_DIR;
  /** What shows its data directory. */
  #directory: MemoryFiles | undefined;
  /** What it shows at its port, once its program has read it (`--cert-file`). */
  #certificate: string | undefined;
  /** What was in its own directory when it last stopped, while it does not run on it. */
  #left: Uint8Array | undefined;
  #quota = QUOTA;
  #allocated = 0;
  #metered: { bytes: number; stop: () => void } | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.id = options.id;
    this.name = options.name;
    this.learner = options.learner === true;
    this.peerURLs = options.peerURLs;
    this.clientURLs = options.clientURLs;
    this.#booted = this.name !== '' && options.absent !== true;
    this.#served = this.#serve();
  }

  get machine(): string {
    return this.#options.machine;
  }

  get alive(): boolean {
    return this.#booted && !this.#stopped && (this.#options.powered?.() ?? true);
  }

  /** What answers at its client port. */
  get handler(): HttpHandler {
    return (request) => gateway(this.#served, request);
  }

  /** What it shows in a handshake, and whom it lets in. */
  tls(pair: () => Pick<CertificateAndKey, 'certificate'>): () => ServerTls {
    const { pki, sim } = this.#options.cluster.options;
    return () => ({
      certificate: this.#certificate ?? pair().certificate,
      asksForCertificate: true,
      refuses: (shown) => {
        if (shown === '') return { alert: 'certificate required', message: "tls: client didn't provide a certificate" };
        if (provenClient(shown, pki.authority('etcd/ca').certificate, sim.now) !== undefined) return undefined;
        return { alert: 'bad certificate', message: 'tls: failed to verify certificate: x509: certificate signed by unknown authority' };
      },
    });
  }

  /** What its data directory shows: the database, which is its own while it runs, and stays as it was when it does not. */
  install(directory: MemoryFiles): void {
    this.#directory = directory;
    if (this.#booted) this.#show(directory);
  }

  #show(directory: MemoryFiles): void {
    const { cluster } = this.#options;
    directory.makeDirectory('/member/snap', { parents: true });
    directory.device(`/${DATABASE}`, {
      read: () =>
        this.#dataDir === DATA_DIR && this.#left === undefined
          ? databaseOf(cluster.options.store, cluster.id)
          : (this.#left ?? new Uint8Array()),
      write: (bytes) => {
        this.#left = bytes;
      },
    });
    directory.makeDirectory('/member/wal', { parents: true });
    directory.chmod('/member', 0o700);
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#options.cluster.raft.look();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#went();
  }

  /** Its program has started, on a data directory. A sentence where it cannot go on with what it finds there. */
  boot(files: FileSystem, dataDir: string, quota: number | undefined, certFile?: string): string | undefined {
    const { cluster } = this.#options;
    this.#quota = quota ?? QUOTA;
    if (this.#booted) {
      // The cluster is younger than its pods: the first program takes over what is there.
      this.#meter();
      return undefined;
    }
    const path = `${dataDir}/${DATABASE}`;
    const { store } = cluster.options;
    const alone = cluster.raft.voters.length === 1;
    if (certFile !== undefined && files.exists(certFile)) this.#certificate = decode(files.read(certFile));
    if (!files.exists(path)) {
      if (!alone) return `not modelled here: a member that has lost its data; ${path} has to be there, or etcdctl member remove, then add`;
      // A new cluster begins.
      if (dataDir === DATA_DIR && this.#directory !== undefined) this.#show(this.#directory);
      this.#dataDir = dataDir;
      this.#left = undefined;
      this.#served.write(() => store.restore([]));
      return this.#came();
    }
    const read = readDatabaseFile(files.read(path));
    if (typeof read === 'string') return read;
    const { database } = read;
    const { cluster: id = cluster.id, revision } = database;
    if (id !== cluster.id && cluster.raft.members.some((member) => member !== this && member.alive)) return 'cluster ID mismatch';
    this.#dataDir = dataDir;
    this.#left = dataDir === DATA_DIR ? undefined : this.#left;
    if (id !== cluster.id) cluster.renew(id);
    // What it lacks the others would tell it; who is alone knows no more than it finds.
    else if (!alone || revision === store.revision) return this.#came();
    this.#served.write(() => loadDatabase(store, database));
    return this.#came();
  }

  /** The program of a member that was added has started, and the others tell it everything. */
  join(name: string, clientURLs: readonly string[], dataDir: string, quota: number | undefined): void {
    this.name = name;
    this.#dataDir = dataDir;
    this.clientURLs = clientURLs;
    this.#quota = quota ?? QUOTA;
    this.#came();
  }

  /** Its program has ended: what it knew is in its directory. */
  halt(files: FileSystem): void {
    if (!this.#booted) return;
    const { store } = this.#options.cluster.options;
    files.makeDirectory(`${this.#dataDir}/member/snap`, { parents: true });
    files.write(`${this.#dataDir}/${DATABASE}`, databaseOf(store, this.#options.cluster.id));
    this.#booted = false;
    this.#went();
  }

  /** It belongs to the cluster no more: its program ends. */
  removed(): void {
    this.#booted = false;
    this.#went();
    this.#onRemoved?.();
  }

  onRemoved(listener: () => void): () => void {
    this.#onRemoved = listener;
    return () => (this.#onRemoved = undefined);
  }

  /** Past the quota the alarm is raised, and nobody puts anything until it is disarmed. */
  lookAtQuota(): void {
    if (this.#metered !== undefined && this.#served.size.allocated() > this.#quota) this.#options.cluster.raise(this);
  }

  /** What ends with its running, watches above all. */
  onStop(listener: () => void): () => void {
    this.#watches.add(listener);
    return () => this.#watches.delete(listener);
  }

  #came(): undefined {
    this.#booted = true;
    this.#allocated = 0;
    this.#meter();
    this.#options.cluster.raft.look();
  }

  #went(): void {
    for (const end of Array.from(this.#watches)) end();
    this.#watches.clear();
    this.#options.cluster.raft.look();
  }

  #serve(): Served {
    const { cluster } = this.#options;
    const { raft, auth, leaseBase } = cluster;
    const { sim, store } = cluster.options;
    const number = (): Served['ids'] => ({ cluster: cluster.id, member: this.id, name: this.name });
    const isLearner = (): boolean => this.learner;
    return {
      sim,
      store,
      auth,
      membership: cluster.membership,
      get ids() {
        return number();
      },
      get learner() {
        return isLearner();
      },
      size: {
        allocated: () => (this.#allocated = Math.max(this.#allocated, this.#used())),
        used: () => this.#used(),
        quota: () => this.#quota,
        release: () => {
          this.#allocated = 0;
          this.#meter();
        },
      },
      leader: () => raft.leaderOf(this)?.id,
      onceLed: (listener) => cluster.onceLed(listener),
      header: (): Message => ({
        cluster_id: cluster.id,
        member_id: this.id,
        revision: String(store.revision),
        raft_term: String(raft.term),
      }),
      term: () => raft.term,
      // What raft itself writes (configuration, elections) beside the store's revisions.
      raftIndex: () => store.revision + 2 * raft.term,
      alarms: () => Array.from(cluster.alarms, ({ id }) => ({ member: id, alarm: 'NOSPACE' }) as const),
      disarm: () => cluster.disarm(),
      beforeCompaction: () => void this.#served.size.allocated(),
      write: (act) => {
        store.writer = 'etcd';
        try {
          act();
        } finally {
          store.writer = 'apiserver';
        }
      },
      leaseId: (id) => String(leaseBase + BigInt(id)),
      leaseOf: (given) => {
        if ((typeof given !== 'string' && typeof given !== 'number') || !/^-?\d+$/.test(String(given)) || String(given) === '0')
          return undefined;
        const id = BigInt(given) - leaseBase;
        return id > 0n && id < 2n ** 40n ? Number(id) : -1;
      },
      onStop: (listener) => this.onStop(listener),
    };
  }

  #used(): number {
    const bytes = this.#metered?.bytes ?? this.#options.cluster.options.store.measure((value) => valueBytes(value).length);
    return EMPTY + Math.ceil(bytes / PAGE) * PAGE;
  }

  /** Keeps count of the bytes where a quota is near enough to matter: every write is then measured. */
  #meter(): void {
    this.#metered?.stop();
    this.#metered = undefined;
    if (this.#quota >= QUOTA) return;
    const { store } = this.#options.cluster.options;
    const metered = { bytes: store.measure((value) => valueBytes(value).length), stop: (): void => {} };
    metered.stop = store.watch({
      start: '',
      end: '',
      onEvent: ({ key, kv }: StoreEvent) => {
        metered.bytes += key.length + (kv === undefined ? 0 : valueBytes(kv.value).length);
        this.lookAtQuota();
      },
    });
    this.#metered = metered;
    this.lookAtQuota();
  }
}
