import { expect, it } from 'vitest';
import { Simulation } from '../sim/simulation.ts';
import { Raft } from './raft.ts';

interface Member {
  name: string;
  learner: boolean;
  alive: boolean;
}

function cluster(size: number) {
  const sim = new Simulation({ seed: 1 });
  const cut = new Set<Member>();
  const members = Array.from({ length: size }, (_, i): Member => ({ name: `etcd-${i + 1}`, learner: false, alive: true }));
  const hears = (one: Member, other: Member): boolean => cut.has(one) === cut.has(other);
  const raft = new Raft<Member>({ sim, chance: sim.random('test'), hears, changed: () => {} });
  raft.begin(members);
  const stop = (count: number): void => {
    for (const member of members.slice(0, count)) member.alive = false;
    raft.look();
    sim.runFor(3000);
  };
  return { sim, raft, members, cut, stop };
}

// The table of etcd's documentation: a cluster of so many members bears the failure of so many.
it.each([
  [1, 0],
  [2, 0],
  [3, 1],
  [4, 1],
  [5, 2],
  [6, 2],
  [7, 3],
])('of %i members %i may fail', (size, bearable) => {
  const one = cluster(size);
  one.stop(bearable);
  expect(one.raft.leader).toBeDefined();
  const other = cluster(size);
  other.stop(bearable + 1);
  expect(other.raft.leader).toBeUndefined();
});

it('has a new leader in a higher term once the old one is not heard by most, and a cut-off member follows nobody', () => {
  const { sim, raft, members, cut } = cluster(3);
  const [first, second] = members as [Member, Member, Member];
  expect([raft.leader, raft.term]).toEqual([first, 2]);
  cut.add(first);
  raft.look();
  expect(raft.leader).toBeUndefined();
  sim.runFor(3000);
  expect(raft.term).toBe(3);
  expect(raft.leader).not.toBe(first);
  expect(raft.leaderOf(first)).toBeUndefined();
  expect(raft.leaderOf(second)).toBe(raft.leader);
  cut.clear();
  raft.look();
  expect(raft.leaderOf(first)).toBe(raft.leader);
  expect(raft.term).toBe(3);
});

it('asks no learner', () => {
  const { raft, members, stop } = cluster(3);
  (members[2] as Member).learner = true;
  expect(raft.quorum).toBe(2);
  stop(1);
  expect(raft.leader).toBeUndefined();
});
