import { decodeText } from '../api/base64.ts';
import type { Node, Pod } from '../api/generated/types.ts';
import { NetworkError, type Network } from '../os/process.ts';
import type { Task } from '../os/task.ts';
import { encode, readAll } from '../os/text.ts';
import { SECOND } from '../sim/time.ts';
import { parseDuration } from '../sim/duration.ts';
import type { ExtenderConfiguration } from './configuration/types.ts';
import { SchedulingError, type Candidate, type NodeList, type PreemptionExtender } from './framework.ts';
import type { NodeInfo } from './node-info.ts';

/** Under this name extenders stand beside the plugins (framework.ExtenderName). */
export const EXTENDER = 'Extender';

const DEFAULT_TIMEOUT = 5 * SECOND;
// MaxNodeScore over extender.MaxExtenderPriority: an extender scores from 0 to 10.
const SCALE = 10;

/** k8s.io/kube-scheduler/extender/v1: the fields go over the wire under their Go names. */
interface FilterResult {
  readonly Nodes?: { readonly items?: readonly Node[] } | null;
  readonly NodeNames?: readonly string[] | null;
  readonly FailedNodes?: Readonly<Record<string, string>> | null;
  readonly FailedAndUnresolvableNodes?: Readonly<Record<string, string>> | null;
  readonly Error?: string;
}

interface PreemptionResult {
  readonly NodeNameToMetaVictims?: Readonly<
    Record<string, { readonly Pods?: readonly { readonly UID?: string }[]; readonly NumPDBViolations?: number }>
  > | null;
}

export interface Filtered {
  readonly nodes: readonly NodeInfo[];
  readonly failed: Readonly<Record<string, string>>;
  readonly unresolvable: Readonly<Record<string, string>>;
}

/** An extender failed: its sentence. */
export class ExtenderError extends SchedulingError {}

/** One program that has a say in where pods go, asked over HTTP (extender.go). */
export class Extender implements PreemptionExtender {
  readonly #managed: ReadonlySet<string>;

  constructor(
    readonly configuration: ExtenderConfiguration,
    readonly net: () => Network,
  ) {
    this.#managed = new Set((configuration.managedResources ?? []).map(({ name }) => name));
  }

  get ignorable(): boolean {
    return this.configuration.ignorable === true;
  }

  get binds(): boolean {
    return (this.configuration.bindVerb ?? '') !== '';
  }

  interested({ spec }: Pod): boolean {
    if (this.#managed.size === 0) return true;
    const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
    return containers.some(({ resources }) =>
      [resources?.requests, resources?.limits].some((list) => Object.keys(list ?? {}).some((name) => this.#managed.has(name))),
    );
  }

  *filter(pod: Pod, nodes: readonly NodeInfo[]): Task<Filtered> {
    const { filterVerb = '', urlPrefix } = this.configuration;
    if (filterVerb === '') return { nodes, failed: {}, unresolvable: {} };
    const result = (yield* this.#send(filterVerb, this.#args(pod, nodes))) as FilterResult;
    if ((result.Error ?? '') !== '') throw new ExtenderError(result.Error);
    const told = this.configuration.nodeCacheCapable === true ? result.NodeNames : undefined;
    const names = told ?? result.Nodes?.items?.map(({ metadata }) => metadata.name ?? '') ?? [];
    const left = names.map((name) => {
      const node = nodes.find((each) => each.name === name);
      if (node !== undefined) return node;
      const where = JSON.stringify(urlPrefix);
      throw new ExtenderError(`extender ${where} claims a filtered node ${JSON.stringify(name)} which is not found in the input node list`);
    });
    return { nodes: left, failed: result.FailedNodes ?? {}, unresolvable: result.FailedAndUnresolvableNodes ?? {} };
  }

  /** What it adds to the nodes' scores, weighted. */
  *prioritize(pod: Pod, nodes: readonly NodeInfo[]): Task<ReadonlyMap<string, number>> {
    const { prioritizeVerb = '', weight = 1 } = this.configuration;
    if (prioritizeVerb === '') return new Map();
    const result = yield* this.#send(prioritizeVerb, this.#args(pod, nodes));
    const list = Array.isArray(result) ? (result as { Host?: string; Score?: number }[]) : [];
    return new Map(list.map(({ Host = '', Score = 0 }) => [Host, Score * weight * SCALE]));
  }

  preempts(pod: Pod): boolean {
    return (this.configuration.preemptVerb ?? '') !== '' && this.interested(pod);
  }

  *preempt(pod: Pod, candidates: readonly Candidate[], nodes: NodeList): Task<readonly Candidate[]> {
    const { preemptVerb = '', nodeCacheCapable, urlPrefix } = this.configuration;
    const short = nodeCacheCapable === true;
    const told = Object.fromEntries(
      candidates.map(({ node, victims, violations }) => [
        node,
        { Pods: victims.map((victim) => (short ? { UID: victim.uid } : victim.pod)), NumPDBViolations: violations },
      ]),
    );
    const body = { Pod: pod, NodeNameToVictims: short ? null : told, NodeNameToMetaVictims: short ? told : null };
    const { NodeNameToMetaVictims } = (yield* this.#send(preemptVerb, body)) as PreemptionResult;
    return Object.entries(NodeNameToMetaVictims ?? {}).map(([name, meta]) => {
      const node = nodes.get(name);
      if (node === undefined) throw new ExtenderError(`nodeinfo not found for node name ${JSON.stringify(name)}`);
      const victims = (meta.Pods ?? []).map(({ UID = '' }) => {
        const victim = node.pods.get(UID);
        if (victim !== undefined) return victim;
        throw new ExtenderError(
          `extender: ${urlPrefix} claims to preempt pod (UID: &{${UID}}) on node: ${name}, but the pod is not found on that node`,
        );
      });
      return { node: name, victims, violations: meta.NumPDBViolations ?? 0 };
    });
  }

  *bind({ metadata }: Pod, node: string): Task<void> {
    const { name: PodName, namespace: PodNamespace, uid: PodUID } = metadata;
    const result = (yield* this.#send(this.configuration.bindVerb ?? '', { PodName, PodNamespace, PodUID, Node: node })) as {
      Error?: string;
    };
    if ((result.Error ?? '') !== '') throw new ExtenderError(result.Error);
  }

  #args(pod: Pod, nodes: readonly NodeInfo[]): object {
    if (this.configuration.nodeCacheCapable === true) return { Pod: pod, Nodes: null, NodeNames: nodes.map(({ name }) => name) };
    const items = nodes.flatMap(({ node }) => (node === undefined ? [] : [node]));
    return { Pod: pod, Nodes: { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items }, NodeNames: null };
  }

  *#send(verb: string, body: object): Task<unknown> {
    const { urlPrefix, httpTimeout, enableHTTPS, tlsConfig } = this.configuration;
    const url = `${urlPrefix.replace(/\/+$/, '')}/${verb}`;
    const tls = tlsConfig === undefined ? { insecure: true } : { insecure: tlsConfig.insecure === true, ...named(tlsConfig) };
    try {
      const answer = yield* this.net().http({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: encode(JSON.stringify(body)),
        timeout: (httpTimeout === undefined ? undefined : parseDuration(httpTimeout)) ?? DEFAULT_TIMEOUT,
        ...(enableHTTPS === true || url.startsWith('https:') ? { tls } : {}),
      });
      const text = yield* readAll(answer.body);
      if (answer.status !== 200) throw new ExtenderError(`failed ${verb} with extender at URL ${url}, code ${answer.status}`);
      return JSON.parse(text) as unknown;
    } catch (error) {
      if (error instanceof ExtenderError) throw error;
      if (error instanceof SyntaxError) throw new ExtenderError(`invalid character in answer of extender at URL ${url}`);
      if (!(error instanceof NetworkError)) throw error;
      const late = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
      throw new ExtenderError(`Post ${JSON.stringify(url)}: ${error.code === 'ETIMEDOUT' ? late : error.message}`);
    }
  }
}

function named({ serverName, caData }: { serverName?: string; caData?: string }): { serverName?: string; ca?: string } {
  return { ...(serverName === undefined ? {} : { serverName }), ...(caData === undefined ? {} : { ca: decodeText(caData) }) };
}
