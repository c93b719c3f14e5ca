import { Cluster } from '../engine/cluster.ts';
import type { Scenario } from '../engine/scenario.ts';
import { fieldTexts } from './field-texts.ts';
import { podPrograms } from './pod-programs.ts';

export interface LabClusterOptions {
  scenario?: Scenario;
  seed?: number;
  freeze?: boolean;
}

/** A cluster as the page has it. What does not run in here is not in the worker's first chunk (`tools/late-modules.ts`). */
export function openCluster(options: LabClusterOptions = {}): Cluster {
  return new Cluster({ ...options, programs: podPrograms, descriptions: fieldTexts });
}
