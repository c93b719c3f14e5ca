import type { UserInfo } from '../authn/user.ts';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from '../authn/user.ts';
import type { Attributes, Authorizer, Decision, NonResourceRule, ResourceRule } from './authorizer.ts';

/** Rules for a user or for a group: the part of the bootstrap policy that the cluster's own components live by. */
interface Grant {
  readonly role: string;
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly resourceRules?: readonly ResourceRule[];
  readonly nonResourceRules?: readonly NonResourceRule[];
  /** Only in this namespace. */
  readonly namespace?: string;
}

const READ = ['get', 'list', 'watch'];
const ALL = ['*'];
const PUBLIC = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];

const rule = (verbs: readonly string[], apiGroups: readonly string[], resources: readonly string[]): ResourceRule => ({
  verbs,
  apiGroups,
  resources,
});
const EVENTS = rule(['create', 'patch', 'update'], ['', 'events.k8s.io'], ['events']);
const LEASES = rule(['create', 'get', 'list', 'update', 'watch'], ['coordination.k8s.io'], ['leases']);

const GRANTS: readonly Grant[] = [
  {
    role: 'system:public-info-viewer',
    groups: [AUTHENTICATED, UNAUTHENTICATED],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: PUBLIC }],
  },
  { role: 'system:discovery', groups: [AUTHENTICATED], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: DISCOVERY }] },
  {
    role: 'system:basic-user',
    groups: [AUTHENTICATED],
    resourceRules: [
      rule(['create'], ['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      rule(['create'], ['authentication.k8s.io'], ['selfsubjectreviews']),
    ],
  },
  {
    // Upstream each controller has an account and a role of its own (--use-service-account-credentials).
    role: 'system:kube-controller-manager',
    users: ['system:kube-controller-manager'],
    resourceRules: [rule(ALL, ALL, ALL)],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['*'] }],
  },
  {
    role: 'system:kube-scheduler',
    users: ['system:kube-scheduler'],
    resourceRules: [
      EVENTS,
      LEASES,
      rule(READ, [''], ['nodes', 'namespaces', 'services', 'replicationcontrollers', 'persistentvolumes', 'persistentvolumeclaims']),
      rule(['delete', ...READ], [''], ['pods']),
      rule(['create'], [''], ['bindings', 'pods/binding']),
      rule(['patch', 'update'], [''], ['pods/status']),
      rule(READ, ['apps'], ['replicasets', 'statefulsets']),
      rule(READ, ['policy'], ['poddisruptionbudgets']),
      rule(READ, ['storage.k8s.io'], ['*']),
      rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
      rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews']),
    ],
  },
  {
    // The Node authorizer and NodeRestriction narrow this to a node's own objects.
    role: 'system:node',
    groups: ['system:nodes'],
    resourceRules: [
      EVENTS,
      rule(['create', 'delete', 'get', 'patch', 'update'], ['coordination.k8s.io'], ['leases']),
      rule(READ, [''], ['services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'persistentvolumes']),
      rule(['create', 'get', 'list', 'patch', 'update', 'watch'], [''], ['nodes']),
      rule(['patch', 'update'], [''], ['nodes/status', 'pods/status']),
      rule(['create', 'delete', ...READ], [''], ['pods']),
      rule(['create'], [''], ['pods/eviction', 'serviceaccounts/token']),
      rule(['get'], [''], ['serviceaccounts']),
      rule(READ, ['node.k8s.io', 'storage.k8s.io'], ['*']),
      rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
      rule(['create'], ['authorization.k8s.io'], ['localsubjectaccessreviews', 'subjectaccessreviews']),
    ],
  },
  {
    role: 'system:node-proxier',
    users: ['system:kube-proxy', 'system:serviceaccount:kube-system:kube-proxy'],
    resourceRules: [EVENTS, rule(READ, [''], ['services', 'endpoints', 'nodes']), rule(READ, ['discovery.k8s.io'], ['endpointslices'])],
  },
  {
    role: 'system:coredns',
    users: ['system:serviceaccount:kube-system:coredns'],
    resourceRules: [
      rule(['list', 'watch'], [''], ['endpoints', 'services', 'pods', 'namespaces']),
      rule(['list', 'watch'], ['discovery.k8s.io'], ['endpointslices']),
    ],
  },
  {
    role: 'system:service-account-issuer-discovery',
    groups: ['system:serviceaccounts'],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/.well-known/openid-configuration', '/openid/v1/jwks', '/openid/v1/jwks/'] }],
  },
];

const EVERYTHING = {
  resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL }],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
};

/** `system:masters` may do anything; the components what they need; everybody else discovery and health. */
export class BuiltInPolicy implements Authorizer {
  authorize(attributes: Attributes): Decision {
    const { user } = attributes;
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    for (const grant of GRANTS) {
      const subject = subjectOf(grant, user);
      if (subject === undefined || (grant.namespace !== undefined && grant.namespace !== attributes.namespace)) continue;
      if (allows(grant, attributes)) {
        return {
          allowed: true,
          reason: `RBAC: allowed by ClusterRoleBinding "${grant.role}" of ClusterRole "${grant.role}" to ${subject}`,
        };
      }
    }
    return { allowed: false, reason: '' };
  }

  rulesFor(user: UserInfo, namespace: string): { resourceRules: ResourceRule[]; nonResourceRules: NonResourceRule[] } {
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: NonResourceRule[] = [];
    if (user.groups.includes(MASTERS)) {
      resourceRules.push(...EVERYTHING.resourceRules);
      nonResourceRules.push(...EVERYTHING.nonResourceRules);
    }
    for (const grant of GRANTS) {
      if (subjectOf(grant, user) === undefined || (grant.namespace !== undefined && grant.namespace !== namespace)) continue;
      resourceRules.push(...(grant.resourceRules ?? []));
      nonResourceRules.push(...(grant.nonResourceRules ?? []));
    }
    return { resourceRules, nonResourceRules };
  }
}

/** By which of its names a user has a grant: `Group "system:nodes"`. */
function subjectOf(grant: Grant, user: UserInfo): string | undefined {
  if (grant.users?.includes(user.name) === true) return `User "${user.name}"`;
  const group = grant.groups?.find((name) => user.groups.includes(name));
  return group === undefined ? undefined : `Group "${group}"`;
}

function allows(grant: Grant, attributes: Attributes): boolean {
  const { verb, group, resource, subresource, name, path } = attributes;
  if (!attributes.isResource) {
    return (grant.nonResourceRules ?? []).some(
      (entry) => holds(entry.verbs, verb) && entry.nonResourceURLs.some((url) => matchesPath(url, path)),
    );
  }
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  return (grant.resourceRules ?? []).some(
    (entry) =>
      holds(entry.verbs, verb) &&
      holds(entry.apiGroups, group) &&
      (holds(entry.resources, what) || (subresource !== '' && entry.resources.includes(`*/${subresource}`))) &&
      (entry.resourceNames === undefined || entry.resourceNames.includes(name)),
  );
}

const holds = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted);

function matchesPath(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
}
