import type { LabelSelector } from './meta.ts';
import { isLabelValue, isQualifiedName } from './names.ts';
import { validateLabels } from './object-meta.ts';
import type { Findings } from './validation.ts';

/** Checks a `LabelSelector` field by field, as specs hold it. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string, findings: Findings): void {
  if (selector === undefined) return;
  validateLabels(selector.matchLabels, `${path}.matchLabels`, findings);
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    validateOperator(operator, values, at, findings);
    for (const problem of isQualifiedName(key ?? '')) findings.invalid(`${at}.key`, key ?? '', problem);
    for (const [i, value] of values.entries())
      for (const problem of isLabelValue(value)) findings.invalid(`${at}.values[${i}]`, value, problem);
  }
}

function validateOperator(operator: string, values: readonly string[], path: string, findings: Findings): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) findings.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) findings.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else findings.invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator');
}
