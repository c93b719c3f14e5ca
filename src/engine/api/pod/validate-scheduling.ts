import { oneOf } from '../checks.ts';
import type {
  Affinity, LabelSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint,
} from '../generated/types.ts'; // prettier-ignore
import { isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName } from '../names.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';

/** Where a pod may and may not run. */

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateAffinity(affinity: Affinity | undefined, path: string, findings: Findings): void {
  const node = affinity?.nodeAffinity;
  if (node?.[REQUIRED] !== undefined)
    validateNodeSelector(node[REQUIRED].nodeSelectorTerms ?? [], `${path}.nodeAffinity.${REQUIRED}`, findings);
  for (const [index, { weight, preference }] of (node?.[PREFERRED] ?? []).entries()) {
    const at = `${path}.nodeAffinity.${PREFERRED}[${index}]`;
    validateWeight(weight, at, findings);
    validateNodeSelectorTerm(preference ?? {}, false, `${at}.preference`, findings);
  }
  validatePodAffinity(affinity?.podAffinity, `${path}.podAffinity`, findings);
  validatePodAffinity(affinity?.podAntiAffinity, `${path}.podAntiAffinity`, findings);
}

export function validateTolerations(tolerations: readonly Toleration[], path: string, findings: Findings): void {
  for (const [index, toleration] of tolerations.entries()) {
    const at = `${path}[${index}]`;
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    if (key !== '') for (const problem of isQualifiedName(key)) findings.invalid(`${at}.key`, key, problem);
    if (key === '' && operator !== 'Exists') {
      findings.invalid(
        `${at}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      findings.invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === 'Equal' || operator === '') {
      const problems = isLabelValue(value);
      if (problems.length > 0) findings.invalid(`${at}.operator`, value, problems.join(';'));
    } else if (operator === 'Exists') {
      if (value !== '') findings.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else
      findings.notSupported(
        `${at}.operator`,
        operator,
        operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'],
      );
    if (effect !== '' && !EFFECTS.includes(effect)) findings.notSupported(`${at}.effect`, effect, EFFECTS);
  }
}

export function validateTopologySpread(constraints: readonly TopologySpreadConstraint[], path: string, findings: Findings): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains, labelSelector, matchLabelKeys = [] } = constraint;
    if (maxSkew <= 0) findings.invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero');
    if (topologyKey === '') findings.required(`${at}.topologyKey`, 'can not be empty');
    else for (const problem of isQualifiedName(topologyKey)) findings.invalid(`${at}.topologyKey`, topologyKey, problem);
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    if (!actions.includes(whenUnsatisfiable)) findings.notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, actions);
    // The earlier of two is reported.
    const again = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (again) findings.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    if (minDomains !== undefined) {
      if (minDomains <= 0) findings.invalid(`${at}.minDomains`, minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        findings.invalid(
          `${at}.minDomains`,
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        );
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field];
      if (policy !== undefined && policy !== 'Honor' && policy !== 'Ignore')
        findings.notSupported(`${at}.${field}`, policy, ['Honor', 'Ignore']);
    }
    validateLabelKeys(matchLabelKeys, [], labelSelector, at, findings);
    validateLabelSelector(labelSelector, `${at}.labelSelector`, findings);
  }
}

/** ValidateMatchLabelKeysAndMismatchLabelKeys: the selector of a pod has its `matchLabelKeys` in it already, once. */
function validateLabelKeys(
  matchLabelKeys: readonly string[],
  mismatchLabelKeys: readonly string[],
  selector: LabelSelector | undefined,
  path: string,
  findings: Findings,
): void {
  for (const [field, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys })) {
    if (keys.length > 0 && selector === undefined)
      findings.forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set');
    else
      for (const [i, key] of keys.entries())
        for (const problem of isQualifiedName(key)) findings.invalid(`${path}.${field}[${i}]`, key, problem);
  }
  const used = new Set(Object.keys(selector?.matchLabels ?? {}));
  for (const { key } of selector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index >= 0 && used.has(key)) findings.invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector');
    used.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (mismatchLabelKeys.includes(key))
      findings.invalid(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  }
}

export function validateNodeSelector(terms: readonly NodeSelectorTerm[], path: string, findings: Findings): void {
  if (terms.length === 0) findings.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term');
  for (const [index, term] of terms.entries()) validateNodeSelectorTerm(term, true, `${path}.nodeSelectorTerms[${index}]`, findings);
}

function validateNodeSelectorTerm(term: NodeSelectorTerm, checkValues: boolean, path: string, findings: Findings): void {
  for (const [index, expression] of (term.matchExpressions ?? []).entries()) {
    validateNodeExpression(expression, checkValues, `${path}.matchExpressions[${index}]`, findings);
  }
  for (const [index, { key, operator, values = [] }] of (term.matchFields ?? []).entries()) {
    const at = `${path}.matchFields[${index}]`;
    if (operator !== 'In' && operator !== 'NotIn') findings.invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator');
    else if (values.length !== 1)
      findings.required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (key !== 'metadata.name') findings.invalid(`${at}.key`, key ?? '', 'not a valid field selector key');
    else
      for (const [i, value] of values.entries())
        for (const problem of isDNS1123Subdomain(value)) findings.invalid(`${at}.values[${i}]`, value, problem);
  }
}

function validateNodeExpression(
  { key = '', operator, values = [] }: NodeSelectorRequirement,
  checkValues: boolean,
  path: string,
  findings: Findings,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) findings.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) findings.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) findings.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else findings.invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator');
  for (const problem of isQualifiedName(key)) findings.invalid(`${path}.key`, key, problem);
  if (!checkValues) return;
  for (const [index, value] of values.entries())
    for (const problem of isLabelValue(value)) findings.invalid(`${path}.values[${index}]`, value, problem);
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: string, findings: Findings): void {
  for (const [index, term] of (affinity?.[REQUIRED] ?? []).entries())
    validatePodAffinityTerm(term, `${path}.${REQUIRED}[${index}]`, findings);
  for (const [index, { weight, podAffinityTerm }] of (affinity?.[PREFERRED] ?? []).entries()) {
    const at = `${path}.${PREFERRED}[${index}]`;
    validateWeight(weight, at, findings);
    validatePodAffinityTerm(podAffinityTerm ?? { topologyKey: '' }, `${at}.podAffinityTerm`, findings);
  }
}

function validatePodAffinityTerm(term: PodAffinityTerm, path: string, findings: Findings): void {
  validateLabelSelector(term.labelSelector, `${path}.labelSelector`, findings);
  validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`, findings);
  for (const name of term.namespaces ?? [])
    for (const problem of isDNS1123Label(name)) findings.invalid(`${path}.namespace`, name, problem);
  validateLabelKeys(term.matchLabelKeys ?? [], term.mismatchLabelKeys ?? [], term.labelSelector, path, findings);
  if (!term.topologyKey) findings.required(`${path}.topologyKey`, 'can not be empty');
  for (const problem of isQualifiedName(term.topologyKey ?? '')) findings.invalid(`${path}.topologyKey`, term.topologyKey ?? '', problem);
}

function validateWeight(weight: number | undefined, path: string, findings: Findings): void {
  if (weight === undefined || weight <= 0 || weight > 100) findings.invalid(`${path}.weight`, weight ?? 0, 'must be in the range 1-100');
}

export function validateTaintEffect(effect: string | undefined, path: string, findings: Findings): void {
  oneOf(effect, EFFECTS, path, findings);
}
