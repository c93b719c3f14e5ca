import type { Pod, Service, TopologySpreadConstraint } from '../../api/generated/types.ts';
import type { LabelSelector } from '../../api/meta.ts';
import { controllerOf, type OwnerReference } from '../../api/meta.ts';
import { formatRequirements, labelSelectorRequirements, matchesSelector } from '../../api/selector.ts';
import type { PodSelector } from '../framework.ts';

/** The pods that belong together with this one when it has no constraints of its own; `undefined` where nothing says so. */
export type DefaultSelector = (pod: Pod) => PodSelector | undefined;

/** Where the default selector looks. */
export interface SpreadSources {
  services(namespace: string): Iterable<Service>;
  /** Selector of the ReplicaSet, StatefulSet or ReplicationController that owns the pod. */
  ownerSelector(namespace: string, owner: OwnerReference): LabelSelector | undefined;
}

const NOTHING: PodSelector = { key: '!', matches: () => false };

/** helper.DefaultSelector: what the services that choose the pod and the controller that owns it select, all together. */
export function defaultSelectorFrom(sources: SpreadSources): DefaultSelector {
  return (pod) => {
    const namespace = pod.metadata.namespace ?? 'default';
    const labels: Record<string, string> = {};
    for (const { spec } of sources.services(namespace)) {
      const selector = spec?.selector;
      if (selector !== undefined && Object.keys(selector).length > 0 && matchesSelector(selectorFor(selector), pod.metadata.labels))
        Object.assign(labels, selector);
    }
    const owner = controllerOf(pod);
    const owning = owner === undefined ? undefined : sources.ownerSelector(namespace, owner);
    const parts: LabelSelector[] = [];
    if (Object.keys(labels).length > 0) parts.push({ matchLabels: labels });
    if (owning !== undefined && ((owning.matchExpressions ?? []).length > 0 || Object.keys(owning.matchLabels ?? {}).length > 0))
      parts.push(owning);
    if (parts.length === 0) return undefined;
    return parts.length === 1 ? selectorOf(parts[0]) : selectorOf(merged(parts));
  };
}

/** The selector of a constraint in the pod's spec, narrowed by its `matchLabelKeys` (KEP-3243). */
export function ownSelector(spec: TopologySpreadConstraint, pod: Pod): PodSelector {
  const keys = (spec.matchLabelKeys ?? []).filter((key) => pod.metadata.labels?.[key] !== undefined);
  if (keys.length === 0 || spec.labelSelector === undefined) return selectorOf(spec.labelSelector);
  return selectorOf(
    merged([
      spec.labelSelector,
      { matchExpressions: keys.map((key) => ({ key, operator: 'In', values: [pod.metadata.labels?.[key] ?? ''] })) },
    ]),
  );
}

const known = new WeakMap<LabelSelector, PodSelector>();

/** An absent selector takes nothing, an empty one all. */
export function selectorOf(selector: LabelSelector | undefined): PodSelector {
  if (selector === undefined) return NOTHING;
  let made = known.get(selector);
  if (made === undefined) {
    made = { key: formatRequirements(labelSelectorRequirements(selector)), matches: (labels) => matchesSelector(selector, labels) };
    known.set(selector, made);
  }
  return made;
}

const selectors = new WeakMap<Readonly<Record<string, string>>, LabelSelector>();

function selectorFor(matchLabels: Record<string, string>): LabelSelector {
  let selector = selectors.get(matchLabels);
  if (selector === undefined) selectors.set(matchLabels, (selector = { matchLabels }));
  return selector;
}

function merged(parts: readonly LabelSelector[]): LabelSelector {
  const expressions = parts.flatMap(({ matchLabels, matchExpressions }) => [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...(matchExpressions ?? []),
  ]);
  return { matchExpressions: expressions };
}
