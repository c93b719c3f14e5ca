import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/generated/types.ts';
import { MINUTE, SECOND, formatTime } from '../../sim/time.ts';
import type { PodMetrics } from './metrics-client.ts';
import { replicasByMean, replicasByShare, replicasByTotal, replicasByUtilization, type Target } from './replica-calculator.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const TENTH = { up: 0.1, down: 0.1 };

interface Shape {
  /** Thousandths of a CPU; undefined: not measured. */
  used?: number;
  phase?: string;
  ready?: boolean;
  /** Ms since it was started, and since its readiness changed. */
  age?: number;
  changed?: number;
  deleted?: boolean;
}

/** Pods that ask for one CPU each. */
function given(shapes: readonly Shape[], replicas = shapes.length): { target: Target; metrics: PodMetrics } {
  const metrics: PodMetrics = new Map();
  const pods = shapes.map(({ used, phase = 'Running', ready = true, age = 60 * MINUTE, changed = age, deleted = false }, index): Pod => {
    const name = `p${index}`;
    if (used !== undefined) metrics.set(name, { value: BigInt(used), timestamp: NOW - 10 * SECOND, window: 15 * SECOND });
    const lastTransitionTime = formatTime(NOW - changed);
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...(deleted ? { deletionTimestamp: formatTime(NOW) } : {}) },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
      status: {
        phase,
        startTime: formatTime(NOW - age),
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }],
      },
    };
  });
  return { target: { pods, replicas, tolerances: TENTH, now: NOW }, metrics };
}

const utilization = (shapes: readonly Shape[], wanted: number, replicas?: number): number => {
  const { target, metrics } = given(shapes, replicas);
  return replicasByUtilization(target, metrics, 'cpu', '', wanted).replicas;
};

describe('the replica calculator', () => {
  it.each<[string, Shape[], number, number]>([
    ['the formula', [{ used: 900 }, { used: 700 }, { used: 800 }], 50, 5],
    ['within the tolerance', [{ used: 530 }, { used: 560 }], 50, 2],
    ['a pod that is not measured speaks against growing', [{ used: 1000 }, { used: 1000 }, {}], 50, 4],
    ['and against shrinking', [{ used: 100 }, { used: 100 }, { used: 100 }, {}], 50, 3],
    ['with a target above 100 % it is taken to be at the target', [{ used: 100 }, { used: 100 }, {}], 150, 2],
    ['a pending pod speaks against growing', [{ used: 900 }, { used: 900 }, { phase: 'Pending' }], 50, 4],
    ['not against shrinking', [{ used: 100 }, { used: 100 }, { phase: 'Pending' }], 50, 1],
    ['one that goes does not count', [{ used: 900 }, { used: 5000, deleted: true }, { used: 5000, phase: 'Failed' }], 50, 2],
    ['one just started does not count before a whole window', [{ used: 900 }, { used: 900, age: 2 * MINUTE, changed: 20 * SECOND }], 50, 2],
    ['then it does', [{ used: 900 }, { used: 900, age: 2 * MINUTE, changed: 30 * SECOND }], 50, 4],
    ['unready in its first minutes it does not', [{ used: 900 }, { used: 900, ready: false, age: 4 * MINUTE, changed: 2 * MINUTE }], 50, 2],
    [
      'after five minutes it does, if it was ready once',
      [{ used: 900 }, { used: 900, ready: false, age: 6 * MINUTE, changed: MINUTE }],
      50,
      4,
    ],
    ['and does not if it never was', [{ used: 900 }, { used: 900, ready: false, age: 6 * MINUTE, changed: 6 * MINUTE - 1 }], 50, 2],
  ])('%s', (_rule, shapes, wanted, replicas) => {
    expect(utilization(shapes, wanted)).toBe(replicas);
  });

  it('does not turn round because pods are missing', () => {
    // Two of ten are measured, and they use too much; with eight zeros it would be far too little.
    expect(utilization([{ used: 900 }, { used: 900 }, ...Array.from({ length: 8 }, () => ({}))], 50)).toBe(10);
  });

  it('tells why it cannot tell', () => {
    const fail = (shapes: readonly Shape[]): string => {
      try {
        return String(utilization(shapes, 50));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(fail([])).toBe('no pods returned by selector while calculating replica count');
    expect(fail([{ phase: 'Pending' }])).toBe('did not receive metrics for targeted pods (pods might be unready)');
  });

  it('knows values that are no utilization', () => {
    const { target, metrics } = given([{ used: 30_000 }, { used: 50_000 }]);
    expect(replicasByMean(target, metrics, '', 20_000n)).toEqual({ replicas: 4, usage: 40_000n });
    expect(replicasByTotal(target, 300n, 100n)).toBe(6);
    expect(replicasByTotal({ ...target, replicas: 0, pods: [] }, 250n, 100n)).toBe(3);
    expect(replicasByShare(4, TENTH, 1000n, 100n)).toEqual({ replicas: 10, usage: 250n });
    expect(replicasByShare(4, TENTH, 430n, 100n)).toEqual({ replicas: 4, usage: 108n });
  });

  it('is monotonous: more load never asks for fewer pods', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 150 }),
        fc.nat(2000),
        (used, wanted, more) => {
          const shapes = used.map((each) => ({ used: each }));
          const [first, ...rest] = shapes as [{ used: number }, ...{ used: number }[]];
          expect(utilization([{ used: first.used + more }, ...rest], wanted)).toBeGreaterThanOrEqual(utilization(shapes, wanted));
        },
      ),
      { numRuns: 300 },
    );
  });
});
