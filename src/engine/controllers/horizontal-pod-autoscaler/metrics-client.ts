import type { CrossVersionObjectReference } from '../../api/generated/types.ts';
import { qualified } from '../../api/errors.ts';
import type { Status } from '../../api/meta.ts';
import { quantityMilli } from '../../api/quantity.ts';
import type { ApiResponse } from '../../apiserver/types.ts';
import { discovery } from '../../client/calls.ts';
import type { Client, DiscoveredResource } from '../../client/client.ts';
import { plainMessage } from '../../client/plain-refusal.ts';
import type { Task } from '../../os/task.ts';
import { MINUTE, SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { SyncError } from '../reconciler.ts';
import { groupVersion, noKindMatch } from '../scale-client.ts';
import { parseDuration } from '../../sim/duration.ts';

/** What was measured of one pod, in thousandths. */
export interface PodMetric {
  readonly value: bigint;
  readonly timestamp: Millis;
  readonly window: Millis;
}
export type PodMetrics = Map<string, PodMetric>;

interface Usage {
  metadata: { name: string; namespace?: string };
  timestamp: string;
  window: string;
  containers?: { name: string; usage: Record<string, string> }[];
}
interface MetricValue {
  describedObject?: { name?: string };
  timestamp?: string;
  windowSeconds?: number;
  value: string;
}

const CUSTOM = 'custom.metrics.k8s.io';
const EXTERNAL = 'external.metrics.k8s.io';
const CUSTOM_VERSIONS = ['v1beta2', 'v1beta1'];
// metrics/client.go: metricServerDefaultMetricWindow, for what does not tell its own.
const DEFAULT_WINDOW: Millis = MINUTE;

/** Where an autoscaler gets its numbers: three APIs that other servers serve, behind the API server. */
export class MetricsClient {
  constructor(
    readonly client: Client,
    readonly resourceOf: (version: string, kind: string) => DiscoveredResource | undefined,
  ) {}

  /** CPU or memory of pods, or of one of their containers, from `metrics.k8s.io`. */
  *resource(resource: string, namespace: string, selector: string, container: string): Task<PodMetrics> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    const items = yield* this.#items<Usage>('resource', path, selectorQuery(selector), 'pods.metrics.k8s.io');
    if (items.length === 0) throw new SyncError('no metrics returned from resource metrics API');
    const found: PodMetrics = new Map();
    for (const { metadata, timestamp, window, containers = [] } of items) {
      let counted = containers;
      if (container !== '') {
        counted = containers.filter(({ name }) => name === container);
        if (counted.length === 0)
          throw new SyncError(
            `failed to get container metrics: container ${container} not present in metrics for pod ${metadata.namespace ?? ''}/${metadata.name}`,
          );
      }
      // One container that was not measured makes the pod one of which nothing is known.
      if (counted.length === 0 || counted.some(({ usage }) => usage[resource] === undefined)) continue;
      const value = counted.reduce((sum, { usage }) => sum + milli(usage[resource]), 0n);
      found.set(metadata.name, { value, timestamp: parseTime(timestamp), window: parseDuration(window) ?? 0 });
    }
    return found;
  }

  /** A metric of pods, from `custom.metrics.k8s.io`. */
  *pods(metric: string, namespace: string, selector: string, metricSelector: string): Task<PodMetrics> {
    const items = yield* this.#custom(namespace, 'pods', '*', metric, {
      ...selectorQuery(selector),
      ...(metricSelector === '' ? {} : { metricLabelSelector: metricSelector }),
    });
    if (items.length === 0) throw new SyncError('no metrics returned from custom metrics API');
    return new Map(
      items.map(({ describedObject, timestamp = '', windowSeconds, value }) => [
        describedObject?.name ?? '',
        {
          value: milli(value),
          timestamp: parseTime(timestamp),
          window: windowSeconds === undefined ? DEFAULT_WINDOW : windowSeconds * SECOND,
        },
      ]),
    );
  }

  /** A metric of any one object, in thousandths. */
  *object(metric: string, namespace: string, described: CrossVersionObjectReference, metricSelector: string): Task<bigint> {
    const { kind, name, apiVersion = '' } = described;
    const { group } = groupVersion(apiVersion);
    const query = metricSelector === '' ? {} : { metricLabelSelector: metricSelector };
    let items: readonly MetricValue[];
    if (kind === 'Namespace' && group === '') items = yield* this.#custom(namespace, 'metrics', metric, '', query);
    else {
      const resource = this.resourceOf(apiVersion, kind);
      if (resource === undefined) {
        const { message } = noKindMatch(kind, group);
        throw new SyncError(
          `unable to fetch metrics from custom metrics API: unable to map kind ${qualified(kind, group)} to resource: ${message}`,
        );
      }
      items = yield* this.#custom(namespace, qualified(resource.resource, resource.group), name, metric, query);
    }
    const [only] = items;
    if (only === undefined || items.length !== 1)
      throw new SyncError(
        `unable to fetch metrics from custom metrics API: the custom metrics API server returned ${items.length} results when we asked for exactly one`,
      );
    return milli(only.value);
  }

  /** The values of a metric of something outside the cluster, in thousandths. */
  *external(metric: string, namespace: string, selector: string): Task<bigint[]> {
    const path = `/apis/${EXTERNAL}/v1beta1/namespaces/${namespace}/${metric}`;
    const items = yield* this.#items<MetricValue>('external', path, selectorQuery(selector), `${metric}.${EXTERNAL}`);
    if (items.length === 0) throw new SyncError('no metrics returned from external metrics API');
    return items.map(({ value }) => milli(value));
  }

  *#custom(
    namespace: string,
    resource: string,
    name: string,
    metric: string,
    query: Readonly<Record<string, string>>,
  ): Task<readonly MetricValue[]> {
    const { items: groups } = yield* this.client.perform(discovery('/apis'));
    const versions = groups.find(({ metadata }) => metadata?.name === CUSTOM)?.versions?.map(({ version }) => version);
    if (versions === undefined)
      throw new SyncError(`unable to fetch metrics from custom metrics API: no custom metrics API (${CUSTOM}) registered`);
    const version = versions.find((each) => CUSTOM_VERSIONS.includes(each)) ?? CUSTOM_VERSIONS[0];
    const path = `/apis/${CUSTOM}/${version}/namespaces/${namespace}/${resource}/${name}${metric === '' ? '' : `/${metric}`}`;
    return yield* this.#items<MetricValue>('custom', path, query, `${resource}.${CUSTOM} ${name}`);
  }

  /** The items of a list. `what`: how client-go's sentences name the resource that was asked for. */
  *#items<T>(api: string, path: string, query: Readonly<Record<string, string>>, what: string): Task<readonly T[]> {
    const { transport, actor, credentials } = this.client;
    const headers = { 'user-agent': actor, accept: 'application/json' };
    const response = yield* transport.handle({ method: 'GET', path, query, actor, credentials, headers });
    const body = valueOf(response);
    if (response.code >= 400) {
      const said = (body as Partial<Status> | undefined)?.kind === 'Status' ? (body as Status).message : undefined;
      throw new SyncError(`unable to fetch metrics from ${api} metrics API: ${said ?? `${plainMessage(response)} (get ${what})`}`);
    }
    return (body as { items?: readonly T[] | null } | undefined)?.items ?? [];
  }
}

function valueOf({ body }: ApiResponse): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // Plain text, such as `service unavailable`.
    return undefined;
  }
}

function selectorQuery(selector: string): Record<string, string> {
  return selector === '' ? {} : { labelSelector: selector };
}

function milli(quantity: string | undefined): bigint {
  return BigInt(quantityMilli(quantity));
}
