import type { Node, Pod } from '../../src/engine/api/generated/types.ts';
import { Random } from '../../src/engine/sim/random.ts';
import { Algorithm } from '../../src/engine/scheduler/algorithm.ts';
import { attempt } from '../../src/engine/scheduler/attempt.ts';
import { Cache } from '../../src/engine/scheduler/cache.ts';
import { Nominator } from '../../src/engine/scheduler/nominator.ts';
import { newProfile } from '../../src/engine/scheduler/plugins/registry.ts';
import { PodInfo } from '../../src/engine/scheduler/pod-info.ts';
import { measure, type Row } from '../measure.ts';

const NODES = 5000;
const PODS = 150_000;
const STEP = 50_000;

/** The decisions of row 05 by themselves: does the time of one grow with the pods that are there already? */
export const row: Row = {
  title: 'decisions for 150,000 pods of a ReplicaSet on 5,000 nodes',
  lines: Array.from({ length: PODS / STEP }, (_, i) => ({
    phase: `up to ${(i + 1) * STEP}`,
    field: 'value' as const,
    unit: 'pods/s' as const,
  })),
  run() {
    const cache = new Cache();
    const nominator = new Nominator();
    const random = new Random(1);
    const algorithm = new Algorithm(cache, nominator, random);
    // As a ReplicaSet's pods are spread where they say nothing themselves.
    const replicaSet = { key: 'app=web', matches: (labels: Readonly<Record<string, string>> | undefined) => labels?.['app'] === 'web' };
    const profile = newProfile(
      { schedulerName: 'default-scheduler' },
      {
        namespaceLabels: () => undefined,
        defaultSelector: () => replicaSet,
        preemption: { nodes: cache, nominator, random, profileOf: () => profile, budgets: () => [], preempt: () => {} },
      },
    );
    for (let i = 0; i < NODES; i++) cache.setNode(node(i));
    return Array.from({ length: PODS / STEP }, (_, step) =>
      measure(`up to ${(step + 1) * STEP}`, () => {
        const start = performance.now();
        for (let i = step * STEP; i < (step + 1) * STEP; i++) {
          const info = new PodInfo(pod(i));
          const { chosen } = attempt(algorithm, profile, info, false);
          if (chosen === undefined) throw new Error(`pod ${i} found no node`);
          cache.assume(info, chosen.name);
        }
        const value = Math.round((STEP / (performance.now() - start)) * 1000);
        return { value, note: `${value} pods/s` };
      }),
    );
  },
};

function node(i: number): Node {
  const size = { cpu: '64', memory: '256Gi', pods: '110' };
  const name = `node-${i}`;
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${i % 3}` };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { capacity: size, allocatable: size } };
}

function pod(i: number): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${i}`, namespace: 'default', uid: `pod-${i}`, labels: { app: 'web' } },
    spec: { containers: [{ name: 'server', image: 'nginx:1.27' }] },
  };
}
