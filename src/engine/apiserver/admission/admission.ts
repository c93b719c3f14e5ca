import { forbidden } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { RequestContext } from '../context.ts';

/** A write that asks to be let in. */
export interface Operation {
  readonly verb: 'create' | 'update' | 'delete';
  readonly kind: Kind;
  readonly namespace: string;
  /** '' while a name is yet to be generated. */
  readonly name: string;
  readonly subresource: string;
  /** The new state, a draft that mutating plugins may change; unset for deletions. */
  readonly object?: ApiObject;
  readonly old?: ApiObject;
  readonly context: RequestContext;
}

export interface AdmissionPlugin {
  /** As in --enable-admission-plugins. */
  readonly name: string;
  /** May change `operation.object`. */
  admit?(operation: Operation): void;
  validate?(operation: Operation): void;
}

/** All mutating plugins in order, later all validating ones. A plugin refuses by throwing `StatusError`. */
export class Admission {
  constructor(readonly plugins: readonly AdmissionPlugin[]) {}

  admit(operation: Operation): void {
    for (const plugin of this.plugins) plugin.admit?.(operation);
    operation.context.stages.push('admit');
  }

  validate(operation: Operation): void {
    for (const plugin of this.plugins) plugin.validate?.(operation);
    operation.context.stages.push('validate');
  }
}

/** The 403 of a plugin, named as `admission.NewForbidden` names it. */
export function refuse(operation: Operation, why: string): Error {
  const { metadata } = operation.object ?? operation.old ?? {};
  const name = operation.name || metadata?.name || metadata?.generateName || 'Unknown';
  return forbidden({ group: operation.kind.group, resource: operation.kind.resource, name }, why);
}

export const isPodCreation = ({ verb, kind, subresource }: Operation): boolean =>
  verb === 'create' && kind.resource === 'pods' && kind.group === '' && subresource === '';
