import { asGiven } from '../emptied.ts';
import { nonNegative, oneOf } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Affinity, Container, Job, JobSpec, PodSpec, PodTemplateSpec, SuccessPolicy } from '../generated/types.ts';
import { isDNS1123Label, isQualifiedName } from '../names.ts';
import { internalPodSpec } from '../pod/spec-difference.ts';
import { validatePodTemplate } from '../pod/validate-pod.ts';
import { matchesSelector } from '../selector.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { inOrder } from '../workload/template.ts';
import { countIndexes } from './indexes.ts';
import { internalSuccessPolicy, internalTemplate } from './internal.ts';
import { CONTROLLER_UID_LABEL, generatedLabels } from './selector.ts';
import { holds } from './validate-job-status.ts';

const MAX_INDEXED = 100_000;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

export function validateJob(job: Job, findings: Findings): void {
  validateGeneratedSelector(job, findings);
  validateJobSpec(job.spec ?? ({} as JobSpec), 'spec', findings);
  const { spec } = job;
  if (spec?.completionMode === 'Indexed' && spec.completions !== undefined && spec.completions > 0) {
    const longest = `${job.metadata.name}-${spec.completions - 1}`;
    if (isDNS1123Label(longest).length > 0)
      findings.invalid('metadata.name', job.metadata.name, `will not able to create pod with invalid DNS label: ${longest}`);
  }
}

export function validateJobUpdate(job: Job, old: Job, findings: Findings): void {
  const spec = job.spec ?? ({} as JobSpec);
  const before = old.spec ?? ({} as JobSpec);
  // Upstream checks the whole job, and then its spec again: the causes show it.
  validateJob(job, findings);
  validateJobSpec(spec, 'spec', findings);
  validateCompletionsUpdate(spec, before, findings);
  const frozen = (field: keyof JobSpec, shown: unknown): void => {
    if (!semanticallyEqual(spec[field], before[field])) findings.invalid(`spec.${field}`, shown, 'field is immutable');
  };
  frozen('selector', inOrder(spec.selector));
  validateTemplateUpdate(spec.template, old, findings);
  frozen('completionMode', spec.completionMode ?? '');
  frozen('podFailurePolicy', internalFailurePolicy(spec));
  frozen('backoffLimitPerIndex', spec.backoffLimitPerIndex ?? null);
  frozen('managedBy', spec.managedBy ?? null);
  frozen('successPolicy', internalSuccessPolicy(spec.successPolicy));
}

// Completions of an indexed job may be scaled, together with parallelism.
function validateCompletionsUpdate(spec: JobSpec, old: JobSpec, findings: Findings): void {
  if (spec.completions === old.completions) return;
  if (spec.completionMode !== 'Indexed' || old.completionMode !== 'Indexed' || spec.completions === undefined) {
    if (spec.completionMode === 'Indexed' && spec.completions === undefined) return;
    findings.invalid('spec.completions', spec.completions ?? null, 'field is immutable');
  } else if (spec.completions !== spec.parallelism) {
    findings.invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
}

function validateTemplateUpdate(template: PodTemplateSpec | undefined, old: Job, findings: Findings): void {
  const before = old.spec?.template;
  if (isAtRest(old) && template?.spec !== undefined && before?.spec !== undefined) {
    // A job without pods may be told where they are to go (KEP-2926) and what they are to get (KEP-5440).
    const { spec } = template;
    const munged: PodSpec = { ...spec };
    for (const field of ['containers', 'initContainers'] as const)
      if (spec[field] !== undefined) munged[field] = withResourcesOf(spec[field], before.spec[field]);
    for (const field of ['nodeSelector', 'tolerations', 'schedulingGates'] as const) restore(munged, before.spec, field);
    const affinity = withNodeAffinityOf(spec.affinity, before.spec.affinity);
    if (affinity === undefined) delete munged.affinity;
    else munged.affinity = affinity;
    if (!semanticallyEqual(munged, before.spec)) findings.invalid('spec.template.spec', internalPodSpec(munged), 'field is immutable');
    return;
  }
  if (!semanticallyEqual(template, before)) findings.invalid('spec.template', internalTemplate(template), 'field is immutable');
}

/** Suspended, with no pod left: never started, or stopped for good. */
function isAtRest({ spec, status }: Job): boolean {
  if (spec?.suspend !== true || (status?.active ?? 0) > 0) return false;
  return status?.startTime === undefined || holds(status, 'Suspended');
}

function withResourcesOf(containers: readonly Container[], before: readonly Container[] | undefined): Container[] {
  return containers.map((container, index) => {
    const { resources: _new, ...rest } = container;
    const resources = before?.[index]?.resources;
    return before?.[index]?.name === container.name ? { ...rest, ...(resources === undefined ? {} : { resources }) } : container;
  });
}

/** Of the affinities only that to nodes may change. */
function withNodeAffinityOf(affinity: Affinity | undefined, before: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _new, ...rest } = affinity ?? {};
  const nodeAffinity = before?.nodeAffinity;
  const munged = { ...rest, ...(nodeAffinity === undefined ? {} : { nodeAffinity }) };
  return before === undefined && Object.keys(munged).length === 0 ? undefined : munged;
}

function restore<K extends keyof PodSpec>(munged: PodSpec, before: PodSpec, field: K): void {
  if (before[field] === undefined) delete munged[field];
  else munged[field] = before[field];
}

/** The selector that the server makes itself must be there, and be what it would have made. */
function validateGeneratedSelector(job: Job, findings: Findings): void {
  const { spec } = job;
  if (spec === undefined || spec.manualSelector === true || spec.selector === undefined) return;
  const labels = spec.template?.metadata?.labels ?? {};
  for (const [key, wanted] of generatedLabels(job)) {
    const path = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) findings.required(path, `must be '${wanted}'`);
    else if (labels[key] !== wanted) findings.invalid(path, sorted(labels), `must be '${wanted}'`);
  }
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  const own =
    Object.keys(matchLabels).length === 1 && matchLabels[CONTROLLER_UID_LABEL] === job.metadata.uid && matchExpressions.length === 0;
  if (!own) findings.invalid('spec.selector', inOrder(spec.selector), '`selector` not auto-generated');
}

/** A job's spec with its selector: as jobs have it, not the templates of cron jobs. */
function validateJobSpec(spec: JobSpec, path: string, findings: Findings): void {
  validateSpecWithoutSelector(spec, path, findings);
  if (spec.selector === undefined) findings.required(`${path}.selector`);
  else validateLabelSelector(spec.selector, `${path}.selector`, findings);
  const labels = spec.template?.metadata?.labels;
  let matches = false;
  try {
    matches = spec.selector !== undefined && matchesSelector(spec.selector, labels);
  } catch {
    return;
  }
  if (!matches)
    findings.invalid(
      `${path}.template.metadata.labels`,
      labels === undefined ? null : sorted(labels),
      '`selector` does not match template `labels`',
    );
}

export function validateSpecWithoutSelector(spec: JobSpec, path: string, findings: Findings): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
  ] as const) {
    nonNegative(spec[field], `${path}.${field}`, findings);
  }
  const { completions, completionMode, parallelism, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (maxFailedIndexes !== undefined) {
    nonNegative(maxFailedIndexes, `${path}.maxFailedIndexes`, findings);
    if (backoffLimitPerIndex === undefined) findings.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) validateManagedBy(spec.managedBy, `${path}.managedBy`, findings);
  if (completionMode !== undefined) {
    const at = `${path}.completionMode`;
    if (completionMode !== 'NonIndexed' && completionMode !== 'Indexed')
      findings.notSupported(at, completionMode, ['NonIndexed', 'Indexed']);
    if (completionMode === 'Indexed') {
      if (completions === undefined) findings.required(`${path}.completions`, 'when completion mode is Indexed');
      if (parallelism !== undefined && parallelism > MAX_INDEXED)
        findings.invalid(
          `${path}.parallelism`,
          parallelism,
          `must be less than or equal to ${MAX_INDEXED} when completion mode is Indexed`,
        );
      if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions)
        findings.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions');
      if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_INDEXED)
        findings.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, `must be less than or equal to ${MAX_INDEXED}`);
      if (completions !== undefined && completions > MAX_INDEXED && backoffLimitPerIndex !== undefined) {
        if (maxFailedIndexes === undefined)
          findings.required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MAX_INDEXED}`);
        if (parallelism !== undefined && parallelism > 10_000)
          findings.invalid(
            `${path}.parallelism`,
            parallelism,
            `must be less than or equal to 10000 when completions are above ${MAX_INDEXED} and used with backoff limit per index`,
          );
        if (maxFailedIndexes !== undefined && maxFailedIndexes > 10_000)
          findings.invalid(
            `${path}.maxFailedIndexes`,
            maxFailedIndexes,
            `must be less than or equal to 10000 when completions are above ${MAX_INDEXED} and used with backoff limit per index`,
          );
      }
    }
  }
  if (completionMode === 'NonIndexed' || completionMode === undefined) {
    if (backoffLimitPerIndex !== undefined)
      findings.invalid(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex, 'requires indexed completion mode');
    if (maxFailedIndexes !== undefined) findings.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'requires indexed completion mode');
  }
  if (spec.podFailurePolicy !== undefined) validateFailurePolicy(spec, `${path}.podFailurePolicy`, findings);
  if (spec.successPolicy !== undefined) {
    if (completionMode !== 'Indexed')
      findings.invalid(`${path}.successPolicy`, internalSuccessPolicy(spec.successPolicy), 'requires indexed completion mode');
    else validateSuccessPolicy(spec.successPolicy, completions ?? 0, `${path}.successPolicy`, findings);
  }
  const replacement = spec.podReplacementPolicy;
  if (replacement !== undefined) {
    const supported = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
    if (!supported.includes(replacement)) findings.notSupported(`${path}.podReplacementPolicy`, replacement, supported);
  }
  validateTemplate(spec, path, findings);
}

function validateTemplate({ template, podFailurePolicy }: JobSpec, path: string, findings: Findings): void {
  validatePodTemplate(template ?? {}, `${path}.template`, findings);
  // The default of pods, to restart for ever, is as good as saying nothing.
  const at = `${path}.template.spec.restartPolicy`;
  const policy = template?.spec?.restartPolicy;
  if (!policy || policy === 'Always') findings.required(at, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') findings.notSupported(at, policy, ['OnFailure', 'Never']);
  else if (podFailurePolicy !== undefined && policy !== 'Never')
    findings.invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified');
}

function validateManagedBy(value: string, path: string, findings: Findings): void {
  const slash = value.indexOf('/');
  if (slash < 0 || slash === value.length - 1 || slash === 0) {
    findings.invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
    return;
  }
  if (value.length > 63) findings.tooLong(path, 63);
}

function validateFailurePolicy(spec: JobSpec, path: string, findings: Findings): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > 20) findings.tooMany(`${path}.rules`, rules.length, 20);
  const pod = spec.template?.spec;
  const containers = [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name }) => name);
  for (const [index, { action, onExitCodes, onPodConditions = [] }] of rules.entries()) {
    const at = `${path}.rules[${index}]`;
    if (!action) findings.required(`${at}.action`, `valid values: [${ACTIONS.map((one) => JSON.stringify(one)).join(' ')}]`);
    else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
      findings.invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set');
    else if (!ACTIONS.includes(action)) findings.notSupported(`${at}.action`, action, ACTIONS);
    if (onExitCodes !== undefined) {
      const here = `${at}.onExitCodes`;
      const { operator, containerName } = onExitCodes;
      const values = onExitCodes.values ?? [];
      if (!operator) findings.required(`${here}.operator`, 'valid values: ["In" "NotIn"]');
      else if (operator !== 'In' && operator !== 'NotIn') findings.notSupported(`${here}.operator`, operator, ['In', 'NotIn']);
      if (containerName !== undefined && !containers.includes(containerName))
        findings.invalid(`${here}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template');
      if (values.length === 0) findings.invalid(`${here}.values`, onExitCodes.values ?? null, 'at least one value is required');
      else if (values.length > 255) findings.tooMany(`${here}.values`, values.length, 255);
      const seen = new Set<number>();
      let ordered = true;
      for (const [i, value] of values.entries()) {
        if (operator === 'In' && value === 0) findings.invalid(`${here}.values[${i}]`, value, 'must not be 0 for the In operator');
        if (seen.has(value)) findings.duplicate(`${here}.values[${i}]`, value);
        seen.add(value);
        const previous = values[i - 1];
        if (previous !== undefined && previous > value) ordered = false;
      }
      if (!ordered) findings.invalid(`${here}.values`, values, 'must be ordered');
    }
    if (onPodConditions.length > 20) findings.tooMany(`${at}.onPodConditions`, onPodConditions.length, 20);
    for (const [i, { type = '', status }] of onPodConditions.entries()) {
      const here = `${at}.onPodConditions[${i}]`;
      for (const problem of isQualifiedName(type)) findings.invalid(`${here}.type`, type, problem);
      if (!status) findings.required(`${here}.status`, 'valid values: ["False" "True" "Unknown"]');
      else oneOf(status, ['False', 'True', 'Unknown'], `${here}.status`, findings);
    }
    const refuse = (text: string): void => findings.add('FieldValueInvalid', at, `Invalid value: ${text}`);
    if (onExitCodes !== undefined && onPodConditions.length > 0) refuse('specifying both OnExitCodes and OnPodConditions is not supported');
    if (onExitCodes === undefined && onPodConditions.length === 0) refuse('specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function validateSuccessPolicy({ rules = [] }: SuccessPolicy, completions: number, path: string, findings: Findings): void {
  if (rules.length === 0) findings.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > 20) findings.tooMany(`${path}.rules`, rules.length, 20);
  for (const [index, { succeededCount, succeededIndexes }] of rules.entries()) {
    const at = `${path}.rules[${index}]`;
    if (succeededCount === undefined && succeededIndexes === undefined) {
      findings.required(at, 'at least one of succeededCount or succeededIndexes must be specified');
      continue;
    }
    let total = 0;
    if (succeededIndexes !== undefined) {
      if (succeededIndexes.length > 64 * 1024) findings.tooLong(`${at}.succeededIndexes`, 64 * 1024);
      const counted = countIndexes(succeededIndexes, completions);
      if (typeof counted === 'string')
        findings.invalid(`${at}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${counted}`);
      else total = counted;
    }
    if (succeededCount === undefined) continue;
    nonNegative(succeededCount, `${at}.succeededCount`, findings);
    if (succeededCount > completions)
      findings.invalid(
        `${at}.succeededCount`,
        succeededCount,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      );
    if (succeededIndexes !== undefined && succeededCount > total)
      findings.invalid(
        `${at}.succeededCount`,
        succeededCount,
        `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`,
      );
  }
}

function internalFailurePolicy({ podFailurePolicy }: JobSpec): object | null {
  if (podFailurePolicy === undefined) return null;
  return {
    Rules: (podFailurePolicy.rules ?? []).map((rule) => ({
      Action: rule.action ?? '',
      OnExitCodes:
        rule.onExitCodes === undefined
          ? null
          : {
              ContainerName: rule.onExitCodes.containerName ?? null,
              Operator: rule.onExitCodes.operator ?? '',
              Values: asGiven(rule.onExitCodes, 'values') ?? null,
            },
      OnPodConditions: asGiven(rule, 'onPodConditions')?.map(({ type, status }) => ({ Type: type ?? '', Status: status ?? '' })) ?? null,
    })),
  };
}

const sorted = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
