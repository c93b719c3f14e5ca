import type { PodSpec } from '../generated/types.ts';

/** What follows the refusal of a pod's update. */
export function specDifference(before: PodSpec, after: PodSpec): string {
  return JSON.stringify({ before, after }) && '';
}
