import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HPAScalingRules } from '../../api/generated/types.ts';
import { setAutoscalerDefaults } from '../../api/autoscaling/defaults.ts';
import { MINUTE, SECOND } from '../../sim/time.ts';
import { normalize, type Normalized } from './normalize.ts';
import { ScalingHistory } from './scaling-history.ts';

type Behavior = { scaleUp?: HPAScalingRules; scaleDown?: HPAScalingRules };

/** An autoscaler that follows recommendations given one period after the other. */
class Follower {
  readonly #history = new ScalingHistory();
  readonly #behavior: Behavior | undefined;
  now = 0;
  last: Normalized | undefined;

  constructor(
    public size: number,
    behavior: Behavior | undefined,
    readonly max = 100,
    readonly min = 1,
  ) {
    if (behavior !== undefined) setAutoscalerDefaults({ spec: { behavior } } as never);
    this.#behavior = behavior;
  }

  follow(desired: number, times = 1): number[] {
    return Array.from({ length: times }, () => {
      this.now += 15 * SECOND;
      this.#history.begin(this.size, this.now);
      const given = { current: this.size, desired, min: this.min, max: this.max, now: this.now };
      this.last = normalize(this.#behavior, given, this.#history);
      if (this.last.replicas !== this.size) this.#history.scaled(this.#behavior, this.size, this.last.replicas, this.now);
      this.size = this.last.replicas;
      return this.size;
    });
  }
}

describe('normalize', () => {
  it('doubles, or goes to four, without a behavior', () => {
    expect(new Follower(1, undefined).follow(50, 4)).toEqual([4, 8, 16, 32]);
  });

  it('follows the default policies of a behavior: four pods or the double in 15 seconds', () => {
    expect(new Follower(1, {}).follow(50, 4)).toEqual([5, 10, 20, 40]);
  });

  it('adds two pods a minute where the policy says so', () => {
    const slow = { scaleUp: { policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] } };
    const follower = new Follower(1, slow);
    expect(follower.follow(10, 9)).toEqual([3, 3, 3, 3, 5, 5, 5, 5, 7]);
    expect(follower.last?.limit[0]).toBe('ScaleUpLimit');
  });

  it('takes away ten percent a minute, rounded so that something goes', () => {
    const slow = { scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] } };
    const follower = new Follower(80, slow);
    expect(follower.follow(1, 5)).toEqual([72, 72, 72, 72, 64]);
    expect(follower.last?.limit[0]).toBe('ScaleDownLimit');
  });

  it('takes the smaller step with selectPolicy Min, and none with Disabled', () => {
    const policies = [
      { type: 'Pods', value: 5, periodSeconds: 15 },
      { type: 'Percent', value: 10, periodSeconds: 15 },
    ];
    const by = (selectPolicy: string): number[] => new Follower(20, { scaleUp: { selectPolicy, policies } }).follow(60, 2);
    expect([by('Max'), by('Min'), by('Disabled')]).toEqual([
      [25, 30],
      [22, 25],
      [20, 20],
    ]);
  });

  it('waits for the window of a direction', () => {
    const follower = new Follower(4, { scaleUp: { stabilizationWindowSeconds: 60 } });
    expect(follower.follow(8, 5)).toEqual([4, 4, 4, 4, 8]);
    expect(new Follower(4, { scaleDown: { stabilizationWindowSeconds: 60 } }).follow(2, 5)).toEqual([4, 4, 4, 4, 2]);
    // Without a word of its own, shrinking waits five minutes.
    expect(new Follower(4, {}).follow(2, 21).filter((size) => size === 2)).toHaveLength(1);
  });

  it('never leaves its bounds, never grows faster than it may, and comes to rest where it is told to', () => {
    const window = fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined });
    const rules = fc
      .record({ stabilizationWindowSeconds: window })
      .map((given) =>
        given.stabilizationWindowSeconds === undefined ? {} : { stabilizationWindowSeconds: given.stabilizationWindowSeconds },
      );
    const behavior = fc.option(fc.record({ scaleUp: rules, scaleDown: rules }), { nil: undefined });
    fc.assert(
      fc.property(
        behavior,
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }),
        (given, start, path) => {
          const follower = new Follower(start, given, 30, 2);
          for (const desired of path) {
            const before = follower.size;
            follower.follow(desired);
            expect(follower.size).toBeLessThanOrEqual(Math.max(30, before));
            expect(follower.size).toBeLessThanOrEqual(Math.max(before, 2 * before, before + 4));
            expect(follower.last?.limited).toBe(follower.last?.limit[0] !== 'DesiredWithinRange');
          }
          follower.follow(10, (6 * MINUTE) / (15 * SECOND));
          expect(follower.size).toBe(10);
        },
      ),
      { numRuns: 500 },
    );
  });
});
