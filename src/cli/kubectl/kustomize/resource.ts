import { equal, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';

/** An object on its way through a kustomization, with the names it had: references to it go by them. */
export interface Resource {
  readonly object: JsonObject;
  readonly formerNames: readonly string[];
  /** Generated, and to be named after its content in the end. */
  readonly hashed: boolean;
}

export function nameOf(resource: Resource): string {
  return text(resource.object, 'metadata', 'name');
}

export function kindOf(resource: Resource): string {
  return text(resource.object, 'kind');
}

export function groupOf({ object: value }: Resource): string {
  const [group = '', version] = text(value, 'apiVersion').split('/');
  return version === undefined ? '' : group;
}

export function isNamed(resource: Resource, name: string): boolean {
  return nameOf(resource) === name || resource.formerNames.includes(name);
}

/** `Deployment.v1.apps/web.[noNs]`. */
export function idOf(value: JsonObject): string {
  const [first = '', second] = text(value, 'apiVersion').split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  const names = `${text(value, 'metadata', 'name')}.${text(value, 'metadata', 'namespace') || '[noNs]'}`;
  return `${text(value, 'kind')}.${version}.${group || '[noGrp]'}/${names}`;
}

export function renamed(resource: Resource, name: string): Resource {
  const was = nameOf(resource);
  if (was === name) return resource;
  return { ...resource, object: withField(resource.object, name, 'metadata', 'name'), formerNames: [...resource.formerNames, was] };
}

export function withObject(resource: Resource, value: JsonObject): Resource {
  return equal(value, resource.object) ? resource : { ...resource, object: value };
}

/** The object with one field set; maps on the way are made. */
export function withField(value: JsonObject, field: Json, ...path: readonly string[]): JsonObject {
  const [key = '', ...rest] = path;
  return { ...value, [key]: rest.length === 0 ? field : withField(object(value, key), field, ...rest) };
}
