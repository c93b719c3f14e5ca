import type { Affinity, DaemonSet, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from '../../api/generated/types.ts';
import { matchesRequiredNodeAffinity } from '../../api/node-selector.ts';
import { isTolerated } from '../../api/tolerations.ts';
import { REVISION_HASH } from '../history/history.ts';

const NAME_FIELD = 'metadata.name';
const GENERATION = 'pod-template-generation';

// util.AddOrUpdateDaemonPodTolerations: what befalls a node does not drive its daemons away.
const TOLERATED: readonly (readonly [key: string, effect: string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];
const NETWORK_UNAVAILABLE = ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const;

export interface Verdict {
  /** A pod belongs on the node. */
  readonly run: boolean;
  /** One that is there already may stay. */
  readonly stay: boolean;
}

/** Whether a DaemonSet's pod belongs on a node (NodeShouldRunDaemonPod). */
export function verdictOn(ds: DaemonSet, node: Node): Verdict {
  const { name = '', labels = {} } = node.metadata;
  const template = ds.spec?.template;
  const wanted = template?.spec?.nodeName ?? '';
  if (wanted !== '' && wanted !== name) return { run: false, stay: false };
  const pod = { metadata: {}, spec: template?.spec } as unknown as Pod;
  if (!matchesRequiredNodeAffinity(pod, name, labels)) return { run: false, stay: false };
  const tolerations = daemonTolerations(template?.spec);
  const against = (node.spec?.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(tolerations, taint));
  if (against.length === 0) return { run: true, stay: true };
  return { run: false, stay: !against.some(({ effect }) => effect === 'NoExecute') };
}

function daemonTolerations(spec: PodSpec | undefined): Toleration[] {
  const wanted = spec?.hostNetwork === true ? [...TOLERATED, NETWORK_UNAVAILABLE] : TOLERATED;
  const tolerations = [...(spec?.tolerations ?? [])];
  for (const [key, effect] of wanted) {
    const place = tolerations.findIndex((one) => one.key === key && one.effect === effect);
    const toleration = { key, operator: 'Exists', effect };
    if (place < 0) tolerations.push(toleration);
    else tolerations[place] = toleration;
  }
  return tolerations;
}

/** The template of the pod for one node: the scheduler places it there and nowhere else (KEP-548). */
export function podTemplateFor(ds: DaemonSet, hash: string, nodeName: string): PodTemplateSpec {
  const template = ds.spec?.template ?? {};
  const generation = ds.metadata.annotations?.['deprecated.daemonset.template.generation'];
  const labels = {
    ...template.metadata?.labels,
    ...(generation === undefined ? {} : { [GENERATION]: generation }),
    ...(hash === '' ? {} : { [REVISION_HASH]: hash }),
  };
  const spec = template.spec ?? { containers: [] };
  return {
    ...template,
    metadata: { ...template.metadata, labels },
    spec: { ...spec, tolerations: daemonTolerations(spec), affinity: onlyOn(spec.affinity, nodeName) },
  };
}

/** ReplaceDaemonSetPodNodeNameNodeAffinity: the required terms give way to one that names the node; preferences stay. */
function onlyOn(affinity: Affinity | undefined, nodeName: string): Affinity {
  const required = { nodeSelectorTerms: [{ matchFields: [{ key: NAME_FIELD, operator: 'In', values: [nodeName] }] }] };
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } };
}

/** The node a daemon pod is on, or is meant for; '' where it cannot be told. */
export function nodeOf({ spec }: Pod): string {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms)
    for (const { key, operator, values = [] } of matchFields)
      if (key === NAME_FIELD && operator === 'In' && values.length === 1) return values[0] ?? '';
  return '';
}

/** Made of the newest template: by its hash, or by the old way of counting generations. */
export function isUpdated(ds: DaemonSet, pod: Pod, hash: string): boolean {
  const { labels = {} } = pod.metadata;
  const generation = ds.metadata.annotations?.['deprecated.daemonset.template.generation'];
  if (generation !== undefined && labels[GENERATION] === generation) return true;
  return hash !== '' && labels[REVISION_HASH] === hash;
}
