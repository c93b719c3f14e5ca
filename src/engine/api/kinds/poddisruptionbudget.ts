import { validateConditions } from '../conditions.ts';
import { nonNegative } from '../checks.ts';
import type { PodDisruptionBudget } from '../generated/types.ts';
import { percentOf } from '../int-or-string.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { validateIntOrPercent } from '../workload/deployment.ts';
import { inOrder } from '../workload/template.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const shown = (value: number | string | undefined): string => (value === undefined ? 'N/A' : String(value));

export const podDisruptionBudget = v1Kind<PodDisruptionBudget>({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  namespaced: true,
  nameRule: 'path-segment',
  strategy: specStrategy<PodDisruptionBudget>({
    prepareForCreate(draft) {
      draft.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
    },
    create: validateBudget,
    update: (budget, _old, findings) => validateBudget(budget, findings),
  }),
  subresources: { status: statusStrategy<PodDisruptionBudget>({ update: validateStatus }) },
  columns: [
    nameColumn(),
    column('Min Available', 'The minimum number of pods that must be available.', ({ spec }) => shown(spec?.minAvailable)),
    column('Max Unavailable', 'The maximum number of pods that may be unavailable.', ({ spec }) => shown(spec?.maxUnavailable)),
    column(
      'Allowed Disruptions',
      'Calculated number of pods that may be disrupted at this time.',
      ({ status }) => status?.disruptionsAllowed ?? 0,
      {
        type: 'integer',
      },
    ),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});

function validateBudget({ spec = {} }: PodDisruptionBudget, findings: Findings): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const internal = {
      MinAvailable: minAvailable,
      Selector: inOrder(selector),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    findings.invalid('spec', internal, 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const [field, value] of [
    ['minAvailable', minAvailable],
    ['maxUnavailable', maxUnavailable],
  ] as const) {
    if (value === undefined) continue;
    validateIntOrPercent(value, `spec.${field}`, findings);
    const percent = typeof value === 'string' ? percentOf(value) : undefined;
    if (percent !== undefined && percent > 100) findings.invalid(`spec.${field}`, value, 'must not be greater than 100%');
  }
  validateLabelSelector(selector, 'spec.selector', findings);
  if (policy !== undefined && policy !== 'AlwaysAllow' && policy !== 'IfHealthyBudget')
    findings.notSupported('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']);
}

function validateStatus({ status }: PodDisruptionBudget, _old: PodDisruptionBudget, findings: Findings): void {
  for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const)
    nonNegative(status?.[field], `status.${field}`, findings);
  validateConditions(status?.conditions ?? [], 'status.conditions', findings);
}
