import { scaleLinear } from 'd3';
import type { AttemptScene, NodeVerdict } from '../../scenes/scheduling.ts';

/** A plugin's part of a node's bar; lengths in percent of the longest bar. */
export interface Segment {
  readonly plugin: string;
  readonly colour: number;
  readonly score: number;
  readonly start: number;
  readonly length: number;
}

/** Stacks the weighted scores of a node, in the order in which the plugins ran; all bars of an attempt share one scale. */
export function segments({ parts }: NodeVerdict, attempt: AttemptScene): Segment[] {
  const longest = Math.max(1, ...attempt.nodes.map(({ total = 0 }) => total));
  const scale = scaleLinear([0, longest], [0, 100]);
  let sum = 0;
  return parts
    .filter(({ score }) => score > 0)
    .map(({ plugin, score }) => {
      const start = scale(sum);
      sum += score;
      return { plugin, colour: colourOf(plugin, attempt), score, start, length: scale(sum) - start };
    });
}

/** A plugin has the same colour and number in all bars of an attempt. */
export function colourOf(plugin: string, { plugins }: AttemptScene): number {
  return plugins.findIndex(({ name }) => name === plugin) + 1;
}
