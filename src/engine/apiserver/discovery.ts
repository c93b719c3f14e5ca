import type { Kind } from '../api/kind.ts';
import { storageVersionHash } from './storage-version-hash.ts';
import { negotiate, type Representation } from './negotiation.ts';
import { jsonResponse } from './response.ts';
import type { ApiResponse } from './types.ts';
import { yamlText } from './yaml-text.ts';

export type PathHandler = (path: string, accept: string, method?: string) => ApiResponse | undefined;

export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** The resources of a group's version. */
export interface Served {
  readonly group: string;
  readonly version: string;
  readonly resources: ApiResource[];
}

const CHANGE = ['get', 'patch', 'update'];
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];
const CONNECT = ['create', 'get'];

// What discovery says of subresources. Where no kind stands it is the kind of the resource itself.
const SUBRESOURCES: Readonly<Record<string, { verbs: readonly string[]; kind?: string; group?: string; version?: string }>> = {
  attach: { verbs: CONNECT, kind: 'PodAttachOptions' },
  binding: { verbs: ['create'], kind: 'Binding' },
  ephemeralcontainers: { verbs: CHANGE },
  eviction: { verbs: ['create'], kind: 'Eviction', group: 'policy', version: 'v1' },
  exec: { verbs: CONNECT, kind: 'PodExecOptions' },
  finalize: { verbs: ['update'] },
  log: { verbs: ['get'] },
  portforward: { verbs: CONNECT, kind: 'PodPortForwardOptions' },
  resize: { verbs: CHANGE },
  scale: { verbs: CHANGE, kind: 'Scale', group: 'autoscaling', version: 'v1' },
  status: { verbs: CHANGE },
  token: { verbs: ['create'], kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1' },
};

const question = (name: string, kind: string, namespaced: boolean): ApiResource => ({
  name,
  singularName: kind.toLowerCase(),
  namespaced,
  kind,
  verbs: ['create'],
});

// Resources that are asked, not stored: they have no kind of their own in the registry of kinds.
const QUESTIONS: readonly Served[] = [
  {
    group: '',
    version: 'v1',
    resources: [
      question('bindings', 'Binding', true),
      { ...question('componentstatuses', 'ComponentStatus', false), verbs: ['get', 'list'], shortNames: ['cs'] },
    ],
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    resources: [question('selfsubjectreviews', 'SelfSubjectReview', false), question('tokenreviews', 'TokenReview', false)],
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    resources: [
      question('localsubjectaccessreviews', 'LocalSubjectAccessReview', true),
      question('selfsubjectaccessreviews', 'SelfSubjectAccessReview', false),
      question('selfsubjectrulesreviews', 'SelfSubjectRulesReview', false),
      question('subjectaccessreviews', 'SubjectAccessReview', false),
    ],
  },
];

// The order in which a real server lists the groups: it is the order in which their clients prefer them.
const GROUP_ORDER = [
  'apiregistration.k8s.io', 'apps', 'events.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'certificates.k8s.io',
  'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'admissionregistration.k8s.io', 'apiextensions.k8s.io',
  'scheduling.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'discovery.k8s.io', 'resource.k8s.io', 'flowcontrol.apiserver.k8s.io',
]; // prettier-ignore

// Everybody is told the address that the server advertises: the control-plane node's.
const ADDRESSES = [{ clientCIDR: '0.0.0.0/0', serverAddress: '192.168.0.10:6443' }];

/** Answers `/api`, `/apis` and what lies below them down to the lists of resources; undefined for any other path. */
export function discovery(kinds: readonly Kind[], elsewhere: readonly Served[] = []): PathHandler {
  const served = [...collect(kinds), ...elsewhere];
  const groups = [...new Set(served.map(({ group }) => group))]
    .filter((group) => group !== '')
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  // Of the built-in groups the order is that of the kinds; else the most stable and newest version comes first.
  const ofGroup = (group: string): Served[] => {
    const own = served.filter((one) => one.group === group);
    return group === '' || GROUP_ORDER.includes(group) ? own : own.sort((a, b) => compareVersions(a.version, b.version));
  };

  // Made once: who looks for new resources asks every half minute.
  const aggregated = { api: aggregate([''], ofGroup), apis: aggregate(groups, ofGroup) };

  return (path, accept) => {
    const [root, first, second, ...more] = path.split('/').slice(1);
    if (more.length > 0 || (root !== 'api' && root !== 'apis')) return undefined;
    const answer = (make: (representation: Representation) => object): ApiResponse => {
      const representation = negotiate(accept, first === undefined ? 'discovery-root' : 'other');
      return present(make(representation), representation);
    };
    if (root === 'api') {
      if (first === undefined) return answer((form) => (form.aggregated === true ? aggregated.api : apiVersions(ofGroup(''))));
      const core = served.find(({ group, version }) => group === '' && version === first);
      return core === undefined || second !== undefined ? undefined : answer(() => resourceList(core));
    }
    if (first === undefined) return answer((form) => (form.aggregated === true ? aggregated.apis : groupList(groups, ofGroup)));
    if (!groups.includes(first)) return undefined;
    if (second === undefined) return answer(() => ({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(first, ofGroup(first)) }));
    const one = served.find(({ group, version }) => group === first && version === second);
    return one === undefined ? undefined : answer(() => resourceList(one));
  };
}

function present(body: object, { format, aggregated }: Representation): ApiResponse {
  if (format === 'yaml')
    return { code: 200, headers: { 'content-type': 'application/yaml', 'cache-control': 'no-cache, private' }, body: yamlText(body) };
  if (aggregated !== true) return jsonResponse(200, body);
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  return { code: 200, headers: { 'content-type': type, 'cache-control': 'public', vary: 'Accept' }, body };
}

function collect(kinds: readonly Kind[]): Served[] {
  const served = new Map<string, Served>();
  const put = (group: string, version: string, resources: readonly ApiResource[]): void => {
    const key = `${group}/${version}`;
    const one = served.get(key) ?? { group, version, resources: [] };
    one.resources.push(...resources);
    served.set(key, one);
  };
  for (const kind of kinds) put(kind.group, kind.version, resourcesOf(kind));
  for (const { group, version, resources } of QUESTIONS) put(group, version, resources);
  for (const { resources } of served.values()) resources.sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...served.values()];
}

function resourcesOf(kind: Kind): ApiResource[] {
  const { resource, singular, namespaced, shortNames, categories, verbs, subresources } = kind;
  const own: ApiResource = {
    name: resource,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    // Worked out where it is shown: aggregated discovery, which is what components ask for, does not.
    get storageVersionHash() {
      return storageVersionHash(kind);
    },
  };
  const names = [...(subresources.others ?? [])];
  if (subresources.status !== undefined) names.push('status');
  if (subresources.scale !== undefined) names.push('scale');
  const subs = [...new Set(names)].map((name): ApiResource => {
    const {
      verbs: does,
      kind: other,
      ...place
    } = name === 'proxy' ? { verbs: PROXY, kind: `${kind.kind}ProxyOptions` } : (SUBRESOURCES[name] ?? { verbs: CHANGE });
    return { name: `${resource}/${name}`, singularName: '', namespaced, ...place, kind: other ?? kind.kind, verbs: does };
  });
  return [own, ...subs];
}

function apiVersions(core: readonly Served[]): object {
  return { kind: 'APIVersions', versions: core.map(({ version }) => version), serverAddressByClientCIDRs: ADDRESSES };
}

function resourceList({ group, version, resources }: Served): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources,
  };
}

function apiGroup(name: string, versions: readonly Served[]): object {
  const all = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

function groupList(groups: readonly string[], ofGroup: (group: string) => Served[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => apiGroup(group, ofGroup(group))) };
}

function aggregate(groups: readonly string[], ofGroup: (group: string) => Served[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: ofGroup(group).map(({ version, resources }) => ({
        version,
        resources: aggregateResources(resources),
        freshness: 'Current',
      })),
    })),
  };
}

function aggregateResources(resources: readonly ApiResource[]): object[] {
  const responseKind = ({ group = '', version = '', kind }: ApiResource): object => ({ group, version, kind });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((own) => {
      const subresources = resources
        .filter(({ name }) => name.startsWith(`${own.name}/`))
        .map((sub) => ({ subresource: sub.name.slice(own.name.length + 1), responseKind: responseKind(sub), verbs: sub.verbs }));
      return {
        resource: own.name,
        responseKind: responseKind(own),
        scope: own.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: own.singularName,
        verbs: own.verbs,
        ...(own.shortNames === undefined ? {} : { shortNames: own.shortNames }),
        ...(own.categories === undefined ? {} : { categories: own.categories }),
        ...(subresources.length === 0 ? {} : { subresources }),
      };
    });
}

/** `v2`, `v1`, `v1beta2`, `v1alpha1`, then anything else by name (`version.CompareKubeAwareVersionStrings`). */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text));
  if (left === null || left === undefined || right === null || right === undefined) return left ? -1 : right ? 1 : a < b ? -1 : 1;
  const stability = (match: RegExpExecArray): number => (match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0);
  return stability(right) - stability(left) || Number(right[1]) - Number(left[1]) || Number(right[3] ?? 0) - Number(left[3] ?? 0);
}

function rank(group: string): number {
  const at = GROUP_ORDER.indexOf(group);
  return at < 0 ? GROUP_ORDER.length : at;
}
