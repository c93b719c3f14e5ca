import { goJson } from './gotext.ts';
import { isObject, object, sortedKeys } from './values.ts';
import type { JsonObject } from './values.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with its own text as annotation: what the next apply compares with `typed`: kubectl made it itself, of a Go type. */
export function withLastApplied(value: JsonObject, typed = false): JsonObject {
  const metadata = object(value, 'metadata');
  const { [LAST_APPLIED]: _old, ...annotations } = isObject(metadata['annotations']) ? metadata['annotations'] : {};
  const { annotations: _given, ...others } = metadata;
  const bare = { ...value, metadata: typed && Object.keys(annotations).length === 0 ? others : { ...metadata, annotations } };
  return {
    ...value,
    metadata: {
      ...metadata,
      annotations: { ...annotations, [LAST_APPLIED]: `${goJson(bare, '', '', typed ? Object.keys : sortedKeys)}\n` },
    },
  };
}
