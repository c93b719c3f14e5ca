import { API_SERVER, type ControlPlanePki } from '../api/x509/control-plane-pki.ts';
import { EtcdError, noSpace, timedOut, unavailable } from '../etcd/etcd-error.ts';
import { Reach, type Outage } from '../etcd/reach.ts';
import type { Store } from '../etcd/store.ts';
import type { VirtualNetwork } from '../network/network.ts';
import { hashText } from '../sim/hash.ts';
import { Random } from '../sim/random.ts';
import type { Simulation } from '../sim/simulation.ts';
import { Auth } from './auth.ts';
import { REQUEST_TIMEOUT } from './gateway/gateway.ts';
import type { Membership } from './gateway/served.ts';
import { EtcdMember, type Fellowship, type MemberOptions } from './member.ts';
import { Raft } from './raft.ts';

// membership.DefaultMaxLearners.
const MOST_LEARNERS = 1;

const precondition = (message: string): EtcdError => new EtcdError('precondition', `etcdserver: ${message}`);

export interface EtcdClusterOptions {
  readonly sim: Simulation;
  readonly store: Store;
  readonly network: VirtualNetwork;
  readonly pki: ControlPlanePki;
  /** The machine of the API server, which asks the members that are there from the start. */
  readonly client: string;
  /** Whether they answer it. */
  readonly reach: Reach;
}

/** The members of etcd over the one store that they agree upon. While most of them do not hear each other nobody reads or writes. */
export class EtcdCluster implements Fellowship {
  id: string;
  readonly raft: Raft<EtcdMember>;
  readonly auth: Auth;
  readonly alarms = new Set<EtcdMember>();
  /** Where the numbers of leases begin, as idutil makes them: some bytes, then the time, then a counter. */
  readonly leaseBase: bigint;
  readonly #servers: EtcdMember[] = [];
  /** API servers that ask the member on their own machine. */
  readonly #beside = new Map<string, Reach>();
  readonly #waiting = new Set<() => void>();

  constructor(readonly options: EtcdClusterOptions) {
    const { sim, network, client } = options;
    const chance = sim.random('etcd');
    this.id = this.#number('cluster');
    this.auth = new Auth(
      () => this.#settle(),
      () => chance.suffix(16),
    );
    const hears = (one: EtcdMember, other: EtcdMember): boolean => network.joined(one.machine, other.machine);
    this.raft = new Raft<EtcdMember>({ sim, chance, hears, changed: () => this.#settle() });
    network.onChange(() => this.raft.look());
    this.leaseBase = (BigInt(hashText(`leases/${client}/${sim.seed}`) & 0x7fff) << 48n) | (BigInt(sim.start % 2 ** 39) << 8n);
  }

  /** Members that are there from the start. */
  begin(members: readonly Omit<MemberOptions, 'cluster' | 'id'>[]): EtcdMember[] {
    const made = members.map((each) => new EtcdMember({ ...each, cluster: this, id: this.#number(`member/${each.machine}`) }));
    this.raft.begin(made);
    this.#servers.push(...made);
    return made;
  }

  /** `--etcd-servers`, and where the workstation finds it. */
  get endpoints(): string[] {
    return this.#servers.flatMap(({ clientURLs }) => clientURLs);
  }

  /** For an API server on a machine that asks the member there. */
  reachFrom(machine: string): Reach {
    const reach = new Reach();
    this.#beside.set(machine, reach);
    reach.outage = this.#outage(machine, this.#on(machine));
    return reach;
  }

  #on(machine: string): EtcdMember[] {
    return this.raft.members.filter((member) => member.machine === machine);
  }

  /** The member with these URLs, whose program does not run yet, or no more. */
  waiting(peerURLs: readonly string[]): EtcdMember | undefined {
    return this.raft.members.find((member) => !member.alive && member.peerURLs.join() === [...peerURLs].sort().join());
  }

  /** A member's database was restored from a snapshot: the cluster is a new one. */
  renew(id: string): void {
    this.id = id;
    this.alarms.clear();
    this.options.store.refusal = undefined;
    for (const member of this.raft.members) member.id = BigInt.asUintN(64, BigInt(member.id) ^ BigInt(id)).toString();
  }

  raise(member: EtcdMember): void {
    this.alarms.add(member);
    this.options.store.refusal = noSpace();
  }

  disarm(): void {
    this.alarms.clear();
    this.options.store.refusal = undefined;
    for (const member of this.raft.members) member.lookAtQuota();
  }

  /** Calls a listener at the next change of who leads. */
  onceLed(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  readonly membership: Membership = {
    list: () => this.raft.members,
    add: (peerURLs, learner) => {
      const { members, voters } = this.raft;
      const urls = [...peerURLs].sort();
      if (urls.length === 0 || !urls.every((url) => /^https?:\/\/[^/:]+:\d+$/.test(url)))
        throw new EtcdError('invalid', 'etcdserver: given member URLs are invalid');
      if (members.some((member) => member.peerURLs.some((url) => urls.includes(url)))) throw precondition('Peer URLs already exists');
      if (learner && members.filter((member) => member.learner).length >= MOST_LEARNERS)
        throw precondition('too many learner members in cluster');
      if (!learner) this.#requireStarted(voters, 1);
      const id = this.#number(`member/${urls.join()}/${this.options.sim.now}`);
      const machine = this.#machineOf(urls[0] as string);
      const member = new EtcdMember({ cluster: this, id, name: '', machine, peerURLs: urls, clientURLs: [], learner });
      members.push(member);
      this.raft.look();
      return member;
    },
    remove: (id) => {
      const member = this.#find(id);
      const { members, voters } = this.raft;
      if (!member.learner) {
        this.#requireStarted(voters.filter((voter) => voter !== member));
        // --strict-reconfig-check: those that are left must be able to agree.
        const left = voters.filter((voter) => voter !== member);
        if (member.alive && left.filter(({ alive }) => alive).length < Math.floor(left.length / 2) + 1)
          throw new EtcdError('unavailable', 'etcdserver: unhealthy cluster');
      }
      members.splice(members.indexOf(member), 1);
      this.alarms.delete(member);
      member.removed();
      this.raft.look();
    },
    update: (id, peerURLs) => {
      const member = this.#find(id);
      const others = this.raft.members.filter((other) => other !== member);
      if (others.some((other) => other.peerURLs.some((url) => peerURLs.includes(url)))) throw precondition('Peer URLs already exists');
      member.peerURLs = [...peerURLs].sort();
    },
    promote: (id) => {
      const member = this.#find(id);
      if (!member.learner) throw precondition('can only promote a learner member');
      if (!member.alive) throw precondition('can only promote a learner member which is in sync with leader');
      member.learner = false;
      this.raft.look();
    },
    transfer: (from, to) => {
      const { leader } = this.raft;
      if (leader?.id !== from) throw precondition('not leader');
      const target = this.raft.members.find(({ id }) => id === to);
      if (target === undefined || target.learner || !target.alive) throw precondition('bad leader transferee');
      if (target !== leader) this.raft.transfer(target);
    },
  };

  #find(id: string): EtcdMember {
    const member = this.raft.members.find((each) => each.id === id);
    if (member === undefined) throw new EtcdError('not-found', 'etcdserver: member not found');
    return member;
  }

  /** IsReadyToAddVotingMember, IsReadyToRemoveVotingMember: of those that vote then, most must have run before. */
  #requireStarted(voters: readonly EtcdMember[], more = 0): void {
    const started = voters.filter(({ name }) => name !== '').length;
    const all = voters.length + more;
    if (more === 1 && started === 1 && all === 2) return;
    if (started < Math.floor(all / 2) + 1) throw precondition('re-configuration failed due to not enough started members');
  }

  /** What the API servers have of it from now on, and who else waits for a leader. */
  #settle(): void {
    const { reach, client } = this.options;
    // Its member may have left and come again.
    reach.outage = this.#outage(client, new Set([...this.#servers, ...this.#on(client)]));
    for (const [machine, own] of this.#beside) own.outage = this.#outage(machine, this.#on(machine));
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const goOn of waiting) goOn();
  }

  /** Why none of these members answers who asks from a machine. */
  #outage(client: string, members: Iterable<EtcdMember>): Outage | undefined {
    const { network } = this.options;
    const reached = [...members].filter((member) => member.alive && network.joined(client, member.machine));
    if (reached.length === 0) return { error: unavailable(), patience: 0 };
    if (!reached.some((member) => this.raft.leaderOf(member) !== undefined)) return { error: timedOut(), patience: REQUEST_TIMEOUT };
    if (this.auth.enabled && !this.auth.may(API_SERVER, 'WRITE', '/registry/', '/registry0'))
      return { error: new EtcdError('permission-denied', 'etcdserver: permission denied'), patience: 0 };
    return undefined;
  }

  #machineOf(url: string): string {
    const host = /^https?:\/\/([^/:]+)/.exec(url)?.[1] ?? '';
    const { network } = this.options;
    for (const [name, address] of network.machines) if (address === host || name === host) return name;
    return network.at(host)?.node ?? host;
  }

  #number(what: string): string {
    const { sim, client } = this.options;
    return BigInt(`0x${new Random(hashText(`etcd/${what}/${client}/${sim.seed}`)).hex(16)}`).toString();
  }
}
