import type { CronJob, Deployment, Namespace, ObjectMeta, Pod, PodSpec, PodTemplate } from '../../../api/generated/types.ts';
import { controllerOf } from '../../../api/meta.ts';
import { Findings, invalid } from '../../../api/validation.ts';
import type { Violation } from './check.ts';
import { refuse, type AdmissionPlugin, type Operation } from '../admission.ts';
import { policyOf, sameDemand, showDemand, stricter, validatePolicyLabels, type Demand } from './policy.ts';
import { showDetails, showReasons, violations as violationsOf } from './standards.ts';

// How many pods of a namespace are looked at when its level is raised.
const MAX_PODS = 3000;
const TEMPLATED = new Set([
  'podtemplates',
  'replicationcontrollers',
  'replicasets.apps',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
]);
// Any other subresource of pods may change what counts.
const IGNORED = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

/** Of annotations in audit events. */
const AUDIT = 'pod-security.kubernetes.io/';

interface Lookup {
  namespace(name: string): Namespace | undefined;
  pods(namespace: string): readonly Pod[];
}

/** Pod Security admission (KEP-2579): what a namespace's labels allow its pods to be. */
export function podSecurity(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    validate(operation: Operation): void {
      const { verb, kind, subresource } = operation;
      if (verb === 'delete') return;
      const resource = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
      if (resource === 'namespaces' && subresource === '') checkNamespace(operation, lookup);
      else if (resource === 'pods' && !IGNORED.has(subresource)) checkPod(operation, lookup);
      else if (TEMPLATED.has(resource) && subresource === '') checkTemplate(operation, lookup);
    },
  };
}

function checkPod(operation: Operation, lookup: Lookup): void {
  const policy = policyOf(lookup.namespace(operation.namespace)?.metadata.labels);
  const { metadata, spec } = operation.object as Pod;
  if (spec === undefined) return;
  if (operation.verb === 'update' && !isSignificant(spec, (operation.old as Pod).spec)) return;
  const found = violations(policy.enforce, spec, metadata);
  operation.context.observer?.annotate(`${AUDIT}enforce-policy`, showDemand(policy.enforce));
  audit(operation, policy.audit, spec, metadata);
  if (found.length > 0) throw refuse(operation, `violates PodSecurity "${showDemand(policy.enforce)}": ${showDetails(found)}`);
  warn(operation, policy.warn, spec, metadata);
}

/** What makes pods is not refused, only warned of: its pods will be. */
function checkTemplate(operation: Operation, lookup: Lookup): void {
  const policy = policyOf(lookup.namespace(operation.namespace)?.metadata.labels);
  if (policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return;
  const object = operation.object as PodTemplate | Deployment | CronJob;
  const template =
    'template' in object
      ? object.template
      : operation.kind.resource === 'cronjobs'
        ? (object as CronJob).spec?.jobTemplate.spec?.template
        : (object as Deployment).spec?.template;
  if (template?.spec === undefined) return;
  audit(operation, policy.audit, template.spec, template.metadata ?? {});
  warn(operation, policy.warn, template.spec, template.metadata ?? {});
}

/** The mode `audit`: what would be a violation is written down, and nobody else hears of it. */
function audit({ context }: Operation, demand: Demand, spec: PodSpec, meta: ObjectMeta): void {
  const { observer } = context;
  if (observer?.audited !== true) return;
  const found = violations(demand, spec, meta);
  if (found.length > 0)
    observer.annotate(`${AUDIT}audit-violations`, `would violate PodSecurity "${showDemand(demand)}": ${showDetails(found)}`);
}

function warn({ context }: Operation, demand: Demand, spec: PodSpec, meta: ObjectMeta): void {
  const found = violations(demand, spec, meta);
  if (found.length > 0) context.warnings.push(`would violate PodSecurity "${showDemand(demand)}": ${showDetails(found)}`);
}

function checkNamespace({ verb, kind, name, object, old, context }: Operation, lookup: Lookup): void {
  const labels = object?.metadata.labels;
  const problems = findingsOf(labels);
  if (!problems.empty && (verb === 'create' || JSON.stringify(problems.list) !== JSON.stringify(findingsOf(old?.metadata.labels).list)))
    throw invalid(kind.kind, kind.group, name, problems.list);
  if (verb === 'create') return;
  const { enforce } = policyOf(labels);
  const before = policyOf(old?.metadata.labels).enforce;
  if (sameDemand(enforce, before) || enforce.level === 'privileged') return;
  if (enforce.version === before.version && !stricter(enforce.level, before.level)) return;
  context.warnings.push(...existing(name, enforce, lookup.pods(name)));
}

/** Who of a namespace's pods would not be let in any more: one line for all that fail alike. */
function existing(namespace: string, demand: Demand, pods: readonly Pod[]): string[] {
  const chosen = oneOfEach(pods).slice(0, MAX_PODS);
  const failing = new Map<string, { first: string; count: number }>();
  for (const { metadata, spec } of chosen) {
    const found = spec === undefined ? [] : violations(demand, spec, metadata);
    if (found.length === 0) continue;
    const name = metadata.name ?? '';
    const why = showReasons(found);
    const { first, count } = failing.get(why) ?? { first: name, count: 0 };
    failing.set(why, { first: name < first ? name : first, count: count + 1 });
  }
  const lines = [...failing].map(([why, { first, count }]) => {
    const others = count === 1 ? '' : count === 2 ? ' (and 1 other pod)' : ` (and ${count - 1} other pods)`;
    return `${first}${others}: ${why}`;
  });
  const skipped =
    chosen.length < pods.length
      ? [`new PodSecurity enforce level only checked against the first ${chosen.length} of ${pods.length} existing pods`]
      : [];
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${showDemand(demand)}"`;
  return [...skipped, ...(lines.length === 0 ? [] : [head]), ...lines.sort()];
}

/** One pod of each controller first: the others are like it. */
function oneOfEach(pods: readonly Pod[]): Pod[] {
  const seen = new Set<string>();
  const first: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod)?.uid;
    (owner !== undefined && seen.has(owner) ? others : first).push(pod);
    if (owner !== undefined) seen.add(owner);
  }
  return [...first, ...others];
}

function findingsOf(labels: Readonly<Record<string, string>> | undefined): Findings {
  const findings = new Findings();
  validatePolicyLabels(labels, findings);
  return findings;
}

/** Of what can be changed in a pod, only images and containers that come matter. */
function isSignificant(spec: PodSpec, old: PodSpec | undefined): boolean {
  if (old === undefined) return true;
  for (const field of ['containers', 'initContainers'] as const) {
    const now = spec[field] ?? [];
    const before = old[field] ?? [];
    if (now.length !== before.length || now.some(({ image }, index) => image !== before[index]?.image)) return true;
  }
  return (spec.ephemeralContainers ?? []).some(
    ({ name, image }) => old.ephemeralContainers?.find((one) => one.name === name)?.image !== image,
  );
}

/** The privileged level forbids nothing, and is what nearly every pod is held to. */
function violations(demand: Demand, spec: PodSpec, meta: ObjectMeta): readonly Violation[] {
  return demand.level === 'privileged' ? [] : violationsOf(demand, spec, meta);
}
