import type { HPAScalingRules, HorizontalPodAutoscalerBehavior } from '../../api/generated/types.ts';
import { MINUTE, SECOND, type Millis } from '../../sim/time.ts';
import type { ScalingHistory } from './scaling-history.ts';

/** `--horizontal-pod-autoscaler-downscale-stabilization`. */
const DOWNSCALE_STABILIZATION: Millis = 5 * MINUTE;

/** Reason and message of a condition. */
type Words = readonly [reason: string, message: string];

/** A recommendation brought within the bounds, and what the conditions AbleToScale and ScalingLimited say of that. */
export interface Normalized {
  readonly replicas: number;
  readonly able: Words;
  readonly limited: boolean;
  readonly limit: Words;
}

export interface Recommended {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly now: Millis;
}

const READY: Words = ['ReadyForNewScale', 'recommended size matches current size'];
const WITHIN: Words = ['DesiredWithinRange', 'the desired count is within the acceptable range'];
const TOO_FAST_UP: Words = ['ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate'];
const TOO_FAST_DOWN: Words = ['ScaleDownLimit', 'the desired replica count is decreasing faster than the maximum scale rate'];
const TOO_MANY: Words = ['TooManyReplicas', 'the desired replica count is more than the maximum replica count'];
const TOO_FEW: Words = ['TooFewReplicas', 'the desired replica count is less than the minimum replica count'];
const HIGHER_BEFORE: Words = [
  'ScaleDownStabilized',
  'recent recommendations were higher than current one, applying the highest recent recommendation',
];
const LOWER_BEFORE: Words = [
  'ScaleUpStabilized',
  'recent recommendations were lower than current one, applying the lowest recent recommendation',
];

/** How an autoscaler behaves that says nothing about it, or what it says. */
export function normalize(
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  recommended: Recommended,
  history: ScalingHistory,
): Normalized {
  return behavior === undefined ? plainly(recommended, history) : byBehavior(behavior, recommended, history);
}

/** Shrinks to the highest recommendation of five minutes, grows at most to the double, or to four (normalizeDesiredReplicas). */
function plainly({ current, desired, min, max, now }: Recommended, history: ScalingHistory): Normalized {
  const cutoff = now - DOWNSCALE_STABILIZATION;
  const recent = history.recommendations.filter(({ at }) => at >= cutoff).map(({ replicas }) => replicas);
  const stable = Math.max(desired, ...recent);
  history.recommend(desired, now, ({ at }) => at < cutoff);
  const fastest = Math.max(2 * current, 4);
  const most = Math.min(max, fastest);
  const [replicas, limit] =
    stable < min ? [min, TOO_FEW] : stable > most ? [most, max > fastest ? TOO_FAST_UP : TOO_MANY] : [stable, WITHIN];
  return { replicas, able: stable === desired ? READY : HIGHER_BEFORE, limited: replicas !== stable, limit };
}

/** By windows and policies of each direction (normalizeDesiredReplicasWithBehaviors). */
function byBehavior(
  { scaleUp = {}, scaleDown = {} }: HorizontalPodAutoscalerBehavior,
  given: Recommended,
  history: ScalingHistory,
): Normalized {
  const { current, desired, now } = given;
  const upCutoff = now - windowOf(scaleUp, 0);
  const downCutoff = now - windowOf(scaleDown, DOWNSCALE_STABILIZATION);
  const since = (cutoff: Millis): number[] => history.recommendations.filter(({ at }) => at > cutoff).map(({ replicas }) => replicas);
  const lowest = Math.min(desired, ...since(upCutoff));
  const highest = Math.max(desired, ...since(downCutoff));
  const stable = Math.min(Math.max(current, lowest), highest);
  history.recommend(desired, now, ({ at }) => at < upCutoff && at < downCutoff);
  const able = stable === desired ? READY : desired >= current ? LOWER_BEFORE : HIGHER_BEFORE;
  const [replicas, limit] = atTheirRate(scaleUp, scaleDown, { ...given, desired: stable }, history);
  return { replicas, able, limited: replicas !== stable, limit };
}

function atTheirRate(
  up: HPAScalingRules,
  down: HPAScalingRules,
  { current, desired, min, max, now }: Recommended,
  history: ScalingHistory,
): readonly [number, Words] {
  if (desired > current) {
    const fastest = Math.max(current, history.upLimit(current, up, now));
    const most = Math.min(max, fastest);
    if (desired > most) return [most, max > fastest ? TOO_FAST_UP : TOO_MANY];
  } else if (desired < current) {
    const fastest = Math.min(current, history.downLimit(current, down, now));
    const fewest = Math.max(min, fastest);
    if (desired < fewest) return [fewest, min < fastest ? TOO_FAST_DOWN : TOO_FEW];
  }
  return [desired, WITHIN];
}

function windowOf({ stabilizationWindowSeconds: seconds }: HPAScalingRules, otherwise: Millis): Millis {
  return seconds === undefined ? otherwise : seconds * SECOND;
}
