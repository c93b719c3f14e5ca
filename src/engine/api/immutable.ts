import { semanticallyEqual } from './equality.ts';
import type { Findings } from './validation.ts';

/** What `immutable: true` of a ConfigMap or Secret forbids. */
export function frozenFields<T extends { immutable?: boolean }>(
  now: T,
  old: T,
  fields: readonly (keyof T & string)[],
  findings: Findings,
): void {
  if (old.immutable !== true) return;
  const refusal = 'field is immutable when `immutable` is set';
  if (now.immutable !== true) findings.forbidden('immutable', refusal);
  for (const field of fields) if (!semanticallyEqual(now[field], old[field])) findings.forbidden(field, refusal);
}
