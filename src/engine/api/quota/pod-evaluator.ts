import type { Container, Pod, PodAffinityTerm, PodSpec } from '../generated/types.ts';
import { parseTime, SECOND } from '../../sim/time.ts';
import { podQosClass } from '../pod/qos.ts';
import { containerTotals } from '../pod/totals.ts';
import { addAmounts, type Amounts } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';
import { selectsValue } from './scope-value.ts';

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const NAMES = new Set(['count/pods', 'pods', ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])]);
// Containers must say what they ask of these, where a quota counts them.
const REQUIRED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** Pods that are not over yet, and what they ask for. */
export const podEvaluator: Evaluator = {
  handles: (verb, subresource) => (verb === 'create' && subresource === '') || (verb === 'update' && subresource === 'resize'),
  matching: (wanted) => wanted.filter((name) => NAMES.has(name) || /^(requests\.)?hugepages-/.test(name) || isExtended(name)),
  inScope(requirement, object) {
    const pod = object as Pod;
    switch (requirement.scopeName) {
      case 'Terminating':
        return isTerminating(pod);
      case 'NotTerminating':
        return !isTerminating(pod);
      case 'BestEffort':
        return podQosClass(pod) === 'BestEffort';
      case 'NotBestEffort':
        return podQosClass(pod) !== 'BestEffort';
      case 'PriorityClass':
        return selectsValue(requirement, pod.spec?.priorityClassName ?? '');
      case 'CrossNamespacePodAffinity':
        return looksAcrossNamespaces(pod.spec);
      default:
        return false;
    }
  },
  complaint(required, object) {
    const { spec } = object as Pod;
    // What the pod as a whole asks for speaks for its containers.
    if (spec === undefined || spec.resources?.requests !== undefined || spec.resources?.limits !== undefined) return undefined;
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const complaints = required
      .filter((name) => REQUIRED.has(name))
      .sort()
      .flatMap((name) => {
        const silent = containers.filter((container) => ownUsage(container)[name] === undefined).map((container) => container.name);
        return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent)].sort().join(',')}`];
      });
    return complaints.length === 0 ? undefined : `must specify ${complaints.join('; ')}`;
  },
  usage(object, now) {
    const pod = object as Pod;
    if (isOver(pod, now)) return { 'count/pods': '1' };
    return { 'count/pods': '1', pods: '1', ...computeUsage(total(pod, 'requests'), total(pod, 'limits')) };
  },
};

const ownUsage = ({ resources }: Container): Amounts => computeUsage(resources?.requests ?? {}, resources?.limits ?? {});

/** Requests count under their own name, too. */
function computeUsage(requests: Amounts, limits: Amounts): Record<string, string> {
  const usage: Record<string, string> = {};
  for (const [name, amount] of Object.entries(requests)) {
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) usage[name] = amount;
    if (COMPUTE.includes(name) || name.startsWith('hugepages-') || isExtended(`requests.${name}`)) usage[`requests.${name}`] = amount;
  }
  for (const name of COMPUTE) if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name];
  return usage;
}

/** component-helpers' resource.PodRequests and PodLimits. */
function total({ spec }: Pod, field: 'requests' | 'limits'): Record<string, string> {
  if (spec === undefined) return {};
  const sum = { ...containerTotals(spec.containers, spec.initContainers ?? [], field), ...spec.resources?.[field] };
  if (spec.overhead === undefined) return sum;
  // What has no limit gets none from the overhead.
  const overhead = Object.entries(spec.overhead).filter(([name]) => field === 'requests' || sum[name] !== undefined);
  return addAmounts(sum, Object.fromEntries(overhead));
}

function isOver({ metadata, status }: Pod, now: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true;
  // A lost node never says that a pod has gone: its time is up all the same.
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return false;
  return now > parseTime(deletionTimestamp) + deletionGracePeriodSeconds * SECOND;
}

const isTerminating = ({ spec }: Pod): boolean => (spec?.activeDeadlineSeconds ?? -1) >= 0;

function looksAcrossNamespaces(spec: PodSpec | undefined): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const across = ({ namespaces, namespaceSelector }: PodAffinityTerm): boolean =>
    (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined;
  return [podAffinity, podAntiAffinity].some(
    (terms) =>
      terms?.requiredDuringSchedulingIgnoredDuringExecution?.some(across) === true ||
      terms?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) => across(podAffinityTerm)) === true,
  );
}

/** `requests.` and the name of an extended resource: one with a domain that is not Kubernetes' own, or that of a class of devices. */
function isExtended(name: string): boolean {
  if (!name.startsWith('requests.')) return false;
  const resource = name.slice('requests.'.length);
  const [domain = ''] = resource.split('/');
  if (domain === 'deviceclass.resource.kubernetes.io') return true;
  return resource.includes('/') && domain !== 'kubernetes.io' && !domain.endsWith('.kubernetes.io');
}
