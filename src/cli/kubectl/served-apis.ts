import type { Task } from '../../engine/os/task.ts';
import { list, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** What a server offers, in the forms that an older discovery answers and that the cache keeps. */
export interface ServedApis {
  /** An `APIGroupList`, the core group first. */
  readonly groups: JsonObject;
  /** An `APIResourceList` a group version. */
  readonly lists: ReadonlyMap<string, JsonObject>;
}

type Ask = (path: string, headers: Readonly<Record<string, string>>) => Task<JsonObject>;

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Two requests where the server aggregates its discovery, else one more a group version. */
export function* askForApis(ask: Ask): Task<ServedApis> {
  const groups: Json[] = [];
  const lists = new Map<string, JsonObject>();
  for (const root of ['/api', '/apis']) {
    const answer = yield* ask(root, { accept: AGGREGATED });
    if (text(answer, 'kind') === 'APIGroupDiscoveryList') {
      for (const group of list(answer, 'items')) groups.push(splitGroup(group, lists));
      continue;
    }
    const found = root === '/api' ? [coreGroup(answer)] : [...list(answer, 'groups')];
    groups.push(...found);
    for (const version of groupVersionsOf({ groups: found })) lists.set(version, yield* ask(`${root}/${version}`, {}));
  }
  return { groups: { kind: 'APIGroupList', apiVersion: 'v1', groups }, lists };
}

/** The group versions of an `APIGroupList`. */
export function groupVersionsOf(groups: JsonObject): string[] {
  return list(groups, 'groups').flatMap((group) => list(group, 'versions').map((version) => text(version, 'groupVersion')));
}

/** A group of the aggregated form; the first version that is not stale is the preferred one. */
function splitGroup(group: Json, lists: Map<string, JsonObject>): JsonObject {
  const name = text(group, 'metadata', 'name');
  const versions = list(group, 'versions')
    .filter((version) => text(version, 'freshness') !== 'Stale')
    .map((each) => {
      const version = text(each, 'version');
      const groupVersion = name === '' ? version : `${name}/${version}`;
      const resources = list(each, 'resources').flatMap(splitResource);
      lists.set(groupVersion, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources });
      return { groupVersion, version };
    });
  return { name, versions, preferredVersion: versions[0] ?? { groupVersion: '', version: '' } };
}

/** A resource and its subresources, each as one of the list; what says no kind is left out. */
function splitResource(resource: Json): JsonObject[] {
  const common = { singularName: text(resource, 'singularResource'), namespaced: text(resource, 'scope') === 'Namespaced' };
  const described = (name: string, each: Json): JsonObject[] => {
    const { group = '', version = '', kind = '' } = object(each, 'responseKind');
    if (kind === '') return [];
    const [verbs, shortNames, categories] = ['verbs', 'shortNames', 'categories'].map((key) => list(each, key)) as [Json[], Json[], Json[]];
    return [
      {
        name,
        ...common,
        ...(group === '' ? {} : { group }),
        ...(version === '' ? {} : { version }),
        kind,
        verbs,
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
    ];
  };
  const name = text(resource, 'resource');
  return [
    ...described(name, resource),
    ...list(resource, 'subresources').flatMap((each) => described(`${name}/${text(each, 'subresource')}`, each)),
  ];
}

function coreGroup(answer: JsonObject): JsonObject {
  const versions = list(answer, 'versions').map((version) => ({ groupVersion: text(version), version: text(version) }));
  return { name: '', versions, preferredVersion: versions[0] ?? {} };
}
