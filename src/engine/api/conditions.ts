import type { Condition } from './generated/types.ts';
import { isQualifiedName } from './names.ts';
import type { Findings } from './validation.ts';

const STATUSES = ['False', 'True', 'Unknown'];
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const REASON_RULE = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;
const IS_REASON = new RegExp(`^${REASON}$`);

/** Rules of `metav1.Condition`: no type twice, and each says since when and why. */
export function validateConditions(conditions: readonly Condition[], path: string, findings: Findings): void {
  const seen = new Set<string>();
  for (const [
    index,
    { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' },
  ] of conditions.entries()) {
    const at = `${path}[${index}]`;
    for (const problem of isQualifiedName(type)) findings.invalid(`${at}.type`, type, problem);
    if (seen.has(type)) findings.duplicate(`${at}.type`, type);
    seen.add(type);
    if (!STATUSES.includes(status)) findings.notSupported(`${at}.status`, status, STATUSES);
    if (observedGeneration < 0) findings.invalid(`${at}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero');
    if (!lastTransitionTime) findings.required(`${at}.lastTransitionTime`);
    if (reason === '') findings.required(`${at}.reason`);
    else {
      if (!IS_REASON.test(reason)) findings.invalid(`${at}.reason`, reason, REASON_RULE);
      if (reason.length > 1024) findings.tooLong(`${at}.reason`, 1024);
    }
    if (message.length > 32768) findings.tooLong(`${at}.message`, 32768);
  }
}
