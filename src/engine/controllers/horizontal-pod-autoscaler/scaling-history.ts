import type { HPAScalingRules, HorizontalPodAutoscalerBehavior } from '../../api/generated/types.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

interface Recommendation {
  readonly replicas: number;
  readonly at: Millis;
}

/** A change that was made; `change` counts up in either direction. */
interface ScaleEvent {
  readonly change: number;
  readonly at: Millis;
}

/** What one autoscaler recommended and did. Kept in memory alone: a new leader starts without it. */
export class ScalingHistory {
  recommendations: Recommendation[] = [];
  #ups: ScaleEvent[] = [];
  #downs: ScaleEvent[] = [];

  /** The first thing known is the present size. */
  begin(replicas: number, at: Millis): void {
    if (this.recommendations.length === 0) this.recommendations = [{ replicas, at }];
  }

  /** Remembers a recommendation, in place of one that nobody will ask for any more. */
  recommend(replicas: number, at: Millis, isOld: (recommendation: Recommendation) => boolean): void {
    const old = this.recommendations.findLastIndex(isOld);
    if (old < 0) this.recommendations.push({ replicas, at });
    else this.recommendations[old] = { replicas, at };
  }

  /** Only policies look at what was done. */
  scaled(behavior: HorizontalPodAutoscalerBehavior | undefined, from: number, to: number, at: Millis): void {
    if (behavior === undefined) return;
    const up = to > from;
    const longest = Math.max(
      0,
      ...((up ? behavior.scaleUp : behavior.scaleDown)?.policies ?? []).map(({ periodSeconds }) => periodSeconds),
    );
    const kept = (up ? this.#ups : this.#downs).filter((event) => event.at >= at - longest * SECOND);
    kept.push({ change: Math.abs(to - from), at });
    if (up) this.#ups = kept;
    else this.#downs = kept;
  }

  /** The most replicas there may be now by the rules of growing (calculateScaleUpLimitWithScalingRules). */
  upLimit(replicas: number, rules: HPAScalingRules, now: Millis): number {
    return this.#limit(replicas, rules, now, rules.selectPolicy === 'Min' ? Math.min : Math.max, (start, type, value) =>
      // v1.36: rounds up, as otherwise a few replicas would never grow by a few percent.
      type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100)),
    );
  }

  /** The fewest there may be now. */
  downLimit(replicas: number, rules: HPAScalingRules, now: Millis): number {
    return this.#limit(replicas, rules, now, rules.selectPolicy === 'Min' ? Math.max : Math.min, (start, type, value) =>
      type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100)),
    );
  }

  #limit(
    replicas: number,
    { selectPolicy, policies = [] }: HPAScalingRules,
    now: Millis,
    select: (...values: number[]) => number,
    propose: (start: number, type: string, value: number) => number,
  ): number {
    if (selectPolicy === 'Disabled') return replicas;
    const within = (events: readonly ScaleEvent[], seconds: number): number =>
      events.reduce((sum, { change, at }) => (at > now - seconds * SECOND ? sum + change : sum), 0);
    return select(
      ...policies.map(({ type, value, periodSeconds }) =>
        propose(replicas - within(this.#ups, periodSeconds) + within(this.#downs, periodSeconds), type, value),
      ),
    );
  }
}
