import type { Task } from '../../engine/os/task.ts';
import { BareError, CommandError, ServerError } from './errors.ts';
import { groupVersionsOf } from './served-apis.ts';
import type { ServedApis } from './served-apis.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

/** A resource as discovery describes it: what a RESTMapping is upstream. */
export interface Mapping {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  /** False for a version of the group that is not the server's first choice. */
  readonly preferred: boolean;
}

export interface Discovery {
  /** In the server's order. */
  readonly resources: readonly Mapping[];
  readonly groupVersions: readonly string[];
}

/** In the server's order: a group's versions as it lists them, a version's resources as its list has them. */
export function discoveryOf({ groups, lists }: ServedApis): Discovery {
  const resources: Mapping[] = [];
  for (const each of list(groups, 'groups')) {
    const group = text(each, 'name');
    for (const { groupVersion, version } of list(each, 'versions').map((one) => object(one))) {
      const listed = list(lists.get(text(groupVersion)), 'resources');
      const preferred = text(each, 'preferredVersion', 'version') === version;
      for (const resource of listed) {
        const name = text(resource, 'name');
        if (name.includes('/')) continue;
        resources.push({
          group: text(resource, 'group') || group,
          version: text(version),
          resource: name,
          singular: text(resource, 'singularName'),
          kind: text(resource, 'kind'),
          namespaced: object(resource)['namespaced'] === true,
          verbs: list(resource, 'verbs') as string[],
          shortNames: list(resource, 'shortNames') as string[],
          categories: list(resource, 'categories') as string[],
          subresources: listed
            .map((other) => text(other, 'name'))
            .filter((other) => other.startsWith(`${name}/`))
            .map((other) => other.slice(name.length + 1)),
          preferred,
        });
      }
    }
  }
  return { resources, groupVersions: groupVersionsOf(groups) };
}

export function groupVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `pods`, `deployments.apps`: how messages name a resource. */
export function groupResource(mapping: Pick<Mapping, 'group' | 'resource'>): string {
  return mapping.group === '' ? mapping.resource : `${mapping.resource}.${mapping.group}`;
}

/** `pod`, `deployment.apps`: how results name a kind. */
/** `ReplicaSet.apps`: what Go prints of a GroupKind. */
export function groupKind({ group, kind }: Pick<Mapping, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`;
}

export function kindName(mapping: Mapping): string {
  return mapping.group === '' ? mapping.kind.toLowerCase() : `${mapping.kind.toLowerCase()}.${mapping.group}`;
}

/** Go's `GroupVersionResource.String()`. */
export function resourceText(mapping: Mapping): string {
  return `${groupVersionOf(mapping.group, mapping.version) === mapping.version ? `/${mapping.version}` : groupVersionOf(mapping.group, mapping.version)}, Resource=${mapping.resource}`;
}

export function pathOf(mapping: Mapping, namespace: string | undefined, name?: string, subresource?: string): string {
  const root = mapping.group === '' ? `/api/${mapping.version}` : `/apis/${mapping.group}/${mapping.version}`;
  const scope = mapping.namespaced && namespace !== undefined && namespace !== '' ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${mapping.resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}${subresource === undefined || subresource === '' ? '' : `/${subresource}`}`;
}

/** What a typed word means: `po`, `pod`, `deployments.apps`, `deployments.v1.apps`. */
export function findMapping(discovery: Discovery, word: string): Mapping | undefined {
  const [resource = '', ...rest] = word.toLowerCase().split('.');
  const inGroup = (each: Mapping): boolean => {
    if (rest.length === 0) return each.preferred;
    if (each.group === rest.join('.') || (rest.length > 0 && each.group.startsWith(`${rest.join('.')}.`))) return each.preferred;
    // `deployments.v1.apps`, `nodes.v1.`
    return rest.length > 1 && each.version === rest[0] && each.group === rest.slice(1).join('.');
  };
  const candidates = discovery.resources.filter(inGroup);
  return (
    candidates.find((each) => each.resource === resource) ??
    candidates.find((each) => each.singular === resource) ??
    candidates.find((each) => each.shortNames.includes(resource)) ??
    candidates.find((each) => each.kind.toLowerCase() === resource)
  );
}

/** What looking things up takes of a session. */
export interface Discoverer {
  discovery(): Task<Discovery>;
  /** From now on the server is asked; false where it has been. */
  forgetDiscovery(): Task<boolean>;
}

/** client-go's deferred mapper: what the cache does not know may have come since, so the server is asked. */
export function* lookUp<T>(session: Discoverer, find: (discovery: Discovery) => T | undefined, times = 1): Task<T | undefined> {
  const found = find(yield* insistent(session, times));
  if (found !== undefined || !(yield* session.forgetDiscovery())) return found;
  return find(yield* insistent(session, times - 1));
}

/** The mapper's questions each ask a server anew that does not answer: so many lines say so. */
function* insistent(session: Discoverer, times: number): Task<Discovery> {
  for (let left = times - 1; ; left--) {
    try {
      return yield* session.discovery();
    } catch (error) {
      if (left <= 0) throw error;
    }
  }
}

/** `ResourceFor`, where kubectl hands on client-go's complaint as it is. */
export function* mappingOrBareError(session: Discoverer, word: string): Task<Mapping> {
  const found = yield* lookUp(session, (discovery) => findMapping(discovery, word), 2);
  if (found === undefined) throw new BareError(`the server doesn't have a resource type "${word.split('.')[0] as string}"`);
  return found;
}

/** The resource, or kubectl's complaint: the builder's `mappingFor`, whose questions are two more where a version is named. */
export function* mappingFor(session: Discoverer, word: string): Task<Mapping> {
  const found = yield* lookUp(session, (discovery) => findMapping(discovery, word), word.split('.').length > 2 ? 6 : 4);
  if (found === undefined) throw new CommandError(`the server doesn't have a resource type "${word.split('.')[0] as string}"`);
  return found;
}

/** Resources of a category such as `all`, in the server's order. */
export function categoryOf(discovery: Discovery, word: string): Mapping[] {
  return discovery.resources.filter((each) => each.preferred && each.categories.includes(word));
}

export function mappingForKind(discovery: Discovery, apiVersion: string, kind: string): Mapping | undefined {
  return discovery.resources.find(
    (each) => groupVersionOf(each.group, each.version) === apiVersion && (each.kind === kind || each.kind.toLowerCase() === kind),
  );
}

/** The resource of an object where no server is asked: a client's dry run, `--local`, an object of one of kubectl's own types. */
export function guessedMapping(value: JsonObject): Mapping {
  const [version = '', group = ''] = text(value, 'apiVersion').split('/').reverse();
  const kind = text(value, 'kind');
  const namespaced = !['Namespace', 'PriorityClass', 'ClusterRole', 'ClusterRoleBinding'].includes(kind);
  const singular = kind.toLowerCase();
  const [verbs, shortNames, categories, subresources] = [[], [], [], []];
  return {
    group,
    version,
    kind,
    singular,
    resource: /(s|x|ch|sh)$/.test(singular) ? `${singular}es` : singular.replace(/y$/, 'ie') + 's',
    namespaced,
    verbs,
    shortNames,
    categories,
    subresources,
    preferred: true,
  };
}

/** The refusal that names what could not be listed: the builder's selector visitor. */
export function enhanceListError(error: unknown, mapping: Mapping, labels: string, fields: string): unknown {
  if (!(error instanceof ServerError) || (error.reason !== 'BadRequest' && error.reason !== 'NotFound')) return error;
  const what = resourceText(mapping);
  const prefix =
    labels === '' && fields === ''
      ? `Unable to list "${what}"`
      : `Unable to find "${what}" that match label selector "${labels}", field selector "${fields}"`;
  return new ServerError(error.status, `${prefix}: ${error.message}`);
}
