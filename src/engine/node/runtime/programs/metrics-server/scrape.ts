import type { Node } from '../../../../api/generated/types.ts';
import { NetworkError, type Process } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { readAll } from '../../../../os/text.ts';
import type { Millis } from '../../../../sim/time.ts';
import { klog } from '../go-log.ts';
import type { InClusterClient } from '../in-cluster.ts';
import type { Batch, Point } from './points.ts';

export interface ScrapeOptions {
  /** `--kubelet-preferred-address-types`. */
  readonly addressTypes: readonly string[];
  readonly insecure: boolean;
  readonly ca: string | undefined;
  readonly timeout: Millis;
  /** `--kubelet-use-node-status-port`; otherwise this port. */
  readonly statusPort: boolean;
  readonly port: number;
}

/** Asks a node's kubelet for `/metrics/resource`. Says in the log why nothing came, and adds nothing then. */
export function* scrapeNode(process: Process, client: InClusterClient, node: Node, options: ScrapeOptions, into: Batch): Task<void> {
  const name = node.metadata.name ?? '';
  try {
    const page = yield* fetchPage(process, client, node, options);
    readPage(page, name, process.now(), into);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    if (!ready) return;
    const late = error.code === 'ETIMEDOUT';
    const what = late ? 'Failed to scrape node, timeout to access kubelet' : 'Failed to scrape node';
    const more = late ? ` timeout="${options.timeout / 1000}s"` : '';
    klog(
      process,
      'E',
      'scraper.go:149',
      `${JSON.stringify(what)} err=${JSON.stringify(error.message)} node=${JSON.stringify(name)}${more}`,
    );
  }
}

function* fetchPage(process: Process, client: InClusterClient, node: Node, options: ScrapeOptions): Task<string> {
  const { addresses = [], daemonEndpoints } = node.status ?? {};
  const address = options.addressTypes.flatMap((type) => addresses.find((each) => each.type === type)?.address ?? [])[0];
  if (address === undefined)
    throw new NetworkError(
      'EPROTO',
      `no address matched types [${options.addressTypes.join(' ')}], addresses: [${addresses.map((each) => `{${each.type} ${each.address}}`).join(' ')}]`,
    );
  const endpoint = daemonEndpoints?.kubeletEndpoint as { Port?: number } | undefined;
  const port = options.statusPort ? (endpoint?.Port ?? options.port) : options.port;
  const url = `https://${address}:${port}/metrics/resource`;
  try {
    const answer = yield* process.net.http({
      method: 'GET',
      url,
      headers: { 'user-agent': client.agent, authorization: `Bearer ${client.token()}` },
      timeout: options.timeout,
      tls: { insecure: options.insecure, ...(options.ca === undefined ? {} : { ca: options.ca }) },
    });
    if (answer.status !== 200) {
      answer.body.close();
      throw new NetworkError('EPROTO', `request failed, status: "${answer.status} ${STATUS[answer.status] ?? ''}"`);
    }
    return yield* readAll(answer.body);
  } catch (error) {
    if (!(error instanceof NetworkError) || error.message.startsWith('request failed')) throw error;
    throw new NetworkError(error.code, `Get "${url}": ${error.code === 'ETIMEDOUT' ? 'context deadline exceeded' : error.message}`);
  }
}

const STATUS: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 500: 'Internal Server Error' };

/** Reads a page in Prometheus' text format, with the series that the kubelet has there. */
export function readPage(page: string, node: string, now: Millis, into: Batch): void {
  const own: Partial<Draft> = {};
  const containers = new Map<string, Map<string, Partial<Draft>>>();
  for (const line of page.split('\n')) {
    const [, name = '', , labels = '', text = '', stamp] = /^(\w+)(\{(.*)\})? ([^ ]+)(?: (\d+))?$/.exec(line) ?? [];
    const value = Number(text);
    const at = stamp === undefined ? now : Number(stamp);
    if (name === 'node_cpu_usage_seconds_total') Object.assign(own, { at, cpu: nanos(value) });
    else if (name === 'node_memory_working_set_bytes') own.memory = BigInt(Math.round(value));
    else if (name.startsWith('container_')) {
      const label = (key: string): string => new RegExp(`(?:^|,)${key}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels)?.[1] ?? '';
      const pod = `${label('namespace')}/${label('pod')}`;
      const all = containers.get(pod) ?? new Map<string, Partial<Draft>>();
      const draft = all.get(label('container')) ?? {};
      if (name === 'container_cpu_usage_seconds_total') Object.assign(draft, { at, cpu: nanos(value) });
      else if (name === 'container_memory_working_set_bytes') draft.memory = BigInt(Math.round(value));
      else if (name === 'container_start_time_seconds') draft.started = Math.round(value * 1000);
      containers.set(pod, all.set(label('container'), draft));
    }
  }
  const whole = finished(own);
  if (whole !== undefined) into.nodes.set(node, whole);
  for (const [pod, all] of containers) {
    const points = new Map<string, Point>();
    for (const [name, draft] of all) {
      const point = finished(draft);
      if (point !== undefined) points.set(name, point);
    }
    // What cannot be told of one container is not told of its pod.
    if (points.size === all.size) into.pods.set(pod, points);
  }
}

type Draft = { -readonly [K in keyof Point]: Point[K] };

function finished({ at, cpu, memory, started }: Partial<Draft>): Point | undefined {
  if (at === undefined || cpu === undefined || memory === undefined) return undefined;
  return { at, cpu, memory, ...(started === undefined ? {} : { started }) };
}

const nanos = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9));
