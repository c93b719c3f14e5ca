import type { Random } from '../sim/random.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';

/** A member as the others see it. */
export interface Voter {
  readonly name: string;
  /** Told everything, and asked nothing: it has no vote. */
  readonly learner: boolean;
  /** It runs. */
  readonly alive: boolean;
}

export interface RaftOptions<V extends Voter> {
  readonly sim: Simulation;
  readonly chance: Random;
  /** Whether packets get from one to the other. */
  readonly hears: (one: V, other: V) => boolean;
  /** Leader, term or who hears whom may be different. */
  readonly changed: () => void;
}

// --election-timeout of 1 s: who has heard nothing for that long, and up to as long again, stands for election.
const ELECTION_TIMEOUT: Millis = SECOND;

/**
 * Who of etcd's members leads: raft's terms, votes and quorum. What its log of entries carries from member to member is the one
 * store that all of them share, so no entry is ever missing; whether one can be agreed upon is what is decided here.
 */
export class Raft<V extends Voter> {
  /** kubeadm's first member has led since it came to be: terms begin with 2. */
  term = 2;
  readonly members: V[] = [];
  #leader: V | undefined;
  #election: Timer | undefined;

  constructor(readonly options: RaftOptions<V>) {}

  get leader(): V | undefined {
    return this.#leader;
  }

  get voters(): readonly V[] {
    return this.members.filter(({ learner }) => !learner);
  }

  /** More than half of the voters. */
  get quorum(): number {
    return Math.floor(this.voters.length / 2) + 1;
  }

  /** The members that are there from the beginning; the first one leads. */
  begin(members: readonly V[]): void {
    this.members.push(...members);
    this.#leader = members[0];
  }

  /** The leader, where a member hears it. */
  leaderOf(member: V): V | undefined {
    const leader = this.#leader;
    return leader !== undefined && member.alive && this.#hears(member, leader) ? leader : undefined;
  }

  /** Voters that a member hears, itself among them. */
  heardBy(member: V): number {
    return this.voters.filter((other) => this.#hears(member, other)).length;
  }

  /** Somebody came, went, or was cut off: a leader whom most do not hear steps down, and somebody else stands for election. */
  look(): void {
    const leader = this.#leader;
    if (leader !== undefined && !(this.members.includes(leader) && this.#electable(leader))) {
      this.#leader = undefined;
      this.options.sim.append(`etcd/${leader.name}`, 'election', { member: leader.name, term: this.term, state: 'lost' });
    }
    if (this.#leader === undefined && this.#election === undefined && this.voters.some((voter) => this.#electable(voter))) this.#stand();
    this.options.changed();
  }

  /** The leader steps down for another one. */
  transfer(to: V): void {
    this.#elect(to);
    this.options.changed();
  }

  /** Heard of nobody for so long. A member that is alone need not ask. */
  #stand(): void {
    const { sim, chance } = this.options;
    if (this.voters.length === 1) return this.#elect(this.voters[0] as V);
    this.#election = sim.after(ELECTION_TIMEOUT + chance.int(ELECTION_TIMEOUT), () => {
      this.#election = undefined;
      const able = this.voters.filter((voter) => this.#electable(voter));
      if (this.#leader !== undefined || able.length === 0) return;
      this.#elect(chance.pick(able));
      this.options.changed();
    });
  }

  #elect(member: V): void {
    this.term++;
    this.#leader = member;
    const [votes, of] = [this.heardBy(member), this.voters.length];
    this.options.sim.append(`etcd/${member.name}`, 'election', { member: member.name, term: this.term, state: 'elected', votes, of });
  }

  #electable(member: V): boolean {
    return !member.learner && member.alive && this.heardBy(member) >= this.quorum;
  }

  #hears(one: V, other: V): boolean {
    return one.alive && other.alive && (one === other || this.options.hears(one, other));
  }
}
