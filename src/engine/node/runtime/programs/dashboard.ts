import type { Deployment, Node, Pod, Service } from '../../../api/generated/types.ts';
import type { ApiObject } from '../../../api/meta.ts';
import { say, untilSignal } from '../../../os/daemon.ts';
import { NetworkError, type Process, type ServedRequest, type ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { InClusterClient } from './in-cluster.ts';

const PORT = 9090;

/** A list of the page: its heading, where the API has it, and what a row says. */
interface Section {
  readonly title: string;
  readonly path: string;
  readonly columns: readonly string[];
  readonly cells: (object: ApiObject) => readonly string[];
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Nodes',
    path: '/api/v1/nodes',
    columns: ['Name', 'Ready'],
    cells: (object) => {
      const { metadata, status } = object as Node;
      return [metadata.name ?? '', status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown'];
    },
  },
  {
    title: 'Deployments',
    path: '/apis/apps/v1/deployments',
    columns: ['Namespace', 'Name', 'Pods', 'Images'],
    cells: (object) => {
      const { metadata, spec, status } = object as Deployment;
      const images = spec?.template?.spec?.containers.map(({ image = '' }) => image) ?? [];
      return [metadata.namespace ?? '', metadata.name ?? '', `${status?.readyReplicas ?? 0} / ${spec?.replicas ?? 0}`, images.join(', ')];
    },
  },
  {
    title: 'Pods',
    path: '/api/v1/pods',
    columns: ['Namespace', 'Name', 'Status', 'Node'],
    cells: (object) => {
      const { metadata, spec, status } = object as Pod;
      return [metadata.namespace ?? '', metadata.name ?? '', status?.phase ?? '', spec?.nodeName ?? '-'];
    },
  },
  {
    title: 'Services',
    path: '/api/v1/services',
    columns: ['Namespace', 'Name', 'Type', 'Cluster IP'],
    cells: (object) => {
      const { metadata, spec } = object as Service;
      return [metadata.namespace ?? '', metadata.name ?? '', spec?.type ?? '', spec?.clusterIP ?? ''];
    },
  },
];

/** The Dashboard: a page of lists, read from the API with the pod's own account when somebody asks for it. */
export function* dashboard(process: Process): Task<number> {
  process.use({ memory: 40 * 1024 * 1024, cpu: 2 });
  const log = (text: string): void => say(process.stdout, `${text}\n`);
  log('Starting overwatch');
  log('Using namespace: kubernetes-dashboard');
  let client: InClusterClient;
  try {
    client = new InClusterClient(process, 'dashboard/v2.7.0');
  } catch (error) {
    log(`panic: ${(error as Error).message}`);
    return 2;
  }
  log('Using in-cluster config to connect to apiserver');
  process.net.serveHttp(PORT, (request) => answer(client, request));
  log(`Serving insecurely on HTTP port: ${PORT}`);
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}

/** Keeps a few minutes of metrics for the Dashboard's charts; here it answers that it is there. */
export function* metricsScraper(process: Process): Task<number> {
  process.use({ memory: 15 * 1024 * 1024, cpu: 1 });
  process.net.serveHttp(8000, ({ path }) => ({ status: 200, body: `URL: ${path}` }));
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}

function* answer(client: InClusterClient, { path }: ServedRequest): Task<ServedResponse> {
  if (path.replace(/\?.*/, '') !== '/') return { status: 404, body: '404 page not found\n' };
  try {
    const parts: string[] = [];
    for (const section of SECTIONS) parts.push(yield* list(client, section));
    const body = `<!doctype html>\n<html lang="en">\n<head>\n<title>Kubernetes Dashboard</title>\n</head>\n<body>\n<h1>Kubernetes Dashboard</h1>\n${parts.join('')}</body>\n</html>\n`;
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return { status: 500, body: `${error.message}\n` };
  }
}

function* list(client: InClusterClient, { title, path, columns, cells }: Section): Task<string> {
  const { body } = yield* client.call('GET', path);
  const { items, message } = body as { items?: readonly ApiObject[]; message?: string };
  if (items === undefined) return `<h2>${title}</h2>\n<p>${escaped(message ?? '')}</p>\n`;
  const row = (tag: string, values: readonly string[]): string =>
    `<tr>${values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join('')}</tr>\n`;
  return `<h2>${title}</h2>\n<table>\n${row('th', columns)}${items.map((item) => row('td', cells(item))).join('')}</table>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
