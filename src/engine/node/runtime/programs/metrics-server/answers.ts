import { addQuantities, formatQuantity } from '../../../../api/quantity.ts';
import type { ApiObject, ObjectMeta } from '../../../../api/meta.ts';
import { matchesLabels, parseFieldSelector, parseLabelSelector } from '../../../../api/selector.ts';
import type { ServedResponse } from '../../../../os/process.ts';
import { formatTime, type Millis } from '../../../../sim/time.ts';
import type { Asked } from '../extension-server/access.ts';
import { failureStatus, json } from '../extension-server/answers.ts';
import type { Points, Usage } from './points.ts';
import { goDuration } from '../../../../sim/duration.ts';

const GROUP = 'metrics.k8s.io';
const API = { group: GROUP, version: 'v1beta1' };
const API_VERSION = `${GROUP}/v1beta1`;
const VERSION = { groupVersion: API_VERSION, version: 'v1beta1' };

const GROUP_DOCUMENT = { kind: 'APIGroup', apiVersion: 'v1', name: GROUP, versions: [VERSION], preferredVersion: VERSION };

const DISCOVERY: Readonly<Record<string, object>> = {
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [{ name: GROUP, versions: [VERSION], preferredVersion: VERSION }] },
  [`/apis/${GROUP}`]: GROUP_DOCUMENT,
  [`/apis/${API_VERSION}`]: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: API_VERSION,
    resources: [
      { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
      { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
    ],
  },
};

interface Metrics {
  readonly metadata: ObjectMeta;
  readonly timestamp: string;
  readonly window: string;
  readonly usage?: UsageText;
  readonly containers?: readonly { readonly name: string; readonly usage: UsageText }[];
}

interface UsageText {
  readonly cpu: string;
  readonly memory: string;
}

export interface Known {
  readonly now: Millis;
  readonly points: Points;
  readonly nodes: ReadonlyMap<string, ApiObject>;
  readonly pods: ReadonlyMap<string, ApiObject>;
}

/** Undefined: there is no such thing here. */
export function readPath(path: string): Asked | undefined {
  if (Object.hasOwn(DISCOVERY, path.replace(/\/$/, ''))) return { ...API, resource: '', namespace: '', name: '' };
  const [, namespace = '', resource = '', , name = ''] =
    /^\/apis\/metrics\.k8s\.io\/v1beta1\/(?:namespaces\/([^/]+)\/)?(nodes|pods)(\/([^/]+))?$/.exec(path) ?? [];
  if (resource === 'nodes' && namespace === '') return { ...API, resource, namespace, name };
  // One pod needs its namespace.
  return resource === 'pods' && (namespace !== '' || name === '') ? { ...API, resource, namespace, name } : undefined;
}

/** The Metrics API: reading only. */
export function answerMetrics(
  known: Known,
  method: string,
  path: string,
  query: Readonly<Record<string, string | readonly string[]>>,
  accept: string,
): ServedResponse {
  const asked = readPath(path);
  if (asked === undefined) return json(404, failureStatus(404, 'NotFound', 'the server could not find the requested resource'));
  if (method !== 'GET')
    return json(405, failureStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'));
  const document = DISCOVERY[path.replace(/\/$/, '')];
  if (document !== undefined) return json(200, document);
  const { resource, namespace, name } = asked;
  if (query['watch'] === 'true' || query['watch'] === '1')
    return json(405, failureStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'));
  const kind = resource === 'nodes' ? 'NodeMetrics' : 'PodMetrics';
  const make = (object: ApiObject): Metrics | undefined => (resource === 'nodes' ? ofNode(known, object) : ofPod(known, object));
  if (name !== '') {
    const object = (resource === 'nodes' ? known.nodes : known.pods).get(resource === 'nodes' ? name : `${namespace}/${name}`);
    if (object === undefined) return notFound(resource, '', name);
    const metrics = make(object);
    if (metrics === undefined) return notFound(`${kind.toLowerCase()}`, GROUP, resource === 'nodes' ? name : `${namespace}/${name}`);
    return /;as=Table/.test(accept) ? json(200, table([metrics], kind, query)) : json(200, { kind, apiVersion: API_VERSION, ...metrics });
  }
  let objects: ApiObject[];
  try {
    objects = [...(resource === 'nodes' ? known.nodes : known.pods).values()].filter(selects(namespace, query));
  } catch (error) {
    return json(400, failureStatus(400, 'BadRequest', (error as Error).message));
  }
  const order = ({ metadata }: ApiObject): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  objects.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const items = objects.flatMap((object) => make(object) ?? []);
  return /;as=Table/.test(accept)
    ? json(200, table(items, kind, query))
    : json(200, { kind: `${kind}List`, apiVersion: API_VERSION, metadata: {}, items });
}

function selects(namespace: string, query: Readonly<Record<string, string | readonly string[]>>): (object: ApiObject) => boolean {
  const text = (name: string): string => {
    const value = query[name] ?? '';
    return typeof value === 'string' ? value : (value[0] ?? '');
  };
  const labels = parseLabelSelector(text('labelSelector'));
  const fields = parseFieldSelector(text('fieldSelector'));
  return ({ metadata }) =>
    (namespace === '' || metadata.namespace === namespace) &&
    matchesLabels(labels, metadata.labels) &&
    fields.every(({ field, op, value }) => {
      const actual = field === 'metadata.name' ? metadata.name : field === 'metadata.namespace' ? metadata.namespace : undefined;
      return (actual === value) === (op === '=');
    });
}

function ofNode({ points, now }: Known, node: ApiObject): Metrics | undefined {
  const usage = points.node(node.metadata.name ?? '');
  if (usage === undefined) return undefined;
  return { metadata: metadataOf(node, now), timestamp: formatTime(usage.at), window: goDuration(usage.window), usage: texts(usage) };
}

function ofPod({ points, now }: Known, pod: ApiObject): Metrics | undefined {
  const usages = points.pod(`${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`);
  if (usages === undefined) return undefined;
  let earliest: Usage | undefined;
  for (const usage of usages.values()) if (earliest === undefined || usage.at < earliest.at) earliest = usage;
  const containers = [...usages].map(([name, usage]) => ({ name, usage: texts(usage) }));
  return {
    metadata: metadataOf(pod, now),
    timestamp: formatTime(earliest?.at ?? 0),
    window: goDuration(earliest?.window ?? 0),
    containers,
  };
}

function metadataOf({ metadata: { name = '', namespace, labels } }: ApiObject, now: Millis): ObjectMeta {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: formatTime(now),
    ...(labels === undefined ? {} : { labels }),
  };
}

function texts({ cpu, memory }: Usage): UsageText {
  return {
    cpu: formatQuantity({ nanos: cpu, format: 'DecimalSI' }),
    memory: formatQuantity({ nanos: memory * 1_000_000_000n, format: 'BinarySI' }),
  };
}

function table(items: readonly Metrics[], kind: string, query: Readonly<Record<string, string | readonly string[]>>): object {
  const include = query['includeObject'] ?? 'Metadata';
  const column = (name: string, format: string, description = ''): object => ({ name, type: 'string', format, description, priority: 0 });
  const columns = [column('Name', 'name', 'Name of the resource'), column('cpu', 'quantity'), column('memory', 'quantity'), column('Window', 'duration')]; // prettier-ignore
  const rows = items.map((item) => ({
    cells: [item.metadata.name, ...sums(item), item.window],
    object:
      include === 'None'
        ? null
        : include === 'Object'
          ? { kind, apiVersion: API_VERSION, ...item }
          : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata },
  }));
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {}, columnDefinitions: items.length === 0 ? [] : columns, rows };
}

function sums({ usage, containers = [] }: Metrics): string[] {
  if (usage !== undefined) return [usage.cpu, usage.memory];
  const [cpu, memory] = (['cpu', 'memory'] as const).map((name) => containers.map((each) => each.usage[name]).reduce(addQuantities, '0'));
  return [cpu ?? '0', memory ?? '0'];
}

function notFound(resource: string, group: string, name: string): ServedResponse {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const details = { name, ...(group === '' ? {} : { group }), kind: resource };
  return json(404, failureStatus(404, 'NotFound', `${qualified} ${JSON.stringify(name)} not found`, details));
}
