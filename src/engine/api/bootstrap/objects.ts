import data from './objects.json' with { type: 'json' };
import type { ApiObject } from '../meta.ts';

/** Where an object goes, and what it is but for what the server adds (uid, version, time). */
export interface BootstrapObject {
  readonly resource: string;
  readonly object: ApiObject;
}

interface Entry {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

interface Family {
  readonly kind: string;
  readonly apiVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The strategy of the kind counts generations. */
  readonly generation?: number;
}

const RBAC = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};
const FLOW = {
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' },
  generation: 1,
};
const FAMILIES: Readonly<Record<string, Family>> = {
  clusterroles: { kind: 'ClusterRole', ...RBAC },
  clusterrolebindings: { kind: 'ClusterRoleBinding', ...RBAC },
  roles: { kind: 'Role', ...RBAC },
  rolebindings: { kind: 'RoleBinding', ...RBAC },
  prioritylevelconfigurations: { kind: 'PriorityLevelConfiguration', ...FLOW },
  flowschemas: { kind: 'FlowSchema', ...FLOW },
  priorityclasses: { kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', generation: 1 },
  apiservices: { kind: 'APIService', apiVersion: 'apiregistration.k8s.io/v1' },
};

/** What the API server itself puts into an empty cluster: the RBAC policy, flow control, priority classes, its own APIServices. `time` is now. */
export function bootstrapObjects(time: string): BootstrapObject[] {
  const lists = data as unknown as Readonly<Record<string, readonly Entry[]>>;
  return Object.entries(FAMILIES).flatMap(([resource, family]) =>
    (lists[resource] ?? []).map((entry) => ({ resource, object: make(family, entry, time) })),
  );
}

function make(family: Family, entry: Entry, time: string): ApiObject {
  const { name, namespace, labels, role, subjects, plain: _, ...rest } = entry;
  const { kind, apiVersion, generation, annotations } = family;
  const all = { ...family.labels, ...labels };
  return {
    kind,
    apiVersion,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(generation === undefined ? {} : { generation }),
      creationTimestamp: time,
      ...(Object.keys(all).length === 0 ? {} : { labels: all }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(role === undefined ? {} : bindingOf(role as string, subjects as readonly string[])),
    ...rest,
    ...statusOf(kind, rest, time),
  } as ApiObject;
}

const GROUP = 'rbac.authorization.k8s.io';

/** `Group/system:masters`, `ServiceAccount/kube-system/x`; a role without kind is a ClusterRole. */
function bindingOf(role: string, subjects: readonly string[]): object {
  const named = role.startsWith('Role/');
  const all = subjects.map((subject) => {
    const [kind = '', ...path] = subject.split('/');
    if (kind === 'ServiceAccount') return { kind, name: path[1], namespace: path[0] };
    return { kind, apiGroup: GROUP, name: path.join('/') };
  });
  return {
    ...(all.length === 0 ? {} : { subjects: all }),
    roleRef: { apiGroup: GROUP, kind: named ? 'Role' : 'ClusterRole', name: named ? role.slice('Role/'.length) : role },
  };
}

function statusOf(kind: string, { spec }: Readonly<Record<string, unknown>>, time: string): object {
  switch (kind) {
    case 'PriorityLevelConfiguration':
      return { status: {} };
    case 'FlowSchema': {
      const level = (spec as { priorityLevelConfiguration: { name: string } }).priorityLevelConfiguration.name;
      const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} and it exists`;
      return { status: { conditions: [{ type: 'Dangling', status: 'False', lastTransitionTime: time, reason: 'Found', message }] } };
    }
    case 'APIService': {
      const message = 'Local APIServices are always available';
      return { status: { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: time, reason: 'Local', message }] } };
    }
    default:
      return {};
  }
}
