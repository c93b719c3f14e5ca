import type { RuntimeClass } from '../generated/types.ts';
import { isDNS1123Label } from '../names.ts';
import { validateLabels } from '../object-meta.ts';
import { validateAmount, validateContainerResourceName } from '../pod/validate-resources.ts';
import { validateTolerations } from '../pod/validate-scheduling.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const runtimeClass = v1Kind<RuntimeClass>({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  resource: 'runtimeclasses',
  namespaced: false,
  strategy: plainStrategy<RuntimeClass>({
    create: validateRuntimeClass,
    update(draft, old, findings) {
      if (draft.handler !== old.handler) findings.invalid('handler', draft.handler ?? '', 'field is immutable');
    },
  }),
  columns: [nameColumn(), column('Handler', '', ({ handler }) => handler ?? ''), ageColumn()],
  fidelity: storedOnly('there is one container runtime'),
});

function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass, findings: Findings): void {
  if (!handler) findings.required('handler');
  else for (const problem of isDNS1123Label(handler)) findings.invalid('handler', handler, problem);
  for (const [name, amount] of Object.entries(overhead?.podFixed ?? {})) {
    validateContainerResourceName(name, `overhead.limits[${name}]`, findings);
    validateAmount(name, amount, `overhead.limits[${name}]`, findings);
  }
  if (scheduling === undefined) return;
  validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector', findings);
  const seen = new Set<string>();
  validateTolerations(scheduling.tolerations ?? [], 'scheduling.tolerations', findings);
  for (const [index, { key = '', operator = '', value = '', effect = '', tolerationSeconds }] of (scheduling.tolerations ?? []).entries()) {
    const internal = { Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds ?? null };
    const text = JSON.stringify(internal);
    if (seen.has(text)) findings.duplicate(`scheduling.tolerations[${index}]`, internal);
    seen.add(text);
  }
}
