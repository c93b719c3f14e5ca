import { failure } from '../api/errors.ts';
import { Findings, type FieldError } from '../api/validation.ts';
import { integerParameter } from './parameters.ts';
import { first, isTrue } from './route.ts';
import type { ApiRequest } from './types.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** Options in the query, for callers that send no body. */
export function deleteOptionsOfQuery(request: ApiRequest): DeleteOptions {
  const grace = integerParameter(request, 'gracePeriodSeconds');
  const policy = first(request, 'propagationPolicy');
  const orphan = first(request, 'orphanDependents');
  const dryRun = request.query?.['dryRun'];
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(orphan === undefined ? {} : { orphanDependents: isTrue(orphan) }),
    ...(dryRun === undefined ? {} : { dryRun: typeof dryRun === 'string' ? [dryRun] : dryRun }),
  };
}

/** Refuses what contradicts itself (`ValidateDeleteOptions`). */
export function validateDeleteOptions(options: DeleteOptions): void {
  const findings = new Findings();
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    findings.invalid('propagationPolicy', options.propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set');
  }
  if (options.propagationPolicy !== undefined && !POLICIES.includes(options.propagationPolicy)) {
    findings.notSupported('propagationPolicy', options.propagationPolicy, [...POLICIES, 'nil']);
  }
  validateDryRun(options.dryRun ?? [], findings);
  if (!findings.empty) throw invalidOptions('DeleteOptions', findings.list);
}

export function validateDryRun(values: readonly string[], findings: Findings): void {
  for (const value of values) if (value !== 'All') findings.notSupported('dryRun', values, ['All']);
}

/** The 422 for options of `meta.k8s.io`, which have no name. */
export function invalidOptions(kind: string, findings: readonly FieldError[]): Error {
  const sentences = findings.map(({ field, body }) => `${field}: ${body}`);
  const all = sentences.length === 1 ? (sentences[0] as string) : `[${sentences.join(', ')}]`;
  return failure(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${all}`, {
    group: 'meta.k8s.io',
    kind,
    causes: findings.map(({ type, field, body }) => ({ reason: type, message: body, field })),
  });
}
