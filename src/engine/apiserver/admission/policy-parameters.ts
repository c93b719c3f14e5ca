import type { Namespace, ParamKind, ParamRef } from '../../api/generated/types.ts';
import type { Kind } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Operation } from './admission.ts';
import { matchesLabelSelector } from './match-resources.ts';

/** What policies of either sort look up. */
export interface PolicySource<Policy, Binding> {
  policies(): readonly Policy[];
  bindings(): readonly Binding[];
  namespace(name: string): Namespace | undefined;
  /** All objects of a kind that hold parameters; undefined when nobody serves the kind. */
  parameters(apiVersion: string, kind: string): { readonly namespaced: boolean; readonly objects: readonly ApiObject[] } | undefined;
  /** The other versions and groups under which the objects of a kind are served, in the order of discovery. */
  equivalents?(kind: Kind): readonly Kind[];
}

/** Policies do not judge their own kind: a policy that refuses all could never be mended. */
const EXEMPT = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

export const isExempt = ({ kind }: Operation): boolean => kind.group === 'admissionregistration.k8s.io' && EXEMPT.has(kind.resource);

type Parameters =
  | { readonly objects: readonly (ApiObject | undefined)[] }
  /** Why there are none, and whether the policy is to blame or its binding. */
  | { readonly fault: string; readonly of: 'policy' | 'binding' };

/** The objects that a binding gives its policy as `params`; the policy is asked once with each. */
export function parametersOf(
  operation: Operation,
  source: Pick<PolicySource<unknown, unknown>, 'parameters'>,
  { paramKind }: { readonly paramKind?: ParamKind },
  { paramRef }: { readonly paramRef?: ParamRef },
): Parameters {
  if (paramKind === undefined) return { objects: [undefined] };
  const kind = source.parameters(paramKind.apiVersion ?? '', paramKind.kind ?? '');
  if (kind === undefined)
    return {
      fault: `failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`,
      of: 'policy',
    };
  if (paramRef === undefined) return { objects: [undefined] };
  if (!kind.namespaced && (paramRef.namespace ?? '') !== '')
    return { of: 'binding', fault: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  const namespace = kind.namespaced ? paramRef.namespace || operation.namespace : '';
  if (kind.namespaced && namespace === '')
    return { of: 'binding', fault: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  const objects = kind.objects.filter(
    ({ metadata }) =>
      (metadata.namespace ?? '') === namespace &&
      (paramRef.selector === undefined ? metadata.name === paramRef.name : matchesLabelSelector(metadata.labels, paramRef.selector)),
  );
  if (objects.length > 0) return { objects };
  if (paramRef.parameterNotFoundAction === 'Deny')
    return { of: 'binding', fault: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
  return { objects: [] };
}
