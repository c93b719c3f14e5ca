import { provenClient } from '../api/x509/client-certificate.ts';
import type { Component } from '../component.ts';
import { noSpace } from '../etcd/etcd-error.ts';
import { gateway } from './gateway/gateway.ts';
import type { Served } from './gateway/served.ts';
import type { Message } from './gateway/wire.ts';
import { readDatabaseFile } from '../api/etcd-database.ts';
import { databaseOf, loadDatabase } from './snapshot.ts';
import type { Store, StoreEvent } from '../etcd/store.ts';
import { valueBytes } from './values.ts';
import type { EtcdPki } from './pki.ts';
import type { NetworkNamespace } from '../network/namespace.ts';
import type { MemoryFiles } from '../os/files.ts';
import type { FileSystem } from '../os/process.ts';
import { Random } from '../sim/random.ts';
import { hashText } from '../sim/hash.ts';
import type { Simulation } from '../sim/simulation.ts';

export const CLIENT_PORT = 2379;
const PEER_PORT = 2380;
/** `--data-dir`, as kubeadm has it. */
export const DATA_DIR = '/var/lib/etcd';
/** The database below the data directory. */
const DATABASE = 'member/snap/db';
// --quota-backend-bytes, and what an empty database takes.
const QUOTA = 2 * 1024 ** 3;
const EMPTY = 20 * 1024;
const PAGE = 4096;

export interface EtcdMemberOptions {
  readonly sim: Simulation;
  readonly store: Store;
  /** The network of the control-plane machine. */
  readonly host: NetworkNamespace;
  readonly machine: string;
  readonly address: string;
  readonly pki: EtcdPki;
}

/**
 * etcd's one member: its port for clients, its data directory, its quota and alarms. The API server has the store at hand; all others come
 * through the port, in TLS with a certificate of etcd's own authority. While the member does not run the API server cannot read or write.
 */
export class EtcdMember implements Component {
  readonly name = 'etcd';
  readonly #options: EtcdMemberOptions;
  readonly #served: Served;
  readonly #watches = new Set<() => void>();
  /** The program of the static pod runs; without system pods there is none, and it is as if. */
  #booted = true;
  #stopped = false;
  #dataDir = DATA_DIR;
  /** What was in its own directory when it last stopped, while it does not run on it. */
  #left: Uint8Array | undefined;
  #term = 2;
  #alarm = false;
  #quota = QUOTA;
  #allocated = 0;
  #metered: { bytes: number; stop: () => void } | undefined;

  constructor(options: EtcdMemberOptions) {
    this.#options = options;
    const { sim, store, machine, address, host, pki } = options;
    const ids = identities(machine, sim.seed);
    // As idutil makes them: the member's last bytes, then the time, then a counter.
    const leases = (BigInt.asUintN(15, BigInt(ids.member)) << 48n) | (BigInt(sim.start % 2 ** 39) << 8n);
    this.#served = {
      sim,
      store,
      ids,
      urls: { client: `https://${address}:${CLIENT_PORT}`, peer: `https://${address}:${PEER_PORT}` },
      size: {
        allocated: () => (this.#allocated = Math.max(this.#allocated, this.#used())),
        used: () => this.#used(),
        quota: () => this.#quota,
        release: () => {
          this.#allocated = 0;
          this.#meter();
        },
      },
      header: (): Message => ({
        cluster_id: ids.cluster,
        member_id: ids.member,
        revision: String(store.revision),
        raft_term: String(this.#term),
      }),
      term: () => this.#term,
      // What raft itself writes (configuration, elections) beside the store's revisions.
      raftIndex: () => store.revision + 2 * this.#term,
      alarms: () => (this.#alarm ? ['NOSPACE'] : []),
      disarm: () => {
        this.#alarm = false;
        store.refusal = undefined;
        this.#lookAtQuota();
      },
      beforeCompaction: () => void this.#served.size.allocated(),
      write: (act) => {
        store.writer = 'etcd';
        try {
          act();
        } finally {
          store.writer = 'apiserver';
        }
      },
      leaseId: (id) => String(leases + BigInt(id)),
      leaseOf: (given) => {
        if ((typeof given !== 'string' && typeof given !== 'number') || !/^-?\d+$/.test(String(given)) || String(given) === '0')
          return undefined;
        const id = BigInt(given) - leases;
        return id > 0n && id < 2n ** 40n ? Number(id) : -1;
      },
      onStop: (listener) => {
        this.#watches.add(listener);
        return () => this.#watches.delete(listener);
      },
    };
    host.open().serveHttp(
      CLIENT_PORT,
      (request) => gateway(this.#served, request),
      () => ({
        certificate: pki.pair('server').certificate,
        asksForCertificate: true,
        refuses: (shown) => {
          if (shown === '') return { alert: 'certificate required', message: "tls: client didn't provide a certificate" };
          if (provenClient(shown, pki.authority.certificate, sim.now) !== undefined) return undefined;
          return { alert: 'bad certificate', message: 'tls: failed to verify certificate: x509: certificate signed by unknown authority' };
        },
      }),
      () => this.running,
    );
  }

  get machine(): string {
    return this.#options.machine;
  }

  get running(): boolean {
    return this.#booted && !this.#stopped;
  }

  /** What its data directory shows: the database, which is its own while it runs, and stays as it was when it does not. */
  install(directory: MemoryFiles): void {
    directory.device(`/${DATABASE}`, {
      read: () =>
        this.#dataDir === DATA_DIR && this.#left === undefined ? databaseOf(this.#options.store) : (this.#left ?? new Uint8Array()),
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
    if (this.#booted) this.#came();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#went();
  }

  /** Its program has started, on a data directory. A sentence where it cannot go on with what it finds there. */
  boot(files: FileSystem, dataDir: string, quota: number | undefined): string | undefined {
    this.#quota = quota ?? QUOTA;
    if (this.#booted) {
      // The cluster is younger than its pods: the first program takes over what is there.
      this.#meter();
      return undefined;
    }
    const path = `${dataDir}/${DATABASE}`;
    if (!files.exists(path)) return `not modelled here: an empty cluster; ${path} has to be there (etcdutl snapshot restore writes it)`;
    const read = readDatabaseFile(files.read(path));
    if (typeof read === 'string') return read;
    this.#dataDir = dataDir;
    this.#left = dataDir === DATA_DIR ? undefined : this.#left;
    this.#booted = true;
    this.#alarm = false;
    this.#options.store.refusal = undefined;
    this.#served.write(() => loadDatabase(this.#options.store, read.database));
    this.#allocated = 0;
    this.#meter();
    if (!this.#stopped) this.#came();
    return undefined;
  }

  /** Its program has ended: what it knew is in its directory. */
  halt(files: FileSystem): void {
    if (!this.#booted) return;
    files.write(`${this.#dataDir}/${DATABASE}`, databaseOf(this.#options.store));
    this.#booted = false;
    this.#went();
  }

  #came(): void {
    this.#term++;
    this.#options.store.available = true;
  }

  #went(): void {
    this.#options.store.available = false;
    for (const end of Array.from(this.#watches)) end();
    this.#watches.clear();
  }

  #used(): number {
    const bytes = this.#metered?.bytes ?? this.#options.store.measure((value) => valueBytes(value).length);
    return EMPTY + Math.ceil(bytes / PAGE) * PAGE;
  }

  /** Keeps count of the bytes where a quota is near enough to matter: every write is then measured. */
  #meter(): void {
    this.#metered?.stop();
    this.#metered = undefined;
    if (this.#quota >= QUOTA) return;
    const { store } = this.#options;
    const metered = { bytes: store.measure((value) => valueBytes(value).length), stop: (): void => {} };
    metered.stop = store.watch({
      start: '',
      end: '',
      onEvent: ({ key, kv }: StoreEvent) => {
        metered.bytes += key.length + (kv === undefined ? 0 : valueBytes(kv.value).length);
        this.#lookAtQuota();
      },
    });
    this.#metered = metered;
    this.#lookAtQuota();
  }

  /** Past the quota the alarm is raised, and nobody puts anything until it is disarmed. */
  #lookAtQuota(): void {
    if (this.#metered === undefined || this.#served.size.allocated() <= this.#quota) return;
    this.#alarm = true;
    this.#options.store.refusal = noSpace();
  }
}

/** Flags of etcd that mean something here. */
export function etcdFlags(argv: readonly string[]): { dataDir: string; quota: number | undefined } {
  const flag = (name: string): string | undefined => {
    const prefix = `--${name}`;
    const at = argv.findIndex((each) => each === prefix || each.startsWith(`${prefix}=`));
    if (at < 0) return undefined;
    return (argv[at] as string).includes('=') ? (argv[at] as string).slice(prefix.length + 1) : argv[at + 1];
  };
  const quota = Number(flag('quota-backend-bytes') ?? 0);
  return { dataDir: (flag('data-dir') ?? DATA_DIR).replace(/\/+$/, ''), quota: quota > 0 ? quota : undefined };
}

function identities(machine: string, seed: number): Served['ids'] {
  const chance = new Random(hashText(`etcd/${machine}/${seed}`));
  const id = (): string => BigInt(`0x${chance.hex(16)}`).toString();
  return { cluster: id(), member: id(), name: machine };
}
