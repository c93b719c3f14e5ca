import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS } from '../engine/api/kinds/index.ts';
import type { Pod } from '../engine/api/generated/types.ts';
import type { Kind } from '../engine/api/kind.ts';
import { parseScenario } from '../engine/scenario.ts';
import { Session } from '../workers/session.ts';
import { podStatus } from './pod-status.ts';
import { CELL, type Scene } from './scene.ts';

// A cluster too large to be shown one by one, which keeps little of its log.
const ZONES = ['a', 'b', 'c'].map((zone) => ({
  name: `worker-${zone}`,
  count: 20,
  labels: { 'topology.kubernetes.io/zone': `zone-${zone}` },
  images: ['nginx:1.27'],
}));
const PODS = 450;
const SLOW = 120_000;
const POD = KINDS.find(({ kind, group }) => kind === 'Pod' && group === '') as Kind;

describe('a large cluster', () => {
  let session: Session;
  let scene: Scene;
  beforeAll(() => {
    session = new Session({ scenario: parseScenario({ name: 'large', history: 10_000, nodes: ZONES }, 'large') });
    session.line('main', `kubectl create deployment web --image=nginx:1.27 --replicas=${PODS}`);
    const { sim } = session.cluster;
    while (sim.foreground > 0) {
      sim.runFor(100);
      session.news();
    }
    scene = session.scene();
  }, SLOW);
  const zones = (of: Scene) => of.places.filter(({ id }) => id.startsWith('zone:'));
  const stacked = (of: Scene) => of.stacks.reduce((sum, { count }) => sum + count, 0);

  it('has a field of cells for each zone, and its pods in stacks', () => {
    expect(zones(scene).map(({ label, cells }) => [label, cells?.length])).toEqual([
      ['zone-a', 20],
      ['zone-b', 20],
      ['zone-c', 20],
      ['Without a zone', 1],
    ]);
    expect(stacked(scene)).toBe(PODS);
    for (const { cells } of zones(scene).slice(0, 3)) for (const cell of cells ?? []) expect(cell & CELL.level).toBeGreaterThan(0);
    expect(scene.objects.filter(({ ref }) => ref.kind === 'Pod')).toEqual([]);
  });

  it('keeps the newest of its log, and shows every instant of that as it was', () => {
    const { log } = session.cluster.sim;
    expect(log.first).toBeGreaterThan(1);
    const commits = log.entries.filter((entry) => entry.verb === 'commit' && entry.ref?.kind === 'Pod');
    // Forth and back.
    for (const at of [0.2, 0.9, 0.5, 0.7]) {
      const commit = commits[Math.floor(commits.length * at)];
      if (commit?.verb !== 'commit') throw new Error('no commit');
      const pods = (session.cluster.observe(POD, commit.detail.revision) as Pod[]).filter(
        ({ metadata }) => metadata.namespace === 'default',
      );
      const then = session.scene(commit.seq);
      expect(stacked(then)).toBe(pods.length);
      const ready = pods.filter((pod) => podStatus(pod).tone === 'ok').length;
      expect(then.stacks.reduce((sum, { tones }) => sum + tones.ok, 0)).toBe(ready);
    }
  });

  it('shows the node of a cell apart, with its pods one by one', () => {
    const ref = session.cell('zone:zone-b', 3);
    expect(ref).toEqual({ kind: 'Node', name: 'worker-b-4' });
    const focused = session.scene(undefined, ref);
    const pods = focused.objects.filter(({ place }) => place === 'focus');
    expect(focused.places.at(-1)).toMatchObject({ id: 'focus', label: 'worker-b-4' });
    expect(pods.length).toBeGreaterThan(0);
    expect(new Set(pods.map(({ slot }) => slot)).size).toBe(pods.length);
    // Of a pod that was picked, its node.
    expect(session.scene(undefined, pods[0]?.ref).places.at(-1)?.label).toBe('worker-b-4');
  });

  it('lists any part of the objects without a look at the others, as a look at all of them would', () => {
    const all = session.objects({ system: false, from: 0, count: 10_000 });
    expect(all.rows).toHaveLength(all.total);
    for (const from of [0, 100, 451, all.total - 5]) {
      const part = session.objects({ system: false, from, count: 10 });
      expect(part.rows.map(({ ref }) => ref)).toEqual(all.rows.slice(from, from + 10).map(({ ref }) => ref));
      // A look at the past walks over all of them.
      const past = session.objects({ system: false, from, count: 10, seq: session.cluster.sim.log.last });
      expect(past.rows.map(({ ref, status }) => [ref, status])).toEqual(part.rows.map(({ ref, status }) => [ref, status]));
      expect(past.total).toBe(part.total);
    }
  });

  it(
    'does not grow with the number of pods',
    () => {
      expect(JSON.stringify(scene).length).toBeLessThan(20_000);
      session.line('main', `kubectl scale deployment web --replicas=${PODS + 150}`);
      session.cluster.sim.runUntilQuiet(600_000);
      const size = JSON.stringify(session.scene()).length;
      expect(size).toBeLessThan(20_000);
    },
    SLOW,
  );
});
