import type { Task } from '../../engine/os/task.ts';
import { BareError, CommandError, ServerError } from './errors.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

/** What reading discovery takes of a session. */
export interface DiscoveryReader {
  json(method: string, path: string, options?: { readonly headers?: Readonly<Record<string, string>> }): Task<JsonObject>;
}

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

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Two requests where the server aggregates its discovery, else one a group version. */
export function* loadDiscovery(session: DiscoveryReader): Task<Discovery> {
  const found: Mapping[] = [];
  const groupVersions: string[] = [];
  for (const root of ['/api', '/apis']) {
    const answer = yield* session.json('GET', root, { headers: { accept: AGGREGATED } });
    if (text(answer, 'kind') === 'APIGroupDiscoveryList') readAggregated(answer, found, groupVersions);
    else yield* readEach(session, root, answer, found, groupVersions);
  }
  return { resources: found, groupVersions };
}

function readAggregated(answer: JsonObject, found: Mapping[], groupVersions: string[]): void {
  for (const group of list(answer, 'items')) {
    const name = text(group, 'metadata', 'name');
    list(group, 'versions').forEach((version, i) => {
      groupVersions.push(groupVersionOf(name, text(version, 'version')));
      for (const resource of list(version, 'resources')) {
        found.push({
          group: text(resource, 'responseKind', 'group') || name,
          version: text(version, 'version'),
          resource: text(resource, 'resource'),
          singular: text(resource, 'singularResource'),
          kind: text(resource, 'responseKind', 'kind'),
          namespaced: text(resource, 'scope') === 'Namespaced',
          verbs: list(resource, 'verbs') as string[],
          shortNames: list(resource, 'shortNames') as string[],
          categories: list(resource, 'categories') as string[],
          subresources: list(resource, 'subresources').map((sub) => text(sub, 'subresource')),
          preferred: i === 0,
        });
      }
    });
  }
}

function* readEach(session: DiscoveryReader, root: string, answer: JsonObject, found: Mapping[], groupVersions: string[]): Task<void> {
  const groups: { group: string; version: string; preferred: boolean }[] =
    root === '/api'
      ? list(answer, 'versions').map((version, i) => ({ group: '', version: String(version), preferred: i === 0 }))
      : list(answer, 'groups').flatMap((group) =>
          list(group, 'versions').map((version) => ({
            group: text(group, 'name'),
            version: text(version, 'version'),
            preferred: text(group, 'preferredVersion', 'version') === text(version, 'version'),
          })),
        );
  for (const { group, version, preferred } of groups) {
    groupVersions.push(groupVersionOf(group, version));
    const resources = list(yield* session.json('GET', `${root}/${groupVersionOf(group, version)}`), 'resources');
    for (const resource of resources) {
      const name = text(resource, 'name');
      if (name.includes('/')) continue;
      found.push({
        group: text(resource, 'group') || group,
        version,
        resource: name,
        singular: text(resource, 'singularName'),
        kind: text(resource, 'kind'),
        namespaced: object(resource)['namespaced'] === true,
        verbs: list(resource, 'verbs') as string[],
        shortNames: list(resource, 'shortNames') as string[],
        categories: list(resource, 'categories') as string[],
        subresources: resources
          .map((each) => text(each, 'name'))
          .filter((each) => each.startsWith(`${name}/`))
          .map((each) => each.slice(name.length + 1)),
        preferred,
      });
    }
  }
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

/** Where kubectl hands on client-go's complaint as it is. */
export function* mappingOrBareError(session: { discovery(): Task<Discovery> }, word: string): Task<Mapping> {
  const found = findMapping(yield* session.discovery(), word);
  if (found === undefined) throw new BareError(`the server doesn't have a resource type "${word.split('.')[0] as string}"`);
  return found;
}

/** The resource, or kubectl's complaint. */
export function* mappingFor(session: { discovery(): Task<Discovery> }, word: string): Task<Mapping> {
  const found = findMapping(yield* session.discovery(), word);
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

/** The resource of an object where no server is asked: a client's dry run, `--local`. */
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
    resource: `${singular}s`,
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
