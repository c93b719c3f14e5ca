import { applyPatch } from 'rfc6902';
import type { Operation } from 'rfc6902';
import { isBuiltIn } from '../built-in.ts';
import { CommandError } from '../errors.ts';
import { mergePatch } from '../merge-patch.ts';
import { copy, isObject, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { strategicMerge } from '../strategic-merge.ts';
import { groupOf, idOf, isNamed, kindOf, withObject } from './resource.ts';
import type { Resource } from './resource.ts';

/** Which objects a patch is for: each field a regular expression of the whole. */
export function isTarget(resource: Resource, target: JsonObject): boolean {
  const { object: value } = resource;
  const whole = (field: string): RegExp => new RegExp(`^(?:${text(target, field)})$`);
  const labels = (field: 'labels' | 'annotations', selector: string): boolean =>
    text(target, selector) === '' ||
    text(target, selector)
      .split(',')
      .every((pair) => {
        const [key = '', wanted = ''] = pair.split(/==?/);
        return text(value, 'metadata', field, key) === wanted;
      });
  const fits = (field: string, found: string): boolean => text(target, field) === '' || whole(field).test(found);
  const names = [text(value, 'metadata', 'name'), ...resource.formerNames];
  return (
    fits('kind', kindOf(resource)) &&
    fits('group', groupOf(resource)) &&
    fits('version', text(value, 'apiVersion').replace(/^.*\//, '')) &&
    fits('namespace', text(value, 'metadata', 'namespace')) &&
    names.some((name) => fits('name', name)) &&
    labels('labels', 'labelSelector') &&
    labels('annotations', 'annotationSelector')
  );
}

/** Applies one document of a strategic merge patch; without a target it is for the object of its own name. */
export function mergeInto(resources: readonly Resource[], patch: JsonObject, target: JsonObject | undefined): Resource[] {
  const own = (each: Resource): boolean =>
    kindOf(each) === text(patch, 'kind') &&
    text(each.object, 'apiVersion') === text(patch, 'apiVersion') &&
    isNamed(each, text(patch, 'metadata', 'name'));
  const chosen = resources.filter((each) => (target === undefined ? own(each) : isTarget(each, target)));
  if (chosen.length === 0 && target === undefined) {
    const id = idOf(patch);
    throw new CommandError(
      `no resource matches strategic merge patch "${id}": no matches for Id ${id}; failed to find unique target for patch ${id}`,
    );
  }
  if (patch['$patch'] === 'delete') return resources.filter((each) => !chosen.includes(each));
  return resources.map((each) => {
    if (!chosen.includes(each)) return each;
    const { apiVersion, kind, metadata } = each.object;
    const patched = isBuiltIn(groupOf(each)) ? strategicMerge(each.object, patch, 'first') : (mergePatch(each.object, patch) as JsonObject);
    const [was, is] = [metadata as JsonObject, patched['metadata'] as JsonObject];
    const { namespace: _namespace, ...rest } = is;
    const place = was['namespace'] === undefined ? {} : { namespace: was['namespace'] };
    return withObject(each, {
      ...patched,
      apiVersion: apiVersion ?? '',
      kind: kind ?? '',
      metadata: { ...rest, ...place, name: was['name'] ?? '' },
    });
  });
}

/** Applies the operations of a JSON patch (RFC 6902). */
export function operateOn(resources: readonly Resource[], operations: readonly Json[], target: JsonObject): Resource[] {
  return resources.map((each) => {
    if (!isTarget(each, target)) return each;
    const draft = copy(each.object);
    const failed = applyPatch(draft, operations as unknown as Operation[]).find((error) => error !== null);
    if (failed !== undefined) {
      const path = text(
        operations.find((operation) => isObject(operation)),
        'path',
      );
      throw new CommandError(`error in patch of ${idOf(each.object)} at ${path}: ${failed?.message ?? ''}`);
    }
    return withObject(each, draft);
  });
}
