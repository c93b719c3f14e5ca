import type { ConfigMap } from '../../../api/generated/types.ts';
import type { Random } from '../../../sim/random.ts';
import type { Recorder } from '../recorder.ts';
import { leastWaste } from './least-waste.ts';
import { mostPods } from './most-pods.ts';
import type { Expander, Option } from './option.ts';
import { price } from './price.ts';
import { priority } from './priority.ts';

export interface ExpanderWorld {
  /** Nodes there are. */
  readonly clusterSize: number;
  readonly priorities: ConfigMap | undefined;
  readonly recorder: Recorder;
  readonly random: Random;
}

/** `--expander`: each of the list keeps what is best in its eyes; chance decides among what is left. */
export function bestOption(names: string, options: readonly Option[], world: ExpanderWorld): Option | undefined {
  const expanders: Record<string, Expander> = {
    'most-pods': mostPods,
    'least-waste': leastWaste,
    price: (left) => price(left, world.clusterSize),
    priority: (left) => priority(left, world.priorities, world.recorder),
    random: (left) => left,
  };
  let left = options;
  for (const name of names.split(',')) {
    if (left.length > 1 || name === 'priority') left = expanders[name]?.(left) ?? left;
  }
  return left.length <= 1 ? left[0] : left[world.random.int(left.length)];
}
