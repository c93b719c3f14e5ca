import { has, list, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addOwnMaps, wordsText } from './head.ts';
import type { Lines } from './lines.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

/** The class a claim or volume names, in the old annotation or in its field. */
export function claimClass(claim: JsonObject): string {
  return text(claim, 'metadata', 'annotations', CLASS_ANNOTATION) || text(claim, 'spec', 'storageClassName');
}

export function modesText(modes: readonly Json[]): string {
  return MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** What a claim's description and that of an ephemeral volume have alike; `status` is a claim's alone. */
export function addClaimFields(lines: Lines, claim: JsonObject, status?: string): void {
  const add = (line: string): void => lines.add(0, line);
  const bound = text(claim, 'spec', 'volumeName') !== '';
  add(`StorageClass:\t${claimClass(claim)}`);
  if (status !== undefined) add(status);
  add(`Volume:\t${text(claim, 'spec', 'volumeName')}`);
  addOwnMaps(lines, claim);
  if (status !== undefined) add(`Finalizers:\t${wordsText(list(claim, 'metadata', 'finalizers'))}`);
  add(`Capacity:\t${bound ? text(claim, 'status', 'capacity', 'storage') || '0' : ''}`);
  add(`Access Modes:\t${bound ? modesText(list(claim, 'status', 'accessModes')) : ''}`);
  if (has(claim, 'spec', 'volumeMode')) add(`VolumeMode:\t${text(claim, 'spec', 'volumeMode')}`);
  if (!has(claim, 'spec', 'dataSource')) return;
  add('DataSource:');
  if (has(claim, 'spec', 'dataSource', 'apiGroup')) lines.add(1, `APIGroup:\t${text(claim, 'spec', 'dataSource', 'apiGroup')}`);
  lines.add(1, `Kind:\t${text(claim, 'spec', 'dataSource', 'kind')}`);
  lines.add(1, `Name:\t${text(claim, 'spec', 'dataSource', 'name')}`);
}
