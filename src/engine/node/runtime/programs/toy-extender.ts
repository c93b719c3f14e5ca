import type { Node, Pod } from '../../../api/generated/types.ts';
import { untilSignal } from '../../../os/daemon.ts';
import { goLog } from '../../../os/go-log.ts';
import { type Process, type ServedRequest, type ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { decode } from '../../../os/text.ts';
import { InClusterClient } from './in-cluster.ts';

/** k8s.io/kube-scheduler/extender/v1.ExtenderArgs and ExtenderBindingArgs, as they come over the wire. */
interface Question {
  readonly Pod?: Pod;
  readonly Nodes?: { readonly items?: readonly Node[] } | null;
  readonly NodeNameToVictims?: Readonly<Record<string, { readonly Pods?: readonly Pod[]; readonly NumPDBViolations?: number }>> | null;
  readonly PodName?: string;
  readonly PodNamespace?: string;
  readonly PodUID?: string;
  readonly Node?: string;
}

/**
 * `kubernotes/toy-extender`: a program that a scheduler asks. `/filter` lets pass nodes with the label REQUIRED_LABEL, `/prioritize` gives ten points to
 * those with PREFERRED_LABEL, `/bind` binds with the pod's own account, `/preempt` spares the pods of the node SPARED_NODE. DELAY_MS makes it slow. It wants whole nodes (`nodeCacheCapable: false`).
 */
export function* toyExtender(process: Process): Task<number> {
  process.use({ memory: 8 * 1024 * 1024, cpu: 1 });
  const port = Number(process.env.get('PORT') ?? 8888);
  process.net.serveHttp(port, (request) => answer(process, request));
  goLog(process, `extender listens on :${port}`);
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}

function* answer(process: Process, { path, body }: ServedRequest): Task<ServedResponse> {
  const delay = Number(process.env.get('DELAY_MS') ?? 0);
  if (delay > 0) yield* process.sleep(delay);
  let question: Question;
  try {
    question = JSON.parse(decode(body)) as Question;
  } catch {
    return { status: 400, body: 'the body is no JSON\n' };
  }
  const nodes = question.Nodes?.items ?? [];
  goLog(process, `${path} ${question.Pod?.metadata.name ?? question.PodName ?? ''}: ${nodes.length} nodes`);
  if (path === '/filter') return json(filter(nodes, process.env.get('REQUIRED_LABEL')));
  if (path === '/prioritize') return json(prioritize(nodes, process.env.get('PREFERRED_LABEL')));
  if (path === '/preempt') return json(spare(question, process.env.get('SPARED_NODE')));
  if (path === '/bind') return json(yield* bind(process, question));
  return { status: 404, body: '404 page not found\n' };
}

function filter(nodes: readonly Node[], label: string | undefined): object {
  const passes = ({ metadata }: Node): boolean => label === undefined || metadata.labels?.[label] !== undefined;
  const failed = nodes.filter((node) => !passes(node)).map(({ metadata }) => [metadata.name ?? '', `node(s) had no label ${label ?? ''}`]);
  return {
    Nodes: { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: nodes.filter(passes) },
    FailedNodes: Object.fromEntries(failed),
  };
}

function prioritize(nodes: readonly Node[], label: string | undefined): object {
  return nodes.map(({ metadata }) => ({
    Host: metadata.name,
    Score: label !== undefined && metadata.labels?.[label] !== undefined ? 10 : 0,
  }));
}

function spare({ NodeNameToVictims }: Question, spared: string | undefined): object {
  const left = Object.entries(NodeNameToVictims ?? {}).filter(([name]) => name !== spared);
  const metaVictims = left.map(([name, { Pods = [], NumPDBViolations = 0 }]) => [
    name,
    { Pods: Pods.map(({ metadata }) => ({ UID: metadata.uid })), NumPDBViolations },
  ]);
  return { NodeNameToMetaVictims: Object.fromEntries(metaVictims) };
}

function* bind(process: Process, { PodName: name = '', PodNamespace: namespace = '', PodUID: uid, Node: node }: Question): Task<object> {
  try {
    const client = new InClusterClient(process, 'toy-extender/1.0');
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    const { status, body } = yield* client.call('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, binding);
    return { Error: status >= 400 ? ((body as { message?: string }).message ?? `status ${status}`) : '' };
  } catch (error) {
    return { Error: (error as Error).message };
  }
}

function json(body: object): ServedResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
