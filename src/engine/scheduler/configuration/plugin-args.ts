import type { NodeSelectorTerm, PreferredSchedulingTerm, TopologySpreadConstraint } from '../../api/generated/types.ts';
import { isQualifiedName } from '../../api/names.ts';
import { validateNodeSelector } from '../../api/pod/validate-scheduling.ts';
import { Findings } from '../../api/validation.ts';
import { parseDuration } from '../../sim/duration.ts';
import { SECOND } from '../../sim/time.ts';
import type { DefaultPreemptionArgs } from '../plugins/defaultpreemption.ts';
import type { DynamicResourcesArgs } from '../plugins/dynamicresources.ts';
import type { InterPodAffinityArgs } from '../plugins/interpodaffinity.ts';
import type { NodeResourcesFitArgs, ResourceWeight, ShapePoint } from '../plugins/noderesourcesfit.ts';
import type { PodTopologySpreadArgs } from '../plugins/podtopologyspread.ts';

/** What is wrong with a plugin's arguments: one rule a plugin, as upstream's validation_pluginargs.go has them. */
export function validateArgs(plugin: string, args: object, path: string, findings: Findings): void {
  RULES[plugin]?.(args, path, findings);
}

const RULES: Readonly<Record<string, (args: object, path: string, findings: Findings) => void>> = {
  DefaultPreemption(args: DefaultPreemptionArgs, path, findings) {
    const { minCandidateNodesPercentage: percentage = 10, minCandidateNodesAbsolute: absolute = 100 } = args;
    const [percentagePath, absolutePath] = [`${path}.minCandidateNodesPercentage`, `${path}.minCandidateNodesAbsolute`];
    if (percentage < 0 || percentage > 100) findings.invalid(percentagePath, percentage, 'not in valid range [0, 100]');
    if (absolute < 0) findings.invalid(absolutePath, absolute, 'not in valid range [0, inf)');
    if (percentage !== 0 || absolute !== 0) return;
    findings.invalid(percentagePath, percentage, 'cannot be zero at the same time as minCandidateNodesAbsolute');
    findings.invalid(absolutePath, absolute, 'cannot be zero at the same time as minCandidateNodesPercentage');
  },

  InterPodAffinity(args: InterPodAffinityArgs, path, findings) {
    const { hardPodAffinityWeight: weight = 1 } = args;
    if (weight < 0 || weight > 100) findings.invalid(`${path}.hardPodAffinityWeight`, weight, 'not in valid range [0, 100]');
  },

  NodeAffinity(args: { addedAffinity?: AddedAffinity }, path, findings) {
    const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } =
      args.addedAffinity ?? {};
    const place = `${path}.addedAffinity`;
    if (required !== undefined)
      validateNodeSelector(required.nodeSelectorTerms, `${place}.requiredDuringSchedulingIgnoredDuringExecution`, findings);
    preferred.forEach(({ preference }, i) => {
      const own = new Findings();
      validateNodeSelector([preference], '', own);
      const at = `${place}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
      for (const { type, field, body } of own.list) findings.add(type, field.replace('.nodeSelectorTerms[0]', at), body);
    });
  },

  DynamicResources({ filterTimeout, bindingTimeout }: DynamicResourcesArgs, path, findings) {
    const shorter = (text: string | undefined, least: number): text is string => text !== undefined && (parseDuration(text) ?? -1) < least;
    // A duration is not told in quotation marks.
    const invalid = (field: string, detail: string): void =>
      findings.add('FieldValueInvalid', `${path}.${field}`, `Invalid value: ${detail}`);
    if (shorter(filterTimeout, 0)) invalid('filterTimeout', `${filterTimeout}: must be zero or positive`);
    if (shorter(bindingTimeout, SECOND)) invalid('bindingTimeout', `${bindingTimeout}: must be at least 1 second`);
  },

  NodeResourcesBalancedAllocation(args: { resources?: readonly ResourceWeight[] }, path, findings) {
    const seen = new Set<string>();
    args.resources?.forEach(({ name, weight = 0 }, i) => {
      if (seen.has(name)) findings.duplicate(`${path}.resources[${i}].name`, name);
      seen.add(name);
      if (weight !== 0 && weight !== 1) findings.invalid(`${path}.resources[${i}].weight`, weight, 'must be 1');
    });
  },

  PodTopologySpread(args: PodTopologySpreadArgs, path, findings) {
    const { defaultConstraints: constraints = [] } = args;
    const type = args.defaultingType || 'System';
    if (type !== 'System' && type !== 'List') findings.notSupported(`${path}.defaultingType`, type, ['System', 'List']);
    else if (type === 'System' && constraints.length > 0)
      findings.invalid(`${path}.defaultingType`, type, 'when .defaultConstraints are not empty');
    constraints.forEach((constraint, i) =>
      validateDefault(constraint, constraints.slice(0, i), `${path}.defaultConstraints[${i}]`, findings),
    );
  },

  VolumeBinding(args: { bindTimeoutSeconds?: number; shape?: readonly ShapePoint[] }, path, findings) {
    const { bindTimeoutSeconds: seconds = 600, shape } = args;
    if (seconds < 0) findings.invalid(`${path}.bindTimeoutSeconds`, seconds, 'invalid BindTimeoutSeconds, should not be a negative value');
    if (shape !== undefined)
      findings.invalid(`${path}.shape`, shape, 'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring');
  },
};

interface AddedAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] };
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredSchedulingTerm[];
}

/** ValidateNodeResourcesFitArgs: asked by the plugin itself, so its paths begin at the arguments. */
export function validateFitArgs(args: NodeResourcesFitArgs, findings: Findings): void {
  args.ignoredResources?.forEach((name, i) => labelName(name, `ignoredResources[${i}]`, findings));
  args.ignoredResourceGroups?.forEach((group, i) => {
    const path = `ignoredResourceGroups[${i}]`;
    if (group.includes('/')) findings.invalid(path, group, "resource group name can't contain '/'");
    labelName(group, path, findings);
  });
  const strategy = args.scoringStrategy;
  if (strategy === undefined) return;
  const { type = '', resources = [], requestedToCapacityRatio: ratio } = strategy;
  const known = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
  if (!known.includes(type)) findings.notSupported('scoringStrategy.type', type, known);
  resources.forEach(({ name, weight = 0 }, i) => {
    // 0 is 1.
    if (weight < 0 || weight > 100)
      findings.invalid(`scoringStrategy.resources[${i}].weight`, weight, `resource weight of ${name} not in valid range (0, 100]`);
  });
  const path = 'scoringStrategy.requestedToCapacityRatio';
  if (type === 'RequestedToCapacityRatio') {
    if (ratio === undefined) findings.required(path, 'must be specified when type is RequestedToCapacityRatio');
    else validateShape(ratio.shape ?? [], `${path}.shape`, findings);
  } else if (ratio !== undefined) findings.forbidden(path, 'must be nil when type is not RequestedToCapacityRatio');
}

function validateShape(shape: readonly ShapePoint[], path: string, findings: Findings): void {
  if (shape.length === 0) return findings.required(path, 'at least one point must be specified');
  const unsorted = shape.findIndex(({ utilization }, i) => i > 0 && (shape[i - 1] as ShapePoint).utilization >= utilization);
  if (unsorted > 0)
    findings.invalid(`${path}[${unsorted}].utilization`, shape[unsorted]?.utilization, 'values must be sorted in increasing order');
  shape.forEach(({ utilization, score }, i) => {
    if (utilization < 0 || utilization > 100) findings.invalid(`${path}[${i}].utilization`, utilization, 'not in valid range [0, 100]');
    if (score < 0 || score > 10) findings.invalid(`${path}[${i}].score`, score, 'not in valid range [0, 10]');
  });
}

function validateDefault(
  constraint: Omit<TopologySpreadConstraint, 'labelSelector'>,
  before: readonly Omit<TopologySpreadConstraint, 'labelSelector'>[],
  path: string,
  findings: Findings,
): void {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' } = constraint;
  if (maxSkew <= 0) findings.invalid(`${path}.maxSkew`, maxSkew, 'not in valid range (0, inf)');
  if (topologyKey === '') findings.required(`${path}.topologyKey`, 'can not be empty');
  else labelName(topologyKey, `${path}.topologyKey`, findings);
  const actions = ['DoNotSchedule', 'ScheduleAnyway'];
  if (whenUnsatisfiable === '') findings.required(`${path}.whenUnsatisfiable`, 'can not be empty');
  else if (!actions.includes(whenUnsatisfiable)) findings.notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable, actions);
  if ('labelSelector' in constraint)
    findings.forbidden(`${path}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod');
  if (before.some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable))
    findings.duplicate(path, `{${topologyKey}, ${whenUnsatisfiable}}`);
}

function labelName(name: string, path: string, findings: Findings): void {
  for (const message of isQualifiedName(name)) findings.invalid(path, name, message);
}
