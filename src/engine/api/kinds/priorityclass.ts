import type { PriorityClass } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const SYSTEM: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };
const MAXIMUM = 1_000_000_000;

export const priorityClass = v1Kind<PriorityClass>({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  resource: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  defaults(draft) {
    draft.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  strategy: plainStrategy<PriorityClass>({
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    create: validatePriorityClass,
    update(draft, old, findings) {
      if (draft.value !== old.value) findings.forbidden('value', 'may not be changed in an update.');
      if (draft.preemptionPolicy !== old.preemptionPolicy)
        findings.invalid('preemptionPolicy', draft.preemptionPolicy ?? null, 'field is immutable');
    },
  }),
  columns: [
    nameColumn(),
    column('Value', 'PriorityClass.value', ({ value }) => value ?? 0, { type: 'integer' }),
    column('Global-Default', 'PriorityClass.globalDefault', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
    ageColumn(),
    column('PreemptionPolicy', 'PriorityClass.preemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
  fidelity: { level: 'modelled' },
});

function validatePriorityClass({ metadata, value, globalDefault, preemptionPolicy }: PriorityClass, findings: Findings): void {
  const name = metadata.name ?? '';
  if (name.startsWith('system-')) {
    const known = SYSTEM[name];
    const refusal = "priority class names with 'system-' prefix are reserved for system use only. error: ";
    if (known === undefined) findings.forbidden('metadata.name', `${refusal}${name} is not a known system priority class`);
    else if (known !== value) findings.forbidden('metadata.name', `${refusal}value of ${name} PriorityClass must be ${known}`);
    else if (globalDefault === true) findings.forbidden('metadata.name', `${refusal}globalDefault of ${name} PriorityClass must be false`);
  } else if ((value ?? 0) > MAXIMUM) {
    findings.forbidden('value', `maximum allowed value of a user defined priority is ${MAXIMUM}`);
  }
  if (!preemptionPolicy) findings.required('preemptionPolicy');
  else if (preemptionPolicy !== 'PreemptLowerPriority' && preemptionPolicy !== 'Never')
    findings.notSupported('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']);
}
