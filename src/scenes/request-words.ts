// What the usual resources are called one by one. Others keep their plural.
const KINDS: Readonly<Record<string, string>> = {
  bindings: 'Binding',
  configmaps: 'ConfigMap',
  cronjobs: 'CronJob',
  customresourcedefinitions: 'CustomResourceDefinition',
  daemonsets: 'DaemonSet',
  deployments: 'Deployment',
  endpoints: 'Endpoints',
  endpointslices: 'EndpointSlice',
  events: 'Event',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler',
  ingresses: 'Ingress',
  jobs: 'Job',
  leases: 'Lease',
  namespaces: 'Namespace',
  networkpolicies: 'NetworkPolicy',
  nodes: 'Node',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  persistentvolumes: 'PersistentVolume',
  pods: 'Pod',
  replicasets: 'ReplicaSet',
  rolebindings: 'RoleBinding',
  roles: 'Role',
  secrets: 'Secret',
  serviceaccounts: 'ServiceAccount',
  services: 'Service',
  statefulsets: 'StatefulSet',
  subjectaccessreviews: 'SubjectAccessReview',
};

const VERBS: Readonly<Record<string, string>> = { POST: 'creates', PUT: 'updates', PATCH: 'changes', DELETE: 'deletes' };

/** A request in words, to stand after its sender: `POST /api/v1/namespaces/default/pods` → "creates a Pod". */
export function asked(method: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const root = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : 0;
  let rest = parts.slice(root);
  if (root === 0 || rest.length === 0) return method === 'GET' ? `asks the API server for ${path}` : `sends ${method} ${path}`;
  if (rest[0] === 'namespaces' && rest.length > 2) rest = rest.slice(2);
  const [resource = '', name, sub] = rest;
  const kind = KINDS[resource] ?? resource;
  const one = name === undefined ? `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}` : `${kind} ${name}`;
  if (sub === 'binding') return `binds ${one} to its node`;
  if (sub === 'status') return `writes the status of ${one}`;
  if (sub === 'scale' && method !== 'GET') return `scales ${one}`;
  if (sub === 'eviction') return `asks for the eviction of ${one}`;
  if (sub === 'token') return `asks for a token of ${one}`;
  if (sub === 'log') return `reads the log of ${one}`;
  if (sub === 'exec') return `runs a command in ${one}`;
  const whole = sub === undefined ? one : `the ${sub} of ${one}`;
  if (method === 'GET') return name === undefined ? `reads the list of ${resource}` : `reads ${whole}`;
  if (name === undefined && method === 'DELETE') return `deletes ${resource}`;
  return `${VERBS[method] ?? `sends ${method} to`} ${whole}`;
}
