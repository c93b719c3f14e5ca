import { goJson } from './gotext.ts';
import { isObject, object } from './values.ts';
import type { JsonObject } from './values.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with its own text as annotation: what the next apply compares with. */
export function withLastApplied(value: JsonObject): JsonObject {
  const metadata = object(value, 'metadata');
  const { [LAST_APPLIED]: _old, ...annotations } = isObject(metadata['annotations']) ? metadata['annotations'] : {};
  const bare = { ...value, metadata: { ...metadata, annotations } };
  return { ...value, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: `${goJson(bare)}\n` } } };
}
