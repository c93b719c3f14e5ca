import type { ApiObject } from '../../../../api/meta.ts';
import { matchesLabels, parseLabelSelector, type Requirement } from '../../../../api/selector.ts';
import type { ServedResponse } from '../../../../os/process.ts';
import { SECOND, formatTime, type Millis } from '../../../../sim/time.ts';
import type { Asked } from '../extension-server/access.ts';
import { failureStatus, json } from '../extension-server/answers.ts';
import type { Reading, SeriesStore } from './series.ts';

export const CUSTOM = 'custom.metrics.k8s.io';
export const EXTERNAL = 'external.metrics.k8s.io';
const VERSIONS: Readonly<Record<string, readonly string[]>> = { [CUSTOM]: ['v1beta2', 'v1beta1'], [EXTERNAL]: ['v1beta1'] };
/** Objects other than pods that a label of a series may name, by the label: as prometheus-adapter maps them. */
const OBJECTS: Readonly<Record<string, { readonly resource: string; readonly kind: string; readonly apiVersion: string }>> = {
  service: { resource: 'services', kind: 'Service', apiVersion: '/v1' },
  ingress: { resource: 'ingresses.networking.k8s.io', kind: 'Ingress', apiVersion: 'networking.k8s.io/v1' },
  deployment: { resource: 'deployments.apps', kind: 'Deployment', apiVersion: 'apps/v1' },
};

export interface Known {
  readonly now: Millis;
  readonly series: SeriesStore;
  readonly pods: ReadonlyMap<string, ApiObject>;
}

type Query = Readonly<Record<string, string | readonly string[]>>;
type Labels = Readonly<Record<string, string>>;

/** What a path names; undefined where there is no such thing. */
export function readPath(path: string): Asked | undefined {
  const [, group = '', version = '', rest = ''] = /^\/apis(?:\/([^/]+)(?:\/([^/]+)(?:\/(.+))?)?)?\/?$/.exec(path) ?? [];
  const none = { group, version, resource: '', namespace: '', name: '' };
  if (group === '') return /^\/apis\/?$/.test(path) ? none : undefined;
  if (VERSIONS[group] === undefined || (version !== '' && !VERSIONS[group].includes(version))) return undefined;
  if (rest === '') return none;
  const [, namespace = '', ...parts] = /^namespaces\/([^/]+)\/(.+)$/.exec(rest) ?? [];
  const [resource = '', name = '', subresource] = (parts[0] ?? '').split('/');
  if (namespace === '') return undefined;
  if (group === EXTERNAL) return { ...none, resource, namespace };
  // `/namespaces/x/metrics/y` is a metric of the namespace itself.
  if (resource === 'metrics' && subresource === undefined) return { ...none, resource: 'namespaces', name: namespace, namespace, subresource: name }; // prettier-ignore
  return subresource === undefined ? undefined : { ...none, resource, name, namespace, subresource };
}

/** The custom and the external metrics API: reading only. */
export function answerMetrics(known: Known, method: string, asked: Asked, query: Query): ServedResponse {
  if (method !== 'GET')
    return json(405, failureStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'));
  if (asked.resource === '') return describe(known, asked);
  try {
    return asked.group === EXTERNAL ? external(known, asked, query) : custom(known, asked, query);
  } catch (error) {
    return json(400, failureStatus(400, 'BadRequest', (error as Error).message));
  }
}

function describe({ series }: Known, { group, version }: Asked): ServedResponse {
  const groupOf = (name: string): object => {
    const versions = (VERSIONS[name] ?? []).map((each) => ({ groupVersion: `${name}/${each}`, version: each }));
    return { name, versions, preferredVersion: versions[0] };
  };
  if (group === '') return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: [CUSTOM, EXTERNAL].map(groupOf) });
  if (version === '') return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) });
  const entry = (name: string, namespaced: boolean, kind: string): object => ({ name, singularName: '', namespaced, kind, verbs: ['get'] });
  const resources = series.metrics.flatMap((metric) =>
    group === EXTERNAL
      ? [entry(metric, true, 'ExternalMetricValueList')]
      : [entry(`namespaces/${metric}`, false, 'MetricValueList'), entry(`pods/${metric}`, true, 'MetricValueList')],
  );
  return json(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources });
}

function custom(known: Known, { version, resource, name, namespace, subresource = '' }: Asked, query: Query): ServedResponse {
  const metricSelector = requirements(query, 'metricLabelSelector');
  const read = (fits: (labels: Labels) => boolean): Reading | undefined =>
    known.series.read(
      subresource,
      (labels) => labels['namespace'] === namespace && fits(labels) && matchesLabels(metricSelector, labels),
      known.now,
    );
  const object = Object.entries(OBJECTS).find(([, each]) => each.resource === resource);
  const items: object[] = [];
  const add = (kind: string, apiVersion: string, each: string, reading: Reading | undefined): void => {
    if (reading === undefined) return;
    const describedObject = { kind, ...(kind === 'Namespace' ? {} : { namespace }), name: each, apiVersion };
    items.push({
      describedObject,
      ...(version === 'v1beta1' ? { metricName: subresource } : { metric: { name: subresource, selector: null } }),
      ...value(reading),
      ...(version === 'v1beta1' ? { selector: null } : {}),
    });
  };
  if (resource === 'namespaces')
    add('Namespace', '/v1', namespace, read(() => true)); // prettier-ignore
  else if (resource === 'pods') {
    const selector = requirements(query, 'labelSelector');
    for (const { metadata } of [...known.pods.values()].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))) {
      const { name: pod = '' } = metadata;
      if (metadata.namespace !== namespace || (name !== '*' && pod !== name) || !matchesLabels(selector, metadata.labels)) continue;
      add('Pod', '/v1', pod, read((labels) => labels['pod'] === pod)); // prettier-ignore
    }
  } else if (object !== undefined && name !== '*') {
    const [label, { kind, apiVersion }] = object;
    add(kind, apiVersion, name, read((labels) => labels[label] === name)); // prettier-ignore
  }
  if (items.length === 0 && name !== '*') {
    const text = `the server could not find the metric ${subresource} for ${resource} ${name}`;
    return json(404, failureStatus(404, 'NotFound', text));
  }
  if (items.length === 0 && !known.series.metrics.includes(subresource)) {
    const text = `the server could not find the metric ${subresource} for ${resource}`;
    return json(404, failureStatus(404, 'NotFound', text));
  }
  return json(200, { kind: 'MetricValueList', apiVersion: `${CUSTOM}/${version}`, metadata: {}, items });
}

/** A metric by its name alone: the sum over all series of the namespace that fit the labels. */
function external(known: Known, { resource: metric, namespace }: Asked, query: Query): ServedResponse {
  const selector = requirements(query, 'labelSelector');
  const reading = known.series.read(metric, (labels) => labels['namespace'] === namespace && matchesLabels(selector, labels), known.now);
  const items = reading === undefined ? [] : [{ metricName: metric, metricLabels: {}, ...value(reading) }];
  return json(200, { kind: 'ExternalMetricValueList', apiVersion: `${EXTERNAL}/v1beta1`, metadata: {}, items });
}

function value({ value: amount, at, window }: Reading): object {
  const milli = Math.round(amount * 1000);
  return {
    timestamp: formatTime(at),
    ...(window === undefined ? {} : { windowSeconds: Math.round(window / SECOND) }),
    value: milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`,
  };
}

function requirements(query: Query, name: string): Requirement[] {
  const given = query[name] ?? '';
  return parseLabelSelector(typeof given === 'string' ? given : (given[0] ?? ''));
}
