import { notFound } from '../api/errors.ts';
import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import type { RequestContext } from './context.ts';
import type { ObjectList } from './list.ts';
import { presentList, presentObject } from './present.ts';
import { methodNotAllowed } from './response.ts';
import type { ApiResponse } from './types.ts';

interface ComponentStatus extends ApiObject {
  readonly conditions: readonly { type: string; status: string; message: string }[];
}

/** Deprecated since v1.19, and still what `kubectl get cs` asks for. Never stored. */
const KIND: Kind = {
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  resource: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  categories: [],
  namespaced: false,
  verbs: ['get', 'list'],
  schema: 'ComponentStatus',
  nameRule: 'dns-subdomain',
  strategy: {},
  subresources: {},
  columns: [
    column('Name', ({ metadata }) => metadata.name ?? ''),
    column('Status', () => 'Healthy'),
    column('Message', ({ conditions }) => conditions[0]?.message ?? ''),
    column('Error', () => ''),
  ] as unknown as Kind['columns'],
  fidelity: { level: 'partial' },
};

// What is not stored has no revision.
const NO_VERSION = {} as ObjectList['metadata'];
const NAMES = ['controller-manager', 'scheduler', 'etcd-0'];
const DEPRECATED = 'v1 ComponentStatus is deprecated in v1.19+';

/** `/api/v1/componentstatuses`: the components that the server can see, all well. Undefined for any other resource. */
export function componentStatuses(context: RequestContext): ApiResponse | undefined {
  const { group, resource, name, verb, namespace, subresource } = context.info;
  if (group !== '' || resource !== KIND.resource || namespace !== '' || subresource !== '') return undefined;
  if (verb !== 'get' && verb !== 'list') throw methodNotAllowed();
  if (context.wire) context.warnings.push(DEPRECATED);
  if (verb === 'list')
    return presentList(context, KIND, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: NO_VERSION, items: NAMES.map(statusOf) });
  // Named by the singular here.
  if (!NAMES.includes(name)) throw notFound({ group: '', resource: KIND.singular, name });
  return presentObject(context, KIND, 200, statusOf(name));
}

function statusOf(name: string): ComponentStatus {
  return {
    kind: KIND.kind,
    apiVersion: 'v1',
    metadata: { name },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  };
}

function column(name: string, value: (object: ComponentStatus) => string): object {
  return { name, type: 'string', ...(name === 'Name' ? { format: 'name' } : {}), priority: 0, value };
}
