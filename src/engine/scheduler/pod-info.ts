import type { Pod, PodAffinityTerm, TopologySpreadConstraint, WeightedPodAffinityTerm } from '../api/generated/types.ts';
import type { LabelSelector } from '../api/meta.ts';
import { matchesSelector } from '../api/selector.ts';
import { podRequests, type Resources } from './requests.ts';

export interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

/** A term of pod (anti-)affinity with its namespaces filled in. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly weight: number;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly selector: LabelSelector | undefined;
}

export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

const NONE: readonly never[] = [];

/** A pod with everything that plugins ask of it worked out once. */
export class PodInfo {
  readonly requests: Resources;
  /** With the stand-in for what containers leave open: what a running pod counts for when nodes are scored. */
  readonly nonZeroRequests: Resources;
  readonly hostPorts: readonly HostPort[];
  readonly priority: number;
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  /** Of affinity, and with negative weights of anti-affinity. */
  readonly preferredTerms: readonly AffinityTerm[];
  #scoringRequests: Resources | undefined;

  constructor(public pod: Pod) {
    this.requests = podRequests(pod);
    this.nonZeroRequests = podRequests(pod, { standIn: true });
    this.hostPorts = hostPorts(pod);
    this.priority = pod.spec?.priority ?? 0;
    const affinity = pod.spec?.affinity;
    if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) {
      this.requiredAffinity = this.requiredAntiAffinity = this.preferredTerms = NONE;
    } else {
      const { podAffinity, podAntiAffinity } = affinity;
      const required = (terms: readonly PodAffinityTerm[] | undefined): AffinityTerm[] =>
        (terms ?? []).map((term) => affinityTerm(pod, term, 0));
      this.requiredAffinity = required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
      this.requiredAntiAffinity = required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
      const preferred = (terms: readonly WeightedPodAffinityTerm[] | undefined, sign: 1 | -1): AffinityTerm[] =>
        (terms ?? []).map(({ podAffinityTerm, weight }) => affinityTerm(pod, podAffinityTerm, sign * weight));
      this.preferredTerms = [
        ...preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
        ...preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
      ];
    }
  }

  get uid(): string {
    return uidOf(this.pod);
  }

  get key(): string {
    return podKey(this.pod);
  }

  get namespace(): string {
    return this.pod.metadata.namespace ?? 'default';
  }

  /** What the pod counts for while it looks for a node: the containers' requests, pod-level ones left aside. */
  get scoringRequests(): Resources {
    return (this.#scoringRequests ??=
      this.pod.spec?.resources === undefined ? this.nonZeroRequests : podRequests(this.pod, { standIn: true, skipPodLevel: true }));
  }

  get hasAffinity(): boolean {
    return this.requiredAffinity.length > 0 || this.requiredAntiAffinity.length > 0 || this.preferredTerms.length > 0;
  }

  get spreadConstraints(): readonly TopologySpreadConstraint[] {
    return this.pod.spec?.topologySpreadConstraints ?? NONE;
  }
}

export function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name ?? ''}`;
}

export function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? podKey(pod);
}

export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Does the term speak of `pod`? */
export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels: NamespaceLabels): boolean {
  return inNamespaces(term, pod.metadata.namespace ?? 'default', namespaceLabels) && matchesSelector(term.selector, pod.metadata.labels);
}

/** Does it speak of pods in this namespace? */
export function inNamespaces(
  { namespaces, namespaceSelector }: AffinityTerm,
  namespace: string,
  namespaceLabels: NamespaceLabels,
): boolean {
  if (namespaces.has(namespace)) return true;
  return namespaceSelector !== undefined && matchesSelector(namespaceSelector, namespaceLabels(namespace) ?? {});
}

function affinityTerm(pod: Pod, term: PodAffinityTerm, weight: number): AffinityTerm {
  const own = term.namespaces === undefined || term.namespaces.length === 0;
  return {
    topologyKey: term.topologyKey,
    weight,
    // Neither a list nor a selector of namespaces: the pod's own.
    namespaces: new Set(own ? (term.namespaceSelector === undefined ? [pod.metadata.namespace ?? 'default'] : []) : term.namespaces),
    namespaceSelector: term.namespaceSelector,
    selector: term.labelSelector,
  };
}

function hostPorts(pod: Pod): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  const collect = (container: { ports?: { hostPort?: number; hostIP?: string; protocol?: string }[] }): void => {
    for (const { hostPort, hostIP, protocol } of container.ports ?? NONE) {
      if (hostPort === undefined || hostPort <= 0) continue;
      (ports ??= []).push({ protocol: protocol ?? 'TCP', ip: hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP, port: hostPort });
    }
  };
  for (const container of pod.spec?.containers ?? NONE) collect(container);
  for (const container of pod.spec?.initContainers ?? NONE) if (container.restartPolicy === 'Always') collect(container);
  return ports ?? NONE;
}
