import type { ApiObject, Json } from '../../api/meta.ts';
import { compare, fieldSetOf } from './compare.ts';
import { FieldSet } from './field-set.ts';
import type { Shape } from './shape.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** All annotations together; an object with more is refused. */
const MAX_ANNOTATIONS = 256 * 1024;

/** The one manager whose client-side applies count as its own: who moves on to server-side apply meets no conflict with himself. */
export const KUBECTL = 'kubectl';

/** Fields that client-side apply set last and that still are as it set them. */
export function lastAppliedFields(live: ApiObject, shape: Shape): FieldSet {
  const text = live.metadata.annotations?.[ANNOTATION];
  if (text === undefined) return new FieldSet();
  try {
    const config = JSON.parse(text) as Json;
    const { modified, added } = compare(live as unknown as Json, config, shape);
    return fieldSetOf(config, shape).difference(modified).difference(added);
  } catch {
    return new FieldSet();
  }
}

/** Keeps the annotation of client-side apply in step, where an object has one. */
export function syncLastApplied(object: ApiObject, config: ApiObject): ApiObject {
  const { annotations } = object.metadata;
  if (annotations?.[ANNOTATION] === undefined) return object;
  const { [ANNOTATION]: _own, ...others } = config.metadata.annotations ?? {};
  const { annotations: _annotations, ...metadata } = config.metadata;
  const shown = { ...config, metadata: Object.keys(others).length === 0 ? metadata : { ...metadata, annotations: others } };
  const text = `${JSON.stringify(shown)}\n`;
  const next = { ...annotations, [ANNOTATION]: text.length > MAX_ANNOTATIONS ? '' : text };
  return { ...object, metadata: { ...object.metadata, annotations: next } };
}
